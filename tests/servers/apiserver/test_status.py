"""``gatewright status`` on a real API server, with statuses as Envoy Gateway's own translator and cert-manager write them.

More than 400 lines: every test rests on the one cluster that the fixture of this module prepares, which takes most of the time.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gatewright import EnvoyGateway
from gatewright.cli import main
from gatewright.live.folder import Written, read
from gatewright.live.judgement import Judgement
from gatewright.live.status import status
from tests.live.written import write
from tests.mistakes import valid
from tests.project.tree import ROOT
from tests.servers.apiserver.asked import asked
from tests.servers.apiserver.operated import Kept, Object, Operated, applied, condition, in_force, thing
from tests.servers.apiserver.pool import Pool
from tests.servers.conftest import find
from tests.servers.egctl import Egctl

pytestmark = pytest.mark.servers
CRDS = ("gateway-api-1.6-standard", "envoy-gateway-1.9", "cert-manager-1.21")
GATEWAY = "gateway.networking.k8s.io/v1"
OWN = "gateway.envoyproxy.io/v1alpha1"
LISTENER = {"name": "rogue", "port": 80, "protocol": "HTTP"}


@pytest.fixture(scope="session")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Egctl:
    return Egctl("1.9", find("egctl-1.9", "`make tools` builds it"), tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    target = EnvoyGateway("1.9", backend_api=True, rate_limit_service="fail-closed")
    return read([write(tmp_path_factory.mktemp("written"), valid.on(target))])


@pytest.fixture(scope="module")
def kept(translator: Egctl, written: Written) -> Iterator[Kept]:
    """Everything that was written, applied, and said to be in force."""
    found = Kept(lambda server: in_force(server, written.objects.values(), translator))
    yield found
    found.close()


@pytest.fixture
def cluster(apiserver: Pool, kept: Kept) -> Operated:
    return kept(apiserver(*CRDS))


def judged(cluster: Operated, written: Written, forbidden: str = "") -> tuple[Judgement, ...]:
    found: tuple[Judgement, ...] = asked(cluster.server, status, written, forbidden)
    return found


def not_ok(cluster: Operated, written: Written, forbidden: str = "") -> dict[str, tuple[str, str]]:
    """By check and subject: what came of it, and what was found."""
    return {f"{one.check} {one.subject}": (one.verdict, one.found) for one in judged(cluster, written, forbidden) if one.verdict != "ok"}


def of(written: Written, kind: str, name: str) -> Object:
    """A manifest, to name it by or to change a copy of it."""
    (found,) = (one for identity, one in written.objects.items() if (identity.kind, identity.name) == (kind, name))
    return copy.deepcopy(dict(found))


def test_everything_is_there_and_in_force(cluster: Operated, written: Written) -> None:
    found = judged(cluster, written)
    assert {f"{one.check} {one.subject}": one.found for one in found if one.verdict != "ok"} == {}
    assert {one.check for one in found} == {
        "object", "as-written", "gateway-accepted", "gateway-programmed", "listener-accepted", "listener-programmed", "listener-resolved",
        "route-accepted", "route-resolved", "policy-accepted", "policy-resolved", "policy-target", "policy-overridden", "accepted",
        "certificate-ready", "strangers",
    }  # fmt: skip
    (floor,) = (one for one in found if one.check == "policy-overridden")
    assert "[shop/orders]" in floor.found


def test_an_empty_cluster(apiserver: Pool, written: Written) -> None:
    found = asked(apiserver(*CRDS, admission=True), status, written)
    assert {one.verdict for one in found if one.check == "object"} == {"wrong"}
    assert {one.check for one in found} == {"object", "strangers"}


# ── objects ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_object_that_is_gone(cluster: Operated, written: Written) -> None:
    with cluster.without(of(written, "NetworkPolicy", "backend-orders")):
        assert not_ok(cluster, written) == {"object NetworkPolicy shop/backend-orders": ("wrong", "it is not there")}


def _loosened(spec: Object) -> None:
    spec["authorization"]["defaultAction"] = "Allow"


def _one_more_rule(spec: Object) -> None:
    spec["authorization"]["rules"].append({"name": "friend", "action": "Allow", "principal": {"clientCIDRs": ["0.0.0.0/0"]}})


def _one_less_rule(spec: Object) -> None:
    spec["authorization"]["rules"].pop()


def _a_field_of_somebody(spec: Object) -> None:
    spec["cors"] = {"allowOrigins": ["https://evil.example.com"]}


def _tokens_optional(spec: Object) -> None:
    spec["jwt"]["optional"] = True


@pytest.mark.parametrize(("change", "told"), [
    (_tokens_optional, "spec.jwt.optional: written False, found True"),
    (_loosened, "spec.authorization.defaultAction: written 'Deny', found 'Allow'"),
    (_one_more_rule, "spec.authorization.rules[1]: written nothing, found {'action': 'Allow', 'name': 'friend'"),
    (_one_less_rule, "spec.authorization.rules[0]: written {"),
    (_a_field_of_somebody, "spec.cors: written nothing, found {'allowOrigins': ['https://evil.example.com']}"),
])  # fmt: skip
def test_an_object_that_somebody_changed(cluster: Operated, written: Written, change: Callable[[Object], None], told: str) -> None:
    policy = of(written, "SecurityPolicy", "orders")
    with cluster.edited(policy, lambda there: change(there["spec"])):
        cluster.says(policy, _anew(cluster.status(policy)))
        ((check, (verdict, found)),) = not_ok(cluster, written).items()
    assert (check, verdict) == ("as-written SecurityPolicy shop/orders", "wrong")
    assert told in found


def _anew(told: Object) -> Object:
    """The same, said of the object as it is now."""
    for entry in told["ancestors"]:
        for one in entry["conditions"]:
            del one["observedGeneration"]
    return told


def test_a_change_makes_what_was_said_of_the_object_old(cluster: Operated, written: Written) -> None:
    with cluster.edited(of(written, "SecurityPolicy", "orders"), lambda there: _loosened(there["spec"])):
        (stale,) = (one for one in judged(cluster, written) if one.check == "policy-accepted" and one.verdict != "ok")
    assert (stale.verdict, stale.found) == ("pending", "True, but of generation 1; the object is at 2")


def _more_listeners_and_no_labels(there: Object) -> None:
    there["spec"]["listeners"].append(LISTENER)
    there["metadata"]["labels"] = {}


def test_a_listener_that_somebody_added_and_a_label_that_somebody_took(cluster: Operated, written: Written) -> None:
    with cluster.edited(of(written, "Gateway", "edge"), _more_listeners_and_no_labels):
        verdict, told = not_ok(cluster, written)["as-written Gateway infra/edge"]
    assert verdict == "wrong"
    assert "spec.listeners[2]: written nothing, found {" in told
    assert 'metadata.labels["app.kubernetes.io/managed-by"]: written \'gatewright\', found nothing' in told


def _seen(there: Object) -> None:
    there["metadata"]["annotations"] = {"example.com/seen": "yes"}
    there["metadata"]["labels"]["team"] = "shop"


def test_fields_of_other_managers_that_mean_nothing_are_no_drift(cluster: Operated, written: Written) -> None:
    with cluster.edited(of(written, "Gateway", "edge"), _seen):
        assert not_ok(cluster, written) == {}


def test_an_object_that_is_being_deleted(cluster: Operated, written: Written) -> None:
    route = of(written, "HTTPRoute", "orders")
    with cluster.edited(route, lambda there: there["metadata"].update(finalizers=["example.com/hold"])):
        cluster.server.delete(route)
        assert not_ok(cluster, written)["object HTTPRoute shop/orders"] == ("wrong", "it is being deleted")
        cluster.replace(route, lambda there: there["metadata"].update(finalizers=[]))


# ── conditions ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "conditions", "check", "expected"), [
    ("Accepted", [condition("Accepted", "False", "InvalidParameters"), condition("Programmed")], "gateway-accepted",
     ("wrong", "False: InvalidParameters: said by a test")),
    ("Programmed", [condition("Accepted"), condition("Programmed", "False", "AddressNotAssigned")], "gateway-programmed",
     ("wrong", "False: AddressNotAssigned: said by a test")),
    ("missing", [condition("Accepted")], "gateway-programmed", ("pending", "no controller has said Programmed")),
    ("unknown", [condition("Accepted"), condition("Programmed", "Unknown", "Pending")], "gateway-programmed",
     ("pending", "Unknown: Pending: said by a test")),
    ("refs", [condition("Accepted"), condition("Programmed"), condition("ResolvedRefs", "False", "RefNotPermitted")], "gateway-resolved",
     ("wrong", "False: RefNotPermitted: said by a test")),
    ("insecure", [condition("Accepted"), condition("Programmed"), condition("InsecureFrontendValidationMode")], "gateway-conditions",
     ("wrong", "True: InsecureFrontendValidationMode: said by a test")),
], ids=lambda one: one if isinstance(one, str) else "")  # fmt: skip
def test_what_is_said_of_a_gateway(
    cluster: Operated, written: Written, name: str, conditions: list[Object], check: str, expected: tuple[str, str]
) -> None:
    gateway = of(written, "Gateway", "edge")
    with cluster.saying(gateway, {**cluster.status(gateway), "conditions": conditions}):
        assert not_ok(cluster, written) == {f"{check} Gateway infra/edge": expected}


@pytest.mark.parametrize(("said", "check", "expected"), [
    (condition("Accepted", "False", "PortUnavailable"), "listener-accepted", ("wrong", "False: PortUnavailable: said by a test")),
    (condition("Programmed", "False", "Invalid"), "listener-programmed", ("wrong", "False: Invalid: said by a test")),
    (condition("ResolvedRefs", "False", "InvalidCertificateRef"), "listener-resolved", ("wrong", "False: InvalidCertificateRef: said by a test")),
    (condition("Conflicted", "True", "HostnameConflict"), "listener-conditions", ("wrong", "True: HostnameConflict: said by a test")),
])  # fmt: skip
def test_what_is_said_of_a_listener(cluster: Operated, written: Written, said: Object, check: str, expected: tuple[str, str]) -> None:
    gateway = of(written, "Gateway", "edge")
    told = cluster.status(gateway)
    conditions = told["listeners"][0]["conditions"]
    told["listeners"][0]["conditions"] = [*(one for one in conditions if one["type"] != said["type"]), said]
    with cluster.saying(gateway, told):
        assert not_ok(cluster, written) == {f"{check} Gateway infra/edge listener shop": expected}


def test_a_listener_of_which_nothing_is_said(cluster: Operated, written: Written) -> None:
    gateway = of(written, "Gateway", "edge")
    told = cluster.status(gateway)
    told["listeners"].pop(0)
    with cluster.saying(gateway, told):
        found = not_ok(cluster, written)
    assert set(found) == {f"listener-{one} Gateway infra/edge listener shop" for one in ("accepted", "programmed", "resolved")}
    assert {verdict for verdict, _ in found.values()} == {"pending"}


@pytest.mark.parametrize(("said", "check", "verdict"), [
    (condition("Accepted", "False", "NotAllowedByListeners"), "route-accepted", "wrong"),
    (condition("ResolvedRefs", "False", "BackendNotFound"), "route-resolved", "wrong"),
    (condition("PartiallyInvalid", "True", "UnsupportedValue"), "route-conditions", "wrong"),
    ({**condition("Accepted"), "observedGeneration": 0}, "route-accepted", "pending"),
])  # fmt: skip
def test_what_is_said_of_a_route(cluster: Operated, written: Written, said: Object, check: str, verdict: str) -> None:
    route = of(written, "HTTPRoute", "orders")
    told = cluster.status(route)
    conditions = told["parents"][0]["conditions"]
    told["parents"][0]["conditions"] = [*(one for one in conditions if one["type"] != said["type"]), said]
    with cluster.saying(route, told):
        found = not_ok(cluster, written)
    assert {name: one for name, (one, _) in found.items()} == {f"{check} HTTPRoute shop/orders at Gateway infra/edge listener shop": verdict}


def _nobody(entry: Object) -> list[Object]:
    return []


def _another_parent(entry: Object) -> list[Object]:
    return [{**entry, "parentRef": {**entry["parentRef"], "sectionName": "shop-plain"}}]


def _another_controller(entry: Object) -> list[Object]:
    return [{**entry, "controllerName": "example.com/other"}]


@pytest.mark.parametrize("change", [_nobody, _another_parent, _another_controller])
def test_a_parent_that_has_not_spoken(cluster: Operated, written: Written, change: Callable[[Object], list[Object]]) -> None:
    route = of(written, "HTTPRoute", "orders")
    told = cluster.status(route)
    with cluster.saying(route, {"parents": change(told["parents"][0])}):
        found = not_ok(cluster, written)
    place = "HTTPRoute shop/orders at Gateway infra/edge listener shop"
    assert found == {f"route-{one.lower()[:8]} {place}": ("pending", f"no controller has said {one}") for one in ("Accepted", "ResolvedRefs")}


def test_a_policy_that_is_not_accepted_or_reaches_nothing(cluster: Operated, written: Written) -> None:
    policy = of(written, "SecurityPolicy", "orders")
    told = cluster.status(policy)
    place = "SecurityPolicy shop/orders at Gateway infra/edge listener shop"
    refused = copy.deepcopy(told)
    refused["ancestors"][0]["conditions"] = [condition("Accepted", "False", "TargetNotFound", "no such route")]
    with cluster.saying(policy, refused):
        assert not_ok(cluster, written) == {f"policy-accepted {place}": ("wrong", "False: TargetNotFound: no such route")}
    with cluster.saying(policy, {"ancestors": []}):
        expected = ("pending", "no controller has said anything of Gateway infra/edge")
        assert not_ok(cluster, written) == {"policy-target SecurityPolicy shop/orders": expected}
    elsewhere = copy.deepcopy(told)
    elsewhere["ancestors"][0]["ancestorRef"]["name"] = "another"
    with cluster.saying(policy, elsewhere):
        expected = ("wrong", "its controller does not name Gateway infra/edge")
        assert not_ok(cluster, written) == {"policy-target SecurityPolicy shop/orders": expected}


def test_a_floor_that_is_not_on_its_listener(cluster: Operated, written: Written) -> None:
    floor = of(written, "SecurityPolicy", "edge-shop")
    told = cluster.status(floor)
    told["ancestors"][0]["ancestorRef"]["sectionName"] = "shop-plain"
    with cluster.saying(floor, told):
        found = not_ok(cluster, written)
    assert found == {"policy-target SecurityPolicy infra/edge-shop": ("wrong", "its controller does not name Gateway infra/edge")}


def test_a_policy_whose_place_is_taken(cluster: Operated, written: Written) -> None:
    """The floor gives way to the policy of a route that was written; to that of a stranger it must not, nor a route's own policy to anybody."""
    floor, own = of(written, "SecurityPolicy", "edge-shop"), of(written, "SecurityPolicy", "orders")
    told = cluster.status(floor)
    told["ancestors"][0]["conditions"] = [condition("Accepted"), condition("Overridden", message="for these routes: [shop/orders shop/rogue]")]
    with cluster.saying(floor, told):
        (name,) = not_ok(cluster, written)
        assert name.startswith("policy-overridden SecurityPolicy infra/edge-shop")
    told = cluster.status(own)
    told["ancestors"][0]["conditions"] = [condition("Accepted"), condition("Overridden", message="for these route rules: [rule-0]")]
    with cluster.saying(own, told):
        (name,) = not_ok(cluster, written)
        assert name.startswith("policy-overridden SecurityPolicy shop/orders")


