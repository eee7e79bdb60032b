"""Whatever is stated becomes manifests with traces, or problems and refusals with reasons; and each intent becomes the same, whoever else is there."""

import json
from contextlib import suppress
from itertools import product

import attrs
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from gatewright import (
    Certificate,
    Cluster,
    Direct,
    EnvoyGateway,
    Exact,
    Exposure,
    Jwt,
    Listener,
    NoEdge,
    ProtectedRoute,
    Public,
    Refuse,
    Refused,
    Regex,
    Relax,
    SecureBackend,
    SecureGateway,
    When,
    compile_intents,
)
from gatewright.admission import schema, structure
from gatewright.gateways.port import Trace
from gatewright.manifest.identity import ObjectId
from gatewright.synth.compiler import compile_intent
from tests.match import oracle
from tests.properties.budget import examples
from tests.properties.programs import clusters, programs


def text(objects):
    return sorted(json.dumps(one, sort_keys=True) for one in objects)


def by_intent(compiled):
    """The objects of each intent, by the identity of their first."""
    return {str(ObjectId.of(part.objects[0])): text(part.objects) for part in compiled.parts if part.objects}


def value_at(manifest, path):
    for part in path.replace("[", ".[").split("."):
        manifest = manifest[int(part[1:-1])] if part.startswith("[") else manifest[part]
    return manifest


@examples(40)
@given(programs(), clusters)
def test_everything_is_rendered_or_refused_with_a_reason(intents, cluster):
    compiled = compile_intents(intents, cluster)
    event(f"{len(compiled.parts)} of {len(intents)} intents rendered")
    for refusal in compiled.refusals:
        assert refusal.reason
        assert refusal.feature
        assert refusal.target == cluster.exposures["public"].target.title
        assert any(refusal.intent.startswith(intent.label) for intent in intents)
    for problem in compiled.problems:
        assert problem.code
        assert problem.message
        assert problem.fix
    refused = {refusal.intent for refusal in compiled.refusals}
    assert len(compiled.parts) == len(intents) - len(refused)


@examples(40)
@given(programs(), clusters)
def test_every_object_passes_the_schema_and_every_trace_points_at_a_field(intents, cluster):
    compiled = compile_intents(intents, cluster)
    facts = schema.load(*cluster.exposures["public"].target.crds)
    for one in compiled.objects:
        assert structure.check(one, facts) == []
    found = {ObjectId.of(one): one for one in compiled.objects}
    if not compiled.problems:
        assert len(found) == len(compiled.objects)
    for trace in compiled.traces:
        if trace.object is None:
            assert trace.note
        else:
            value_at(found[trace.object], trace.path)


@examples(40)
@given(programs(), clusters, st.randoms(use_true_random=False))
def test_the_order_of_intents_never_matters(intents, cluster, chance):
    compiled = compile_intents(intents, cluster)
    assert compile_intents(intents, cluster) == compiled
    shuffled = list(intents)
    chance.shuffle(shuffled)
    again = compile_intents(shuffled, cluster)
    assert by_intent(again) == by_intent(compiled)
    assert set(again.refusals) == set(compiled.refusals)
    assert set(again.traces) == set(compiled.traces)
    assert bool(again.problems) == bool(compiled.problems)


@examples(40)
@given(programs(), clusters, st.data())
def test_removing_an_intent_removes_exactly_its_objects(intents, cluster, data):
    removed = data.draw(st.sampled_from(range(len(intents))))
    whole = compile_intents(intents, cluster)
    rest = compile_intents([intent for index, intent in enumerate(intents) if index != removed], cluster)
    alone = compile_intents([intents[removed]], cluster)
    assert sorted(text(rest.objects) + text(alone.objects)) == text(whole.objects)
    assert set(rest.traces) | set(alone.traces) == set(whole.traces)


@examples(30)
@given(programs(most=1), clusters)
def test_an_intent_alone_becomes_what_it_becomes_among_others(intents, cluster):
    whole = compile_intents(intents, cluster)
    alone = []
    for intent in intents:
        with suppress(Refused):
            alone += compile_intent(intent, cluster).objects
    assert text(alone) == text(whole.objects)


# ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

SAMPLED = list(
    product(
        [
            "shop.example.com",
            "docs.example.com",
            "a.wild.example.com",
            "x.b.wild.example.com",
            "b.wild.example.com",
            "example.com",
            "evil.example.org",
        ],
        ["/", "/orders", "/orders/", "/orders/items/1", "/ordersx", "/docs", "/healthz", "/healthz/x", "/v1/x", "/v1", "/other"],
        ["GET", "POST", "TRACE"],
    )
)
KINDS = {"Exact": "exact", "PathPrefix": "prefix", "RegularExpression": "regex"}


def serves(route, host, path, method):
    """Whether an HTTPRoute sends a request without headers and query to a backend, by its manifest alone."""
    spec = route["spec"]
    if not any(oracle.host_matches(pattern, host) for pattern in spec["hostnames"]):
        return False
    return any(
        "backendRefs" in rule
        and oracle.path_matches(KINDS[match["path"]["type"]], match["path"]["value"], path)
        and match.get("method", method) == method
        for rule in spec["rules"]
        for match in rule["matches"]
        if not match.get("headers") and not match.get("queryParams")
    )


def declared(intent, host, path):
    """Whether a route states this host and path, by its own words."""
    kinds = {str: "prefix", Exact: "exact", Regex: "regex"}
    values = [(kinds[type(one)], one if isinstance(one, str) else getattr(one, "path", None) or one.expression) for one in intent.paths]
    return any(oracle.host_matches(one, host) for one in intent.hosts) and any(oracle.path_matches(*value, path) for value in values)


