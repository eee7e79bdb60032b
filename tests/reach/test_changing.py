"""Filters of a backendRef: what the gateway makes of them is a guard, an error or a note, and never nothing."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.diff.diff import diff
from gatewright.gateways.effect import Guard
from gatewright.protection.headers import HeaderEdit
from gatewright.reach.changing import composed
from gatewright.reach.outcome import Answer, Forwarded, Undecided
from gatewright.reach.question import Reply
from tests.reach.small import BARE, ENVOY, GATEWAY, get, reach

SET = "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-User, value: anyone}]}}"
ADDED = "{type: ResponseHeaderModifier, responseHeaderModifier: {add: [{name: x-shown, value: '1'}]}}"
REWRITES = "{type: URLRewrite, urlRewrite: {hostname: other.example.com}}"


def route(*filters: str, own: str = "", kind: str = "HTTPRoute") -> str:
    """A route with a backend for each of the lists of filters."""
    refs = ", ".join(f"{{name: app-{number}, port: 80{f', filters: [{one}]' if one else ''}}}" for number, one in enumerate(filters))
    of_rule = f", filters: [{own}]" if own else ""
    return (f"apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{namespace: shop, name: r}}\n"
            f"spec: {{parentRefs: [{{namespace: infra, name: edge}}], rules: [{{backendRefs: [{refs}]{of_rule}}}]}}\n")  # fmt: skip


def reply(*texts: str, target: Any = ENVOY) -> Reply:
    return get(reach(GATEWAY, *texts, target=target))


def value(found: Reply, kind: str) -> Any:
    return next((one.value for one in found.guards if one.kind == kind), None)


def test_headers_that_every_backend_gets_are_the_rules() -> None:
    found = reply(route(SET, SET))
    assert value(found, "header-edit") == HeaderEdit((("x-user", "anyone"),))
    assert value(reply(route(ADDED)), "response-headers") == (("x-shown", "1"),)
    assert value(reply(route(REWRITES)), "header-edit") == HeaderEdit((("host", "other.example.com"),))
    assert value(reply(route("")), "header-edit") is None


def test_of_the_rule_and_the_backend_both_count() -> None:
    own = "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-user, value: a}, {name: x-kept, value: b}]}}"
    assert value(reply(route(SET, own=own)), "header-edit") == HeaderEdit((("x-kept", "b"), ("x-user", "anyone")))


def test_backends_that_differ_leave_it_unknown_and_say_how() -> None:
    found = value(reply(route(SET, "")), "header-edit")
    assert found.reason.startswith(
        "the backends of the rule differ: Service shop/app-0 sets x-user; Service shop/app-1 no header changed ("
    )


@pytest.mark.parametrize(
    ("filters", "why"),
    [
        ("{type: RequestRedirect, requestRedirect: {scheme: https}}", "no filter of type RequestRedirect there"),
        ("{type: CORS, cors: {allowOrigins: ['*']}}", "no filter of type CORS there"),
        ("{type: RequestMirror, requestMirror: {backendRef: {name: copy, port: 80}}}", "no filter of type RequestMirror there"),
        ("{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /a}}}", "does not change paths there"),
        ("{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: gone}}", "does not exist"),
        ("{type: ExtensionRef, extensionRef: {group: example.com, kind: Widget, name: w}}", "is none that Envoy Gateway knows"),
    ],
)
def test_what_envoy_gateway_refuses_takes_the_backend(filters: str, why: str) -> None:
    found = reply(route(filters)).outcome
    assert isinstance(found, Answer)
    assert (found.status, why in found.why) == (500, True)
    other = reply(route(filters, "")).outcome
    assert isinstance(other, Forwarded)
    assert [bool(one.problem) for one in other.backends] == [True, False]


def test_one_that_the_api_server_refuses_leaves_it_open() -> None:
    found = reply(route("{type: Compress}")).outcome
    assert isinstance(found, Undecided)
    assert "the API server refuses it" in found.reason
    assert found.outcomes[0] == Answer(500, "")


def test_a_direct_response_there_does_nothing_and_grpc_takes_headers_alone() -> None:
    ref = "{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: f}}"
    head = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: HTTPRouteFilter\nmetadata: {namespace: shop, name: f}\n"
    direct = f"{head}spec: {{directResponse: {{statusCode: 403}}}}\n"
    found = reply(route(ref), direct)
    assert isinstance(found.outcome, Forwarded)
    assert "the direct response of HTTPRouteFilter shop/f does nothing for a backendRef" in found.notes
    assert isinstance(reply(route(ref, kind="GRPCRoute"), direct).outcome, Answer)
    assert value(reply(route(SET, kind="GRPCRoute")), "header-edit") == HeaderEdit((("x-user", "anyone"),))


def test_the_standard_leaves_all_of_them_open() -> None:
    assert (
        value(reply(route(SET), target=BARE), "header-edit").reason
        == "whether a filter of type RequestHeaderModifier of a backendRef is run is not known"
    )
    unknown = {one.kind for one in reply(route("{type: Compress}, {type: CORS, cors: {}}"), target=BARE).guards if one.state == "unknown"}
    assert {"extension", "cors"} <= unknown


def test_a_change_of_them_is_a_row() -> None:
    before, after = (
        reach(GATEWAY, route(one, one))
        for one in (SET, "{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: x-user, value: b}]}}")
    )
    assert diff(before, after).rows
    assert not diff(before, before).rows
    assert diff(reach(GATEWAY, route(SET, "")), reach(GATEWAY, route("", SET))).verdict != "none"


def test_headers_of_several_places_are_one_guard() -> None:
    first = (Guard("header-edit", HeaderEdit((("a", "1"), ("b", "1")), (("c", "1"),), ("d",))),)
    second = (Guard("header-edit", HeaderEdit((("b", "2"),), (), ("c",))),)
    assert [one.value for one in composed(first, (), second)] == [HeaderEdit((("a", "1"), ("b", "2")), (), ("d", "c"))]
    unknown = (Guard.unknown("header-edit", "somebody else's"),)
    assert [one.state for one in composed(first, unknown, second)] == ["unknown"]
    assert list(composed(first, ())) == []
    shown = [(Guard("response-headers", (("x", value),)),) for value in "12"]
    assert [one.value for one in composed(*shown)] == [(("x", "1"), ("x", "2"))]


def test_a_value_that_changes_on_one_of_several_backends_is_a_row() -> None:
    other = SET.replace("anyone", "somebody")
    assert diff(reach(GATEWAY, route(SET, "")), reach(GATEWAY, route(other, ""))).verdict != "none"
