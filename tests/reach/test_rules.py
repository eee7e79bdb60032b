"""What becomes of a rule: answers, refusals, and the parts that take the whole of it with them."""

from __future__ import annotations

import pytest

from gatewright.match import Sources
from gatewright.reach.outcome import Answer, Forwarded, Outcome, Redirected, Rejected, Undecided
from tests.reach.small import BARE, COMPLETE, ENVOY, GATEWAY, get, reach

SERVICES = (*COMPLETE, "Service")
APP = "apiVersion: v1\nkind: Service\nmetadata: {namespace: shop, name: app}\nspec: {ports: [{port: 80}], selector: {app: a}}\n"
STREAMS = GATEWAY.replace("name: web, port: 80, protocol: HTTP", "name: web, port: 80, protocol: TCP")
PASSED = GATEWAY.replace("name: web, port: 80, protocol: HTTP", "name: web, port: 80, protocol: TLS, tls: {mode: Passthrough}")
NOBODY = "spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}], authorization: {defaultAction: Deny}}"
DENY = f"apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {{namespace: infra, name: p}}\n{NOBODY}\n"


def mirror(to: str, namespace: str = "shop") -> str:
    return f"{{type: RequestMirror, requestMirror: {{backendRef: {{name: {to}, namespace: {namespace}, port: 80}}}}}}"


def route(filters: str = "", kind: str = "HTTPRoute", to: str = "app") -> str:
    more = f", filters: [{filters}]" if filters else ""
    backends = "matches: [{}]" if "RequestRedirect" in filters else f"backendRefs: [{{name: {to}, port: 80}}]"
    hosts = ", hostnames: [a.example.com]" if kind == "TLSRoute" else ""
    return (f"apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{namespace: shop, name: r}}\n"
            f"spec: {{parentRefs: [{{namespace: infra, name: edge}}]{hosts}, rules: [{{{backends}{more}}}]}}\n")  # fmt: skip


def outcome(*texts: str, target: object = ENVOY, complete: tuple[str, ...] = SERVICES) -> Outcome:
    return get(reach(*texts, target=target, complete=complete)).outcome  # type: ignore[arg-type]


def test_a_mirror_that_leads_nowhere_takes_the_whole_rule() -> None:
    found = outcome(GATEWAY, APP, route(mirror("gone")))
    assert found == Answer(500, "")
    assert isinstance(found, Answer)
    assert found.why == "a mirror leads nowhere: Service shop/gone does not exist"


def test_so_does_one_without_a_grant_and_one_beside_a_redirect() -> None:
    assert outcome(GATEWAY, APP, route(mirror("app", "other"))) == Answer(500, "")
    assert outcome(GATEWAY, APP, route(f"{mirror('gone')}, {{type: RequestRedirect, requestRedirect: {{scheme: https}}}}")) == Answer(
        500, ""
    )


def test_a_rule_that_mirrors_and_answers_itself_is_an_error() -> None:
    redirects = f"{mirror('app')}, {{type: RequestRedirect, requestRedirect: {{scheme: https}}}}"
    assert outcome(GATEWAY, APP, route(redirects)) == Answer(500, "")
    assert isinstance(outcome(GATEWAY, APP, route(redirects), target=BARE), Redirected)
    answers = f"{mirror('app')}, {{type: ExtensionRef, extensionRef: {{group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: f}}}}"
    teapot = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: HTTPRouteFilter\nmetadata: {namespace: shop, name: f}\n"
    assert outcome(GATEWAY, APP, route(answers), f"{teapot}spec: {{directResponse: {{statusCode: 418}}}}\n") == Answer(500, "")


def test_a_mirror_that_leads_somewhere_or_may_do_so() -> None:
    assert isinstance(outcome(GATEWAY, APP, route(mirror("app"))), Forwarded)
    assert isinstance(outcome(GATEWAY, APP, route(mirror("gone")), complete=COMPLETE), Forwarded)


def test_a_grant_that_may_be_missing_leaves_the_rule_undecided() -> None:
    partial = ("HTTPRoute.gateway.networking.k8s.io", "*.gateway.envoyproxy.io", "Service")
    found = outcome(GATEWAY, APP, APP.replace("shop", "other"), route(mirror("app", "other")), complete=partial)
    assert isinstance(found, Undecided)
    assert "ReferenceGrant" in found.reason


def test_in_the_standard_only_the_mirror_is_lost() -> None:
    assert isinstance(outcome(GATEWAY, APP, route(mirror("gone")), target=BARE), Forwarded)