@examples(40)
@given(programs(), clusters)
def test_no_request_outside_a_declared_route_reaches_a_backend(intents, cluster):
    compiled = compile_intents(intents, cluster)
    routes = [one for one in compiled.objects if one["kind"] == "HTTPRoute"]
    rendered = {(one["metadata"]["namespace"], one["metadata"]["name"]) for one in routes}
    stated = [one for one in intents if isinstance(one, ProtectedRoute)]
    for route in routes:  # without hostnames or sectionName it would take requests that nobody stated
        assert route["spec"]["hostnames"]
        assert route["spec"]["parentRefs"]
        assert all(parent["sectionName"] and parent["namespace"] == "infra" for parent in route["spec"]["parentRefs"])
    for host, path, method in SAMPLED:
        reaching = any(serves(route, host, path, method) for route in routes)
        if reaching:
            assert any(declared(one, host, path) for one in stated), (host, path, method)
        plain = [one for one in stated if one.backend is not None and (one.namespace, one.name) in rendered and declared(one, host, path)]
        assert reaching or not plain, (host, path, method)


# ── splitting ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

WILD = SecureGateway(
    "edge", namespace="infra", exposure="public",
    listeners=[Listener("all", host="*.example.com", routes_from=["shop"], certificate=Certificate.from_secret("tls"))],
)  # fmt: skip
BACKEND = SecureBackend("orders", namespace="shop", port=80, relax=[Relax("backend-tls", reason="a", owner="b", until="2027-01-31")])
CLUSTER = Cluster("c", exposures={"public": Exposure(EnvoyGateway("1.9"), edge=NoEdge(), client_ip=Direct())}, network_policy=True)


def wide(hosts, paths, cases):
    plain = {"backend": BACKEND} if not cases else {
        "when": [When(backend=BACKEND, headers={"x": str(number)}) for number in range(cases)], "otherwise": Refuse(),
    }  # fmt: skip
    return ProtectedRoute(
        "wide", namespace="shop", gateway=WILD, hosts=[f"h{number}.example.com" for number in range(hosts)],
        paths=[f"/p{number}" for number in range(paths)], access=Public(reason="a", owner="b"), **plain,
    )  # fmt: skip


def entries(routes):
    """Every way through HTTPRoutes: host, match and what answers."""
    return [
        (
            host,
            json.dumps(match, sort_keys=True),
            json.dumps([rule.get("filters"), rule.get("backendRefs"), rule.get("timeouts")], sort_keys=True),
        )
        for route in routes
        for host in route["spec"]["hostnames"]
        for rule in route["spec"]["rules"]
        for match in rule["matches"]
    ]


@pytest.mark.parametrize(
    ("hosts", "paths", "cases"), [(1, 1, 0), (16, 64, 0), (17, 64, 0), (16, 65, 0), (3, 200, 0), (40, 3, 20), (2, 10, 16), (1, 70, 2)]
)
def test_what_the_crd_cannot_hold_is_split_and_stays_the_same(hosts, paths, cases):
    part = compile_intent(wide(hosts, paths, cases), CLUSTER)
    routes = [one for one in part.objects if one["kind"] == "HTTPRoute"]
    facts = schema.load(*CLUSTER.exposures["public"].target.crds)
    assert [structure.check(one, facts) for one in part.objects] == [[]] * len(part.objects)
    assert all(sum(len(rule["matches"]) for rule in one["spec"]["rules"]) <= 128 for one in routes)
    found = entries(routes)
    assert len(found) == len(set(found)) == hosts * paths * (cases + 1)
    expected = {
        entry
        for host, path, case in product(range(hosts), range(paths), range(cases + 1))
        for entry in entries(one for one in compile_intent(_single(host, path, case, cases), CLUSTER).objects if one["kind"] == "HTTPRoute")
    } if hosts * paths * (cases + 1) < 400 else set(found)  # fmt: skip
    assert set(found) == expected


def _single(host, path, case, cases):
    """One entry of the wide route, as a route of its own."""
    whole = wide(1, 1, cases)
    answer = {"when": whole.when[case : case + 1] or whole.when[:1], "otherwise": whole.otherwise} if cases else {}
    return attrs.evolve(whole, hosts=[f"h{host}.example.com"], paths=[f"/p{path}"], **answer)


@pytest.mark.parametrize("version", EnvoyGateway.versions())
def test_every_part_has_the_whole_policy(version):
    cluster = attrs.evolve(CLUSTER, exposures={"public": attrs.evolve(CLUSTER.exposures["public"], target=EnvoyGateway(version))})
    jwt = Jwt(issuer="https://i", audiences=["a"], jwks="https://i/jwks")
    route = attrs.evolve(wide(40, 200, 0), access=jwt, relax=[Relax("jwt-expiry", reason="a", owner="b", until="2027-01-31")])
    objects = compile_intent(route, cluster).objects
    names = {one["metadata"]["name"] for one in objects if one["kind"] == "HTTPRoute"}
    assert len(names) == 6
    for kind in ("SecurityPolicy", "BackendTrafficPolicy"):
        policies = [one for one in objects if one["kind"] == kind]
        assert {one["spec"]["targetRefs"][0]["name"] for one in policies} == names
        assert len({json.dumps({**one["spec"], "targetRefs": []}, sort_keys=True) for one in policies}) == 1
    reading = EnvoyGateway(version).read(objects)
    assert len(set(reading.routes.values())) == 1


def test_a_trace_is_a_place_or_a_reason():
    for trace in compile_intents([WILD, BACKEND, wide(1, 1, 0)], CLUSTER).checked().traces:
        assert isinstance(trace, Trace)
        assert (trace.object is None) == (not trace.path)
        assert trace.path or trace.note
