"""Production is at least as strict as staging, and weakening any one field of any protection in production shows as exactly that field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import attrs
import pytest

from gatewright import (
    BackendTls,
    BodyLimit,
    Caller,
    Claim,
    Cluster,
    ConfigMapRef,
    Deviation,
    Direct,
    Estate,
    IpAllow,
    Jwt,
    Listener,
    NoEdge,
    On,
    Public,
    RateLimit,
    Relax,
    Scope,
    Timeouts,
)
from gatewright.estate import comparison
from gatewright.estate.comparison import Difference, deviation_problems, differences
from gatewright.estate.estate import Intent
from gatewright.intent.relax import DEFAULTS
from gatewright.synth.place import Placed, place
from tests.estate.programs import estate
from tests.estate.strength import NO_STRENGTH, Lowered, stronger, weaker

STAGING = next(cluster for environment, cluster in estate().clusters() if environment.tier == "staging")
PRODUCTION = [cluster for environment, cluster in estate().clusters() if environment.tier == "production"]


def _name(intent: Intent) -> str:
    return f"{type(intent).__name__} {intent.namespace}/{intent.name}"


@cache
def _placed(cluster: str) -> dict[str, Placed]:
    found = next(one for _, one in estate().clusters() if one.name == cluster)
    return {_name(intent): place(intent, found, estate().baseline) for intent in estate().intents(found)}


EVERY_INTENT = pytest.mark.parametrize(
    ("cluster", "intent"), [(one.name, name) for one in PRODUCTION for name in _placed(one.name)], ids=lambda value: value.replace(" ", "-")
)

Found = Callable[[Lowered], tuple[Difference, ...]]


@pytest.fixture
def with_lowered(cluster: str, intent: str, monkeypatch: pytest.MonkeyPatch) -> Found:
    """What is found where one intent of one cluster comes down to another value."""
    changed: list[Lowered] = []

    def placing(one: Intent, where: Cluster, baseline: str) -> Placed:
        placed = _placed(where.name)[_name(one)]
        return attrs.evolve(placed, lowered=changed[-1]) if (where.name, _name(one)) == (cluster, intent) else placed

    monkeypatch.setattr(comparison, "place", placing)

    def found(lowered: Lowered) -> tuple[Difference, ...]:
        changed.append(lowered)
        return differences(estate())

    return found


@EVERY_INTENT
def test_weakening_any_one_field_shows_as_exactly_that_field(cluster: str, intent: str, with_lowered: Found) -> None:
    mine, theirs = _placed(cluster)[intent].lowered, _placed(STAGING.name)[intent].lowered
    changes = list(weaker(mine, theirs))
    assert changes
    for field, weakened in changes:
        found = with_lowered(weakened)
        assert {(one.intent, one.weakness.field) for one in found} == {(intent, field)}, weakened
        assert {(one.higher, one.lower) for one in found} == {(f"production/{cluster}", f"staging/{STAGING.name}")}


@EVERY_INTENT
def test_strengthening_any_field_is_no_difference(cluster: str, intent: str, with_lowered: Found) -> None:
    for field, strengthened in stronger(_placed(cluster)[intent].lowered):
        assert with_lowered(strengthened) == (), field


def test_no_field_of_any_protection_is_left_out() -> None:
    """What the two tests above change, and what has no strength, is everything there is; so a new field of a protection fails here."""
    walked: set[tuple[type, str]] = set()
    reached: set[type] = set()
    for cluster in PRODUCTION:
        for intent, placed in _placed(cluster.name).items():
            reached |= set(_kinds(placed.lowered))
            for _, weakened in weaker(placed.lowered, _placed(STAGING.name)[intent].lowered):
                walked |= set(_changed(placed.lowered, weakened))
    assert reached == set(NO_STRENGTH)
    for kind in reached:
        fields = {field.name for field in attrs.fields(kind)}
        assert fields == {name for of, name in walked if of is kind} | set(NO_STRENGTH[kind]), kind


def _kinds(value: object) -> Iterator[type]:
    """The classes of protections within a value."""
    if isinstance(value, tuple):
        for item in value:
            yield from _kinds(item)
    elif attrs.has(type(value)) and type(value).__module__.startswith("gatewright.protection"):
        yield type(value)
        for field in attrs.fields(type(value)):
            if field.name not in NO_STRENGTH.get(type(value), {}):
                yield from _kinds(getattr(value, field.name))


def _changed(before: object, after: object) -> Iterator[tuple[type, str]]:
    """Every field that differs, outer ones included."""
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            yield from _changed(old, new)
    elif type(before) is type(after) and attrs.has(type(before)):
        for field in attrs.fields(type(before)):
            old, new = getattr(before, field.name), getattr(after, field.name)
            if old != new:
                yield type(before), field.name
                yield from _changed(old, new)


# The same as users do it: one field of one intent, in production only.

_FOR = {"reason": "a test", "owner": "team-test", "until": "2027-01-01"}
Change = Callable[[Any], Any]


def _evolve(**fields: object) -> Change:
    return lambda intent: attrs.evolve(intent, **fields)


def _relax(name: str) -> Change:
    return lambda intent: attrs.evolve(intent, relax=(*(one for one in intent.relax if one.name != name), Relax(name, **_FOR)))


def _require(*wanted: object) -> Change:
    return _evolve(require=wanted)


def _listener(name: str, **fields: object) -> Change:
    def change(gateway: Any) -> Any:
        listeners: Sequence[Listener] = gateway.listeners
        return attrs.evolve(gateway, listeners=[attrs.evolve(one, **fields) if one.name == name else one for one in listeners])

    return change


def _audience(audience: str) -> Change:
    return lambda route: attrs.evolve(route, access=attrs.evolve(route.access, audiences=(*route.access.audiences, audience)))


def _both(*changes: Change) -> Change:
    def change(intent: Any) -> Any:
        for one in changes:
            intent = one(intent)
        return intent

    return change


BUYER, STAFF = Claim("role", any_of=["buyer", "support"]), Claim("role", any_of=["support"])
EDGE, ORDERS, RECORDS, LOGIN = "SecureGateway infra/public", "ProtectedRoute shop/orders", "ProtectedRoute clinic/records", "ProtectedRoute identity/login"
BACKEND, CONSOLE = "SecureBackend shop/orders", "ProtectedRoute console/admin"


def _each_listener(field: str, *but: str) -> list[str]:
    return [f"listeners.{name}.{field}" for name in ("brands", "clinic", "identity", "partners", "shop") if name not in but]


STATED: list[tuple[str, Change, list[str]]] = [
    (ORDERS, _evolve(methods=["GET", "POST", "DELETE", "PATCH"]), ["authorization.methods"]),
    (ORDERS, _evolve(methods=[]), ["authorization.methods"]),
    (ORDERS, _require(BUYER), ["authorization.claims"]),
    (ORDERS, _require(Claim("role", any_of=["buyer", "support", "guest"]), On(methods=["DELETE"], require=[STAFF])), ["authorization.claims"]),
    (ORDERS, _require(On(methods=["DELETE"], require=[STAFF])), ["authorization.claims"]),
    (ORDERS, _audience("warehouse"), ["authentication.audiences"]),
    (ORDERS, _evolve(access=Public(reason="a test", owner="team-test"), require=[]), ["authentication", "authorization.claims"]),
    (ORDERS, _evolve(limits=[RateLimit(601, per="minute", by="client-ip", scope="replica")]), ["limits"]),
    (ORDERS, _evolve(limits=[]), ["limits"]),
    (ORDERS, _evolve(max_body="2Mi"), ["body"]),
    (ORDERS, _evolve(timeouts=Timeouts(request="31s")), ["timeouts.request"]),
    (ORDERS, _evolve(timeouts=Timeouts(idle="31s")), ["timeouts.idle"]),
    (ORDERS, _evolve(timeouts=Timeouts(connect="6s")), ["timeouts.connect"]),
    (ORDERS, _relax("jwt-expiry"), ["authentication.expiry_required"]),
    (ORDERS, _relax("body-limit"), ["body"]),
    (ORDERS, _relax("timeouts"), ["timeouts.request", "timeouts.backend", "timeouts.idle", "timeouts.connect"]),
    (RECORDS, _require(Scope("records.read"), On(methods=["PUT"], require=[Scope("records.write")])), ["authorization.claims"]),
    (RECORDS, _require(Claim("acr", any_of=["loa-high"]), On(methods=["PUT"], require=[Scope("records.write")])), ["authorization.scopes"]),
    (RECORDS, _require(Claim("acr", any_of=["loa-high"]), Scope("records.read")), ["authorization.scopes"]),
    (LOGIN, _evolve(limits=[RateLimit(15, per="minute", by="client-ip", scope="replica", methods=["POST"])]), ["limits"]),
    (LOGIN, _evolve(browser=False), ["browser"]),
    (CONSOLE, _require(IpAllow(["10.20.4.0/24"])), ["authorization.claims"]),
    ("ProtectedRoute partners/catalog", _require(Scope("catalog.read")), ["authorization.addresses"]),
    ("ProtectedRoute partners/catalog", _require(Scope("catalog.read"), IpAllow(["198.51.100.0/23"])), ["authorization.addresses"]),
    (BACKEND, _evolve(tls=None, relax=[Relax("backend-tls", **_FOR)]), ["backend_tls"]),
    (BACKEND, _evolve(tls=BackendTls(hostname="orders.shop.svc", ca="system")), ["backend_tls.authority"]),
    (BACKEND, _evolve(callers=[Caller("warehouse")]), ["callers"]),
    (BACKEND, _evolve(callers=[], pods={}), ["fence"]),
    (BACKEND, _relax("network-fence"), ["fence"]),
    ("CrossNamespaceGrant shop/brand-pages", _evolve(to=["media", "orders"]), ["to"]),
    ("CrossNamespaceGrant shop/brand-pages", _evolve(from_namespace="brands"), ["from_namespace"]),
    (EDGE, _relax("access-log"), ["logged"]),
    (EDGE, _relax("limits-first"), ["limits_first"]),
    (EDGE, _relax("deny-floor"), _each_listener("refuses_unlisted")),
    (EDGE, _relax("identity-headers"), _each_listener("hygiene.stripped")),
    (EDGE, _relax("client-certificate-header"), _each_listener("hygiene.client_certificate")),
    (EDGE, _relax("merged-slashes"), _each_listener("hygiene.merged_slashes")),
    (EDGE, _relax("path-normalisation"), _each_listener("hygiene.escaped_slashes")),
    (EDGE, _relax("underscore-headers"), _each_listener("hygiene.underscores")),
    (EDGE, _relax("slow-headers"), _each_listener("headers", "partners")),
    (EDGE, _both(_relax("tls-floor"), _listener("shop", min_tls="1.1")), ["listeners.shop.tls.min_version", "listeners.shop.tls.suites"]),
    (EDGE, _both(_relax("tls-floor"), _listener("shop", suites=["AES128-SHA"])), ["listeners.shop.tls.suites"]),
    (EDGE, _listener("shop", browser=False), ["listeners.shop.browser"]),
    (EDGE, _listener("shop", routes_from=["shop", "brand-cms"]), ["listeners.shop.namespaces"]),
    (EDGE, _listener("clinic", plaintext="redirect"), ["listeners.clinic.plaintext"]),
    (EDGE, _listener("clinic", min_tls=None), ["listeners.clinic.tls.min_version"]),
]


def _restated(stated: Estate, name: str, change: Change, clusters: Sequence[Cluster] = PRODUCTION) -> Estate:
    """The estate with one intent of these clusters changed, and the routes that name it with it."""
    where = {cluster.name for cluster in clusters}

    def intents(cluster: Cluster) -> Iterator[Intent]:
        every = stated.intents(cluster)
        if cluster.name not in where:
            yield from every
            return
        changed = {_name(one): change(one) for one in every if _name(one) == name}
        gateway = changed.get(name) if name.startswith("SecureGateway") else None
        for one in every:
            follows = gateway is not None and getattr(getattr(one, "gateway", None), "name", None) == gateway.name
            yield changed.get(_name(one)) or (attrs.evolve(one, gateway=gateway) if follows else one)

    return attrs.evolve(stated, intents=lambda cluster: list(intents(cluster)))


@pytest.mark.parametrize(("name", "change", "fields"), STATED, ids=lambda value: value if isinstance(value, str) else None)
def test_weakening_one_statement_shows_as_its_field(name: str, change: Change, fields: list[str]) -> None:
    found = differences(_restated(estate(), name, change))
    assert {(one.intent, one.weakness.field) for one in found} == {(name, field) for field in fields}


def test_every_relaxation_is_among_them() -> None:
    relaxed = {one.name for name, change, _ in STATED for one in getattr(change(_example(name)), "relax", ())}
    assert relaxed == {name for names in DEFAULTS.values() for name in names}


def _example(name: str) -> Intent:
    return next(one for cluster in PRODUCTION for one in estate().intents(cluster) if _name(one) == name)


def test_a_weaker_floor_shows_on_the_routes_that_rested_on_it() -> None:
    found = differences(_restated(estate(), EDGE, _evolve(floor=[])))
    assert {one.weakness.field for one in found} == {"limits"}
    assert {(EDGE, "limits")} & {(one.intent, one.weakness.field) for one in found} == set()
    assert "ProtectedRoute shop/site" in {one.intent for one in found}
    assert ORDERS not in {one.intent for one in found}  # it states a stricter one of its own


def test_a_stronger_floor_is_no_difference() -> None:
    floor = [RateLimit(10, per="minute", by="everyone", scope="replica"), BodyLimit("512"), Timeouts(connect="1s")]
    quiet = "SecureGateway infra/internal"
    assert differences(_restated(estate(), quiet, lambda one: attrs.evolve(one, floor=(*one.floor, *floor)))) == ()


def test_a_cluster_that_fences_nothing_shows_on_every_backend() -> None:
    found = differences(_with_clusters(estate(), lambda cluster: attrs.evolve(cluster, network_policy=None)))
    assert {one.weakness.field for one in found} == {"fence"}
    stated = {_name(one) for cluster in PRODUCTION for one in estate().intents(cluster)}
    assert {one.intent for one in found} == {name for name in stated if name.startswith("SecureBackend")}


def _with_clusters(stated: Estate, change: Callable[[Cluster], Cluster]) -> Estate:
    """The estate with its production clusters changed."""
    environments = [
        attrs.evolve(one, clusters=[change(cluster) for cluster in one.clusters]) if one.tier == "production" else one for one in stated.environments
    ]
    return attrs.evolve(stated, environments=environments)


# What differs by nature.


def test_exposures_are_not_compared() -> None:
    def closer(cluster: Cluster) -> Cluster:
        exposures = {name: attrs.evolve(one, edge=NoEdge(), client_ip=Direct()) for name, one in cluster.exposures.items()}
        return attrs.evolve(cluster, exposures=exposures, region="elsewhere")

    assert differences(_with_clusters(estate(), closer)) == ()


def test_hosts_and_issuers_are_not_compared() -> None:
    """The estate's own differ already; and they may all differ."""
    hosts = {cluster.name: {host for one in estate().intents(cluster) for host in getattr(one, "hosts", ())} for cluster in (*PRODUCTION, STAGING)}
    assert not hosts[STAGING.name] & (hosts["aws-prod-eu-west-1"] | hosts["azure-prod"] | hosts["gcp-prod"])
    other = Jwt(issuer="https://login.example.net", audiences=["shop"], jwks="https://login.example.net/keys")
    assert differences(_restated(estate(), ORDERS, _evolve(access=other, hosts=["shop.example.com"]))) == ()