@pytest.mark.parametrize("kind", ["TCPRoute", "TLSRoute"])
def test_a_stream_that_leads_nowhere_is_refused(kind: str) -> None:
    found = reach(STREAMS if kind == "TCPRoute" else PASSED, APP, route(kind=kind, to="gone"), complete=SERVICES)
    reply = get(found, scheme="http" if kind == "TCPRoute" else "https")
    assert reply.outcome == Rejected(None, "")
    assert isinstance(reply.outcome, Rejected)
    assert reply.outcome.why == "Service shop/gone does not exist"


VERIFIED = """
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {namespace: shop, name: p}
spec: {targetRefs: [{group: "", kind: Service, name: app}], validation: {hostname: app.internal, wellKnownCACertificates: System}}
"""


@pytest.mark.parametrize(("more", "states"), [((), []), ((VERIFIED,), ["enforced"])])
def test_what_is_passed_through_is_encrypted_once_more_where_a_policy_says_so(more: tuple[str, ...], states: list[str]) -> None:
    guards = get(reach(PASSED, APP, route(kind="TLSRoute"), *more, complete=SERVICES), scheme="https").guards
    assert [one.state for one in guards if one.kind == "backend-tls"] == states


def test_a_stream_that_admits_nobody_is_refused_without_a_status() -> None:
    assert outcome(STREAMS, APP, route(kind="TCPRoute"), DENY) == Rejected(None, "")
    assert outcome(GATEWAY, APP, route(), DENY) == Rejected(403, "")


def test_a_filter_of_a_kind_that_nobody_knows_is_an_error() -> None:
    filters = "{type: ExtensionRef, extensionRef: {group: example.com, kind: Strange, name: s}}"
    found = outcome(GATEWAY, APP, route(filters))
    assert found == Answer(500, "")
    assert isinstance(found, Answer)
    assert "Strange of group example.com" in found.why
    assert found.at is not None
    assert found.at.path == ("spec", "rules", 0, "filters", 0, "extensionRef")


PROXY = """
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata: {namespace: infra, name: proxy}
spec: {provider: {type: Kubernetes, kubernetes: {envoyService: {loadBalancerSourceRanges: [10.0.0.0/8]}}}}
"""
BOUNDED = GATEWAY.replace(
    "  listeners:", "  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}\n  listeners:"
)


def admits(*cidrs: str) -> str:
    rules = f"rules: [{{name: a, action: Allow, principal: {{clientCIDRs: [{', '.join(cidrs)}]}}}}]"
    return DENY.replace("defaultAction: Deny", f"defaultAction: Deny, {rules}")


@pytest.mark.parametrize(
    ("objects", "admitted", "stated"),
    [
        ((GATEWAY, PROXY), None, ""),
        ((BOUNDED, PROXY), ("10.0.0.0/8",), "EnvoyProxy"),
        ((BOUNDED, PROXY, admits("0.0.0.0/0")), ("10.0.0.0/8",), "EnvoyProxy"),
        ((BOUNDED, PROXY, admits("10.1.0.0/16")), ("10.1.0.0/16",), "SecurityPolicy"),
        ((BOUNDED, PROXY, admits("10.1.0.0/16", "11.0.0.0/8")), ("10.1.0.0/16",), "SecurityPolicy"),
        ((BOUNDED, PROXY, admits("11.0.0.0/8")), (), "SecurityPolicy"),
        ((BOUNDED,), None, ""),
    ],
)
def test_addresses_that_reach_the_listener_and_are_admitted(
    objects: tuple[str, ...], admitted: tuple[str, ...] | None, stated: str
) -> None:
    guards = get(reach(*objects, APP, route(), complete=SERVICES)).guards
    found = [one for one in guards if one.kind == "ip"]
    if admitted is None:
        assert found == []
    else:
        (one,) = found
        assert one.value == Sources.of(*admitted)
        assert one.at is not None
        assert one.at.object.kind == stated


def test_external_authorization_of_the_standard_is_no_filter_of_envoy_gateway() -> None:
    """Only the experimental channel has it, and nobody is asked: the whole rule answers 500, as the translator shows."""
    asks = "{type: ExternalAuth, externalAuth: {protocol: HTTP, http: {}, backendRef: {name: authz, port: 80}}}"
    found = outcome(GATEWAY, APP, route(asks), complete=COMPLETE)
    assert isinstance(found, Answer)
    assert (found.status, found.why) == (500, "Envoy Gateway has no filter of type ExternalAuth")
    assert isinstance(outcome(GATEWAY, APP, route(asks), target=BARE, complete=COMPLETE), Forwarded)