def test_tls_to_a_backend_that_cannot_be_verified(cluster: Operated, written: Written) -> None:
    policy = of(written, "BackendTLSPolicy", "orders")
    told = cluster.status(policy)
    told["ancestors"][0]["conditions"] = [condition("Accepted"), condition("ResolvedRefs", "False", "InvalidCACertificateRef")]
    with cluster.saying(policy, told):
        ((name, (verdict, _)),) = not_ok(cluster, written).items()
    assert (name.partition(" ")[0], verdict) == ("policy-resolved", "wrong")


@pytest.mark.parametrize(("kind", "name", "told", "check", "verdict"), [
    ("Certificate", "edge-shop-tls", {"conditions": [condition("Ready", "False", "Issuing")]}, "certificate-ready Certificate infra/edge-shop-tls", "wrong"),
    ("Certificate", "edge-shop-tls", {}, "certificate-ready Certificate infra/edge-shop-tls", "pending"),
    ("Backend", "orders-issuer", {"conditions": [condition("Accepted", "False", "Invalid")]}, "accepted Backend shop/orders-issuer", "wrong"),
    ("Backend", "orders-issuer", {}, "accepted Backend shop/orders-issuer", "pending"),
    ("EnvoyProxy", "edge", {}, "policy-accepted EnvoyProxy infra/edge", "pending"),
])  # fmt: skip
def test_what_is_said_of_other_kinds(
    cluster: Operated, written: Written, kind: str, name: str, told: Object, check: str, verdict: str
) -> None:
    with cluster.saying(of(written, kind, name), told):
        found = not_ok(cluster, written)
    assert {one: each for one, (each, _) in found.items()} == {check: verdict}


