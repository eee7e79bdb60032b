"""From intents and a cluster to manifests: complete, local, and everything in the way at once."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from gatewright import (
    L4,
    L7,
    BackendTls,
    BodyLimit,
    Claim,
    Direct,
    EnvoyGateway,
    ForwardedFor,
    GatewayApi,
    InvalidIntent,
    NoEdge,
    Patch,
    RedirectTo,
    Refused,
    Regex,
    Scope,
    Timeouts,
    When,
    compile_intents,
)
from gatewright.intent.shape import Refuse
from gatewright.manifest.identity import ObjectId
from gatewright.synth.compiled import Compiled
from gatewright.synth.compiler import compile_intent
from gatewright.synth.place import Intent
from tests.mistakes.valid import EDGE, LIMIT, OPEN, ORDERS, PEERS, backend, cluster, exposure, gateway, grant, relax, route

HEALTH = route("health", paths=["/healthz"], access=OPEN)
ALL: list[Any] = [EDGE, ORDERS, route(), HEALTH, grant()]
HERE = cluster()


def compiled(intents: list[Any], on: object = None) -> Compiled:
    return compile_intents(intents, cluster(exposures={"public": exposure(on)}) if on else HERE)


def identities(one: Compiled) -> set[ObjectId]:
    return {ObjectId.of(manifest) for manifest in one.objects}


def test_each_part_is_what_its_intent_gives_alone() -> None:
    whole = compiled(ALL)
    assert whole.ok
    assert whole.parts == tuple(compile_intent(intent, HERE) for intent in ALL)
    assert whole.intents == (
        "SecureGateway infra/edge",
        "SecureBackend shop/orders",
        "ProtectedRoute shop/orders",
        "ProtectedRoute shop/health",
        "CrossNamespaceGrant pay/pay",
    )


def test_the_order_of_intents_changes_no_object() -> None:
    expected = sorted(map(repr, compiled(ALL).objects))
    for shuffled in itertools.islice(itertools.permutations(ALL), 1, 120, 17):
        assert sorted(map(repr, compiled(list(shuffled)).objects)) == expected


@pytest.mark.parametrize("without", [HEALTH, ALL[-1]], ids=["route", "grant"])
def test_removing_an_intent_removes_exactly_its_objects(without: Intent) -> None:
    rest = compiled([one for one in ALL if one is not without])
    own = {ObjectId.of(manifest) for manifest in compile_intent(without, HERE).objects}
    assert own
    assert identities(rest) == identities(compiled(ALL)) - own


def test_every_trace_that_names_an_object_names_one_that_is_emitted() -> None:
    whole = compiled(ALL)
    assert {trace.object for trace in whole.traces if trace.object} <= identities(whole)
    assert all(trace.path for trace in whole.traces if trace.object)


def test_checked_raises_problems_first_and_then_refusals() -> None:
    assert compiled(ALL).checked().ok
    with pytest.raises(Refused) as refused:
        compiled(ALL, EnvoyGateway("1.8")).checked()
    assert {one.feature for one in refused.value.refusals} == {"jwt.expiry", "listener.slow-headers"}
    with pytest.raises(InvalidIntent):
        compiled([EDGE, route()], EnvoyGateway("1.8")).checked()


def test_one_intent_alone_is_refused_or_wrong_as_among_others() -> None:
    with pytest.raises(Refused):
        compile_intent(route(), cluster(exposures={"public": exposure(EnvoyGateway("1.8"))}))
    with pytest.raises(InvalidIntent, match="no such exposure"):
        compile_intent(EDGE, cluster(exposures={"internal": exposure()}))


def test_a_refusal_names_who_could_and_never_who_needs_a_setting_as_well() -> None:
    one = next(one for one in compiled(ALL, EnvoyGateway("1.8")).refusals if one.feature == "jwt.expiry")
    assert one.could == ("Envoy Gateway 1.9",)
    bare = {one.feature: one for one in compiled(ALL, GatewayApi("1.7")).refusals}
    assert bare["jwt.issuer"].could == ("Envoy Gateway 1.8", "Envoy Gateway 1.9")
    assert "could    Envoy Gateway 1.8, Envoy Gateway 1.9" in str(bare["jwt.issuer"])


def test_an_address_that_clients_could_write_guards_nothing() -> None:
    here = cluster(exposures={"public": exposure(client_ip=Direct())})
    assert compile_intents([EDGE, ORDERS, route()], here).ok
    (one,) = compile_intents([EDGE, ORDERS, route(limits=[LIMIT])], here).refusals
    assert one.feature == "a rule on the client's address"


def test_a_weaker_route_below_a_stricter_one_is_found_with_a_request() -> None:
    weak = route("docs", paths=["/orders/docs"], access=OPEN)
    (one,) = compiled([EDGE, ORDERS, route(), weak]).problems
    assert (one.code, one.got) == ("outranks-stricter", "GET https://shop.example.com/orders/docs")
    declared = route("docs", paths=["/orders/docs"], access=OPEN, outranks=["shop/orders"])
    assert compiled([EDGE, ORDERS, route(), declared]).ok


def test_a_stricter_route_below_a_weaker_one_is_welcome() -> None:
    admin = route("admin", paths=["/orders/admin"], require=[Claim("role", any_of=["admin"]), Scope("write")])
    assert compiled([EDGE, ORDERS, route(), admin]).ok


def test_values_of_headers_are_expressions_of_their_own() -> None:
    one = route(when=[When(headers={"x-version": Regex("v[0-9]+")}, backend=ORDERS)], otherwise=Refuse())
    assert compiled([EDGE, ORDERS, one]).ok


def test_relaxations_and_missing_fences_are_counted_with_their_owner() -> None:
    whole = compiled([EDGE, backend(pods={}, tls=None, relax=[relax("backend-tls")])])
    (one,) = whole.relaxations
    assert (one.intent, one.what, one.exemption.owner) == ("SecureBackend shop/orders", "backend-tls", "team-shop")
    (other,) = whole.unfenced
    assert other.reason == "the backend names no pods"


EXEMPT = {"reason": "a scan", "owner": "team-shop", "until": "2026-12-31"}


def patched(intent: str, **patch: Any) -> Compiled:
    patches = [Patch(**patch)]
    return compiled([EDGE, backend(patches=patches), route()] if intent == "backend" else [EDGE, ORDERS, route(patches=patches)])


@pytest.mark.parametrize(
    ("intent", "kind", "path", "value"),
    [
        ("backend", "NetworkPolicy", "/spec/ingress", [{}]),
        ("backend", "BackendTLSPolicy", "/spec/validation/hostname", "evil.example.com"),
        ("route", "SecurityPolicy", "/spec/authorization/defaultAction", "Allow"),
        ("route", "SecurityPolicy", "/spec/jwt/providers/0/issuer", ""),
        ("route", "SecurityPolicy", "/spec/targetRefs/0/name", "other"),
        ("route", "BackendTrafficPolicy", "/spec/requestBuffer/limit", "1Gi"),
    ],
)
def test_a_patch_that_weakens_needs_somebody_who_answers(intent: str, kind: str, path: str, value: Any) -> None:
    refused = patched(intent, kind=kind, path=path, value=value)
    backend_differs = {"another-backend", "missing-backend"}
    assert {one.code for one in refused.problems} - backend_differs == {"patch-weakens"}
    allowed = patched(intent, kind=kind, path=path, value=value, **EXEMPT)
    assert not {one.code for one in allowed.problems} - backend_differs
    assert [one.what for one in allowed.relaxations] == [f"patch of {kind} {path}"]


def test_a_patch_that_weakens_nothing_is_no_relaxation() -> None:
    whole = compiled([EDGE, ORDERS, route(patches=[Patch(kind="HTTPRoute", path="/metadata/labels/team", value="shop")])])
    assert whole.ok
    assert whole.relaxations == ()
    (manifest,) = [one for one in whole.objects if one["kind"] == "HTTPRoute" and "team" in str(one["metadata"])]
    assert manifest["metadata"] == {
        "name": "orders",
        "namespace": "shop",
        "labels": {"app.kubernetes.io/managed-by": "gatewright", "team": "shop"},
    }


def test_a_patch_removes_what_it_names_and_changes_nothing_shared() -> None:
    before = compiled([EDGE, ORDERS, route()]).objects
    gone = compiled([EDGE, ORDERS, route(patches=[Patch(kind="SecurityPolicy", path="/spec/jwt", remove=True, **EXEMPT)])])
    assert gone.ok
    assert gone.relaxations
    assert compiled([EDGE, ORDERS, route()]).objects == before
    assert next(trace for trace in gone.traces if trace.protection == "jwt.issuer").note == "taken away by a patch"


def open_notes(one: Compiled) -> set[tuple[str, str, str, str]]:
    return {(trace.intent, trace.protection, trace.note, trace.origin) for trace in one.traces if trace.object is None}


@pytest.mark.parametrize(
    ("address", "edge", "reason"),
    [
        (PEERS, L4(), "whoever reaches the proxies' port can write the client's address (PROXY protocol)"),
        (ForwardedFor(peers=["10.0.0.0/16"]), L7(name="waf"), "whoever reaches the proxies' port goes past what stands in front of them"),
    ],
)
@pytest.mark.parametrize("fences", [True, False, None])
def test_proxies_that_nothing_fences_are_said(address: Any, edge: Any, reason: str, fences: bool | None) -> None:
    whole = compile_intents([EDGE], cluster(exposures={"public": exposure(client_ip=address, edge=edge)}, network_policy=fences))
    assert [(one.intent, one.reason) for one in whole.unfenced] == ([] if fences else [("SecureGateway infra/edge", reason)])
    assert open_notes(whole) == (set() if fences else {('SecureGateway("edge")', "listener.client", f"not fenced: {reason}", "")})


def test_proxies_that_believe_nobody_need_no_fence() -> None:
    direct = cluster(exposures={"public": exposure(client_ip=Direct(), edge=NoEdge())}, network_policy=None)
    assert compile_intents([EDGE], direct).unfenced == ()


def test_a_floor_that_a_redirect_cannot_count_is_said() -> None:
    bounded = gateway(floor=[LIMIT, BodyLimit("1Mi"), Timeouts(idle="5s")])
    whole = compiled([bounded, route(gateway=bounded, redirect=RedirectTo(path="/new"))])
    note = "not counted: answered by a redirect, no backend is behind it"
    assert {(protection, said, origin) for _, protection, said, origin in open_notes(whole)} == {
        (name, note, "gateway floor") for name in ("limit", "body", "timeout.idle")
    }


BARE = exposure(GatewayApi("1.7"), client_ip=Direct())
SYSTEM = backend(tls=BackendTls(hostname="orders.shop.svc", ca="system"))


@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_a_backend_is_judged_by_every_target_of_its_cluster(name: str) -> None:
    both = cluster(exposures={"public": exposure(), name: BARE})
    whole = compile_intents([EDGE, SYSTEM, route(backend=SYSTEM)], both)
    assert whole.ok, whole.refusals
    assert whole.objects == compile_intents([EDGE, SYSTEM, route(backend=SYSTEM)], HERE).objects


def test_a_backend_that_no_target_can_enforce_is_refused() -> None:
    refusals = compile_intents([SYSTEM], cluster(exposures={"public": BARE, "zzz": BARE})).refusals
    assert "backend.tls.system" in {one.feature for one in refusals}


def test_a_route_through_a_target_that_cannot_enforce_its_backend_is_refused() -> None:
    edge = gateway(exposure="zzz")
    both = cluster(exposures={"public": exposure(), "zzz": BARE})
    refusals = compile_intents([edge, SYSTEM, route(gateway=edge, backend=SYSTEM)], both).refusals
    (one,) = [one for one in refusals if one.feature == "backend.tls.system"]
    assert one.intent == 'ProtectedRoute("orders") in shop, for SecureBackend("orders") in shop'