def test_names_of_authorities_and_of_backends_are_not_compared() -> None:
    other = BackendTls(hostname="orders.internal", ca=ConfigMapRef("another-ca"))
    assert differences(_restated(estate(), BACKEND, _evolve(tls=other, port=8443, pod_port=9443))) == ()


# Deviations.


def _with_deviation(stated: Estate, intent: str, field: str) -> Estate:
    return attrs.evolve(stated, deviations=(*stated.deviations, Deviation(intent, field, **_FOR)))


def test_without_its_deviations_the_estate_differs_in_exactly_those_fields() -> None:
    bare = attrs.evolve(estate(), deviations=())
    assert {(one.intent, one.weakness.field) for one in differences(bare)} == {(one.intent, one.field) for one in estate().deviations}
    assert {one.higher for one in differences(bare)} == {"production/gcp-prod"}


def test_a_declared_deviation_is_allowed_and_no_other() -> None:
    weak = _restated(estate(), ORDERS, _both(_evolve(max_body="2Mi", limits=[])))
    assert {one.weakness.field for one in differences(weak)} == {"body", "limits"}
    declared = _with_deviation(weak, ORDERS, "body")
    assert {one.weakness.field for one in differences(declared)} == {"limits"}
    assert list(deviation_problems(declared)) == []


@pytest.mark.parametrize(
    ("intent", "field"),
    [(ORDERS, "body"), ("ProtectedRoute partners/catalog", "authentication.expiry"), ("ProtectedRoute partner/catalog", "authentication.expiry_required")],
)
def test_a_deviation_of_nothing_is_a_problem(intent: str, field: str) -> None:
    (problem,) = deviation_problems(_with_deviation(estate(), intent, field))
    assert problem.code == "deviation-of-nothing"
    assert f"{intent} {field}" in problem.got
    assert "ProtectedRoute partners/catalog authentication.expiry_required" in problem.allowed