# ── strangers ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _route(kind: str, namespace: str, **parent: Any) -> Object:
    ref = {"name": "edge", "namespace": "infra", **parent}
    return thing(GATEWAY, kind, "rogue", namespace, spec={"parentRefs": [ref]})


def _policy(kind: str, name: str, target: Object, **spec: Any) -> Object:
    return thing(OWN, kind, name, target.pop("namespace", "shop"), spec={"targetRefs": [target], **spec})


ROUTE_REF = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "orders"}
GATEWAY_REF = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}
BY_LABEL = {"targetSelectors": [{"kind": "HTTPRoute", "matchLabels": {"app.kubernetes.io/managed-by": "gatewright"}}], "cors": {"allowOrigins": ["*"]}}
STRANGERS = {
    "gateway": (thing(GATEWAY, "Gateway", "rogue", "shop", spec={"gatewayClassName": "other", "listeners": [LISTENER]}), "class other"),
    "http-route": (_route("HTTPRoute", "shop"), "attached to Gateway infra/edge"),
    "http-route-elsewhere": (_route("HTTPRoute", "default"), "attached to Gateway infra/edge"),
    "grpc-route": (_route("GRPCRoute", "shop", sectionName="shop"), "attached to Gateway infra/edge"),
    "listener-set": (
        thing(GATEWAY, "ListenerSet", "rogue", "shop", spec={"parentRef": {"name": "edge", "namespace": "infra"}, "listeners": [{**LISTENER, "port": 8080}]}),
        "attached to Gateway infra/edge",
    ),
    "security-policy": (_policy("SecurityPolicy", "rogue", {**GATEWAY_REF, "namespace": "infra"}, cors={"allowOrigins": ["*"]}), "bears on Gateway infra/edge"),
    "extension-policy": (_policy("EnvoyExtensionPolicy", "rogue", dict(ROUTE_REF)), "bears on HTTPRoute shop/orders"),
    "by-label": (thing(OWN, "SecurityPolicy", "rogue", "shop", spec=BY_LABEL), "bears on HTTPRoute shop/orders"),
    "backend-tls": (
        thing(GATEWAY, "BackendTLSPolicy", "rogue", "shop", spec={
            "targetRefs": [{"group": "", "kind": "Service", "name": "orders"}], "validation": {"hostname": "evil", "wellKnownCACertificates": "System"}}),
        "bears on Service shop/orders",
    ),
    "grant": (
        thing("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "rogue", "shop", spec={
            "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "evil"}], "to": [{"group": "", "kind": "Service"}]}),
        "opens Service shop/orders to HTTPRoutes of evil",
    ),
    "patch-policy": (
        thing(OWN, "EnvoyPatchPolicy", "rogue", "infra", spec={
            "type": "JSONPatch", "jsonPatches": [], "targetRef": {"group": "gateway.networking.k8s.io", "kind": "GatewayClass", "name": "eg"}}),
        "bears on GatewayClass eg",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGERS)
def test_what_the_estate_does_not_know_is_adverse(cluster: Operated, written: Written, name: str) -> None:
    one, told = STRANGERS[name]
    with cluster.changed(copy.deepcopy(one)):
        ((subject, (verdict, found)),) = not_ok(cluster, written).items()
    assert (subject, verdict) == (f"strangers {one['kind']} {one['metadata']['namespace']}/rogue", "wrong")
    assert told in found


def test_what_is_nobodys_business(cluster: Operated, written: Written) -> None:
    """Routes of other Gateways, policies on what is not ours, selectors that take none of ours."""
    others = [
        _route("HTTPRoute", "shop", name="another"),
        _policy("SecurityPolicy", "rogue", {**ROUTE_REF, "name": "another"}, cors={"allowOrigins": ["*"]}),
        thing(OWN, "BackendTrafficPolicy", "rogue", "shop", spec={"targetSelectors": [{"kind": "HTTPRoute", "matchLabels": {"team": "none"}}]}),
        thing(OWN, "ClientTrafficPolicy", "rogue", "shop", spec={"targetSelectors": [{"kind": "Gateway", "matchLabels": {}}]}),
    ]
    for one in others:
        cluster.make(one)
    try:
        assert not_ok(cluster, written) == {}
    finally:
        for one in others:
            cluster.server.delete(one)


def test_two_folders_together_are_one_estate(cluster: Operated, written: Written, translator: Egctl, tmp_path: Path) -> None:
    """What another folder holds is known, and judged as well."""
    more = valid.route("returns", paths=["/returns"])
    other = write(tmp_path, valid.on(EnvoyGateway("1.9", backend_api=True, rate_limit_service="fail-closed"), valid.route(), more))
    both = read([written.folders[0].path, other])
    added: list[Object] = [dict(one) for identity, one in both.objects.items() if identity not in written.objects]
    with applied(cluster, added, translator, beside=[dict(one) for one in written.objects.values()]):
        assert not_ok(cluster, written)["strangers HTTPRoute shop/returns"] == ("wrong", "it is attached to Gateway infra/edge listener shop")
        assert not_ok(cluster, both) == {}


# ── the command ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_asks_through_the_official_client(
    cluster: Operated, written: Written, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("kubernetes")
    monkeypatch.setenv("KUBECONFIG", str(cluster.server.kubeconfig))
    asking = ["status", str(written.folders[0].path), "--cluster"]
    assert main([*asking, "--strict"]) == 0
    assert "wrong" not in capsys.readouterr().out
    with cluster.changed(_route("HTTPRoute", "shop")):
        assert main([*asking, "test"]) == 1
    assert "\nwrong: strangers: HTTPRoute shop/rogue\n" in capsys.readouterr().out


def test_the_readme_shows_what_is_printed(
    cluster: Operated, written: Written, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its block is what the command prints below the table where a policy was loosened and a route applied by hand."""
    pytest.importorskip("kubernetes")
    monkeypatch.setenv("KUBECONFIG", str(cluster.server.kubeconfig))
    (shown,) = re.findall(r"^```text\n(wrong: .*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    policy = of(written, "SecurityPolicy", "orders")
    with cluster.edited(policy, lambda there: _loosened(there["spec"])), cluster.changed(_route("HTTPRoute", "shop")):
        cluster.says(policy, _anew(cluster.status(policy)))
        assert main(["status", str(written.folders[0].path), "--cluster"]) == 1
    table, _, paragraphs = capsys.readouterr().out.partition("\n\n")
    assert "strangers" in table
    assert paragraphs == shown


# ── what may not be read ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_may_not_be_listed_everywhere_is_read_where_it_may(cluster: Operated, written: Written) -> None:
    found = judged(cluster, written, r"/v1/httproutes")
    assert {one.verdict for one in found if one.check in ("object", "as-written")} == {"ok"}
    unknown = [one for one in found if one.verdict != "ok"]
    assert [(one.check, one.subject, one.verdict) for one in unknown] == [("strangers", "httproutes.gateway.networking.k8s.io", "unknown")]
    assert unknown[0].found.startswith("all namespaces together: ")


def test_a_stranger_is_found_in_a_namespace_that_may_be_read(cluster: Operated, written: Written) -> None:
    with cluster.changed(_route("HTTPRoute", "shop")):
        found = not_ok(cluster, written, r"/v1/httproutes")
    assert found["strangers HTTPRoute shop/rogue"][0] == "wrong"
    assert found["strangers httproutes.gateway.networking.k8s.io"][0] == "unknown"


def test_objects_are_asked_for_one_by_one_where_no_list_is_granted(cluster: Operated, written: Written) -> None:
    found = judged(cluster, written, r"/httproutes$")
    assert {one.verdict for one in found if one.check in ("object", "as-written", "route-accepted")} == {"ok"}
    found = judged(cluster, written, r"/httproutes")
    mine = [one for one in found if "HTTPRoute" in one.subject]
    assert {(one.check, one.verdict) for one in mine} == {
        *((check, "unknown") for check in ("object", "as-written", "route-accepted", "route-resolved"))
    }
    assert all("forbidden" in one.found for one in mine)


def test_definitions_that_may_not_be_read_leave_the_bundled_facts(cluster: Operated, written: Written) -> None:
    assert not_ok(cluster, written, "/customresourcedefinitions") == {}
