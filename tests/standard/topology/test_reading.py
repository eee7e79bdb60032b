"""Routes of every kind as the standard reads them, with the CRD's defaults, and what becomes of what cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.manifest.identity import ObjectId
from gatewright.match import ANY_METHOD, ANY_PATH, Condition, Conditions, Equals, Exact, Host, Matches, Methods, Prefix, Regex
from gatewright.protection.entry import PathRewrite, Redirect
from gatewright.protection.headers import HeaderEdit
from gatewright.standard.topology.reading import routes, topology
from gatewright.standard.topology.route import BackendRef, CorsRule, FilterRef, Filters, Mirror, ParentRef, Route, RouteMatch, RouteRule
from tests.standard.topology.manifests import GROUP, gateway, route, thing, world


def read(**spec: Any) -> Route:
    (found,) = routes(world(route(**spec)))
    return found


def rule(item: Any, kind: str = "HTTPRoute") -> RouteRule:
    (found,) = read(kind=kind, rules=[item]).rules
    return found


def service(name: str = "orders", namespace: str = "infra", *, kind: str = "Service", group: str = "") -> ObjectId:
    return ObjectId(group, kind, namespace, name)


def test_a_route_as_it_stands() -> None:
    found = read(hosts=["a.example.com", "*.b.example.com"], created="2024-01-01T00:00:00Z", namespace="shop")
    assert (found.id, found.kind) == (ObjectId(GROUP, "HTTPRoute", "shop", "shop"), "HTTPRoute")
    assert found.parents == (ParentRef(ObjectId(GROUP, "Gateway", "infra", "edge")),)
    assert found.hosts == (Host("a.example.com"), Host("*.b.example.com"))
    assert (found.created, found.problem, found.loaded.line) == ("2024-01-01T00:00:00Z", "", 1)


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha2"])
@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute", "TCPRoute", "UDPRoute", "TLSRoute"])
def test_every_kind_in_every_version(kind: str, version: str) -> None:
    stated = {"rules": [{"backendRefs": [{"name": "orders", "port": 80}]}], "hostnames": ["a.example.com"]}
    (found,) = routes(world(thing(kind, "r", stated, version=f"{GROUP}/{version}")))
    assert found.kind == kind
    assert found.hosts == ((Host("a.example.com"),) if kind[:3] not in ("TCP", "UDP") else ())
    assert found.rules[0].backends == (BackendRef(service(), 80, 1, ("spec", "rules", 0, "backendRefs", 0)),)
    assert found.rules[0].matches == (RouteMatch(),)


def test_routes_stand_in_order_and_once() -> None:
    kinds = ["UDPRoute", "GRPCRoute", "HTTPRoute"]
    found = routes(world(*(route(name, kind=kind) for kind in kinds for name in ("b", "a")), route("a", kind="HTTPRoute")))
    assert [one.id for one in found] == sorted({one.id for one in found})
    assert len(found) == 6


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        ({"name": "edge"}, ParentRef(ObjectId(GROUP, "Gateway", "shop", "edge"))),
        ({"name": "edge", "namespace": "infra"}, ParentRef(ObjectId(GROUP, "Gateway", "infra", "edge"))),
        ({"name": "edge", "sectionName": "https", "port": 443}, ParentRef(ObjectId(GROUP, "Gateway", "shop", "edge"), "https", 443)),
        ({"kind": "ListenerSet", "name": "x"}, ParentRef(ObjectId(GROUP, "ListenerSet", "shop", "x"))),
        ({"group": "", "kind": "Service", "name": "x"}, ParentRef(ObjectId("", "Service", "shop", "x"))),
        ({"group": None, "kind": None, "namespace": None, "name": "x", "port": None}, ParentRef(ObjectId(GROUP, "Gateway", "shop", "x"))),
    ],
)
def test_parents(ref: Any, found: ParentRef) -> None:
    assert read(to=ref, namespace="shop").parents == (found,)


def test_an_http_route_without_rules_has_one_that_leads_nowhere() -> None:
    (found,) = read().rules
    assert (found.index, found.matches, found.backends, found.problem) == (0, (RouteMatch(),), (), "")
    assert read(rules=[]).rules == ()
    assert read(kind="GRPCRoute").rules == ()


def header(name: str, value: str, *, regex: bool = False, part: Any = "header") -> Condition:
    return Condition(part, name, Matches(value) if regex else Equals(value))


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, RouteMatch(index=0)),
        ({"path": {}}, RouteMatch(ANY_PATH, index=0)),
        ({"path": None}, RouteMatch(ANY_PATH, index=0)),
        ({"path": {"value": "/a"}}, RouteMatch(Prefix("/a"), index=0)),
        ({"path": {"type": "Exact"}}, RouteMatch(Exact("/"), index=0)),
        ({"path": {"type": "PathPrefix", "value": "/a/"}}, RouteMatch(Prefix("/a"), index=0, written="/a/")),
        ({"path": {"type": "Exact", "value": "/a/"}}, RouteMatch(Exact("/a/"), index=0)),
        ({"path": {"type": "RegularExpression", "value": "/v[0-9]+"}}, RouteMatch(Regex("/v[0-9]+"), index=0)),
        ({"method": "GET"}, RouteMatch(ANY_PATH, Methods.only("GET"), index=0)),
        ({"headers": [{"name": "X-A", "value": "1"}]}, RouteMatch(conditions=Conditions.of(header("x-a", "1")), index=0)),
        (
            {"headers": [{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}]},  # the first of equal names counts
            RouteMatch(conditions=Conditions.of(header("x-a", "1")), index=0),
        ),
        (
            {"headers": [{"type": "RegularExpression", "name": "a", "value": "x.*"}], "queryParams": [{"name": "Q", "value": "1"}]},
            RouteMatch(conditions=Conditions.of(header("a", "x.*", regex=True), header("Q", "1", part="query")), index=0),
        ),
        (
            {"queryParams": [{"name": "q", "value": "1"}, {"name": "Q", "value": "2"}, {"name": "q", "value": "3"}]},  # case counts here
            RouteMatch(conditions=Conditions.of(header("q", "1", part="query"), header("Q", "2", part="query")), index=0),
        ),
        ({"headers": [], "queryParams": None, "method": None}, RouteMatch(index=0)),
    ],
)
def test_http_matches(match: Any, expected: RouteMatch) -> None:
    found = rule({"matches": [match]})
    assert (found.matches, found.problem) == ((expected,), "")


def test_no_matches_are_every_request() -> None:
    for matches in (None, []):
        assert rule({"matches": matches}).matches == (RouteMatch(ANY_PATH, ANY_METHOD),)


@pytest.mark.parametrize(
    ("match", "path"),
    [
        ({}, ANY_PATH),
        ({"method": {"service": "shop.Orders", "method": "Get"}}, Exact("/shop.Orders/Get")),
        ({"method": {"type": "Exact", "service": "shop.Orders"}}, Prefix("/shop.Orders")),
        ({"method": {"method": "Get"}}, Regex("(?:/.*)?/Get")),
        ({"method": {"service": "", "method": "Get"}}, Regex("(?:/.*)?/Get")),
        ({"method": {"type": "RegularExpression", "service": "shop.+", "method": "Get|List"}}, Regex("/shop.+/(?:Get|List)")),
        ({"method": {"type": "RegularExpression", "service": "shop.+"}}, Regex("/shop.+/[^/]+")),
        ({"method": {"type": "RegularExpression", "method": "G.*"}}, Regex("/[^/]+/G.*")),
    ],
)
def test_grpc_matches(match: Any, path: Any) -> None:
    found = rule({"matches": [match]}, "GRPCRoute")
    assert found.problem == ""
    assert found.matches[0].path == path
    stated = match.get("method", {})
    assert found.matches[0].rpc == (stated.get("service", ""), stated.get("method", ""))


def test_grpc_method_alone() -> None:
    (found,) = rule({"matches": [{"method": {"method": "Get.It"}}]}, "GRPCRoute").matches
    assert [found.path.contains(path) for path in ("/a.B/Get.It", "/Get.It", "/a.B/GetXIt", "/a.B/Get.It/")] == [True, True, False, False]


def test_grpc_headers_ignore_case_and_repetition() -> None:
    items = [{"name": "A", "value": "1"}, {"name": "a", "type": "RegularExpression", "value": ".*"}]
    (found,) = rule({"matches": [{"headers": items}]}, "GRPCRoute").matches
    assert found.conditions == Conditions.of(header("a", "1"))


WHERE = ("spec", "rules", 0, "filters", 0)


@pytest.mark.parametrize(
    ("kind", "member", "body", "expected"),
    [
        (
            "RequestHeaderModifier",
            "requestHeaderModifier",
            {
                "set": [{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}],
                "add": [{"name": "B", "value": "3"}],
                "remove": ["X-C"],
            },
            {"request": HeaderEdit((("x-a", "1"),), (("b", "3"),), ("x-c",))},
        ),
        ("ResponseHeaderModifier", "responseHeaderModifier", {"remove": ["Server"]}, {"response": HeaderEdit(remove=("server",))}),
        ("RequestRedirect", "requestRedirect", {}, {"redirect": Redirect(302)}),
        (
            "RequestRedirect",
            "requestRedirect",
            {
                "scheme": "https",
                "hostname": "b.com",
                "port": 8443,
                "statusCode": 301,
                "path": {"type": "ReplaceFullPath", "replaceFullPath": "/x"},
            },
            {"redirect": Redirect(301, "https", "b.com", 8443, PathRewrite("/x", prefix=False))},
        ),
        (
            "URLRewrite",
            "urlRewrite",
            {"hostname": "b.com", "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": ""}},
            {"rewrite_path": PathRewrite("", prefix=True), "rewrite_host": "b.com"},
        ),
        ("URLRewrite", "urlRewrite", {}, {}),
        (
            "RequestMirror",
            "requestMirror",
            {"backendRef": {"name": "copy", "namespace": "far", "port": 80}},
            {"mirrors": (Mirror(BackendRef(service("copy", "far"), 80, 1, (*WHERE, "requestMirror", "backendRef"))),)},
        ),
        (
            "RequestMirror",
            "requestMirror",
            {"backendRef": {"name": "copy"}, "fraction": {"numerator": 1, "denominator": 8}},
            {"mirrors": (Mirror(BackendRef(service("copy"), 0, 1, (*WHERE, "requestMirror", "backendRef")), 12.5),)},
        ),
        (
            "CORS",
            "cors",
            {
                "allowOrigins": ["*"],
                "allowMethods": ["GET"],
                "allowHeaders": ["a"],
                "exposeHeaders": ["b"],
                "allowCredentials": True,
                "maxAge": 5,
            },
            {"cors": CorsRule(("*",), ("GET",), ("a",), ("b",), credentials=True)},
        ),
        (
            "ExternalAuth",
            "externalAuth",
            {"protocol": "GRPC", "backendRef": {"name": "authz", "port": 9000}},
            {"external_auth": BackendRef(service("authz"), 9000, 1, (*WHERE, "externalAuth", "backendRef"))},
        ),
        (
            "ExtensionRef",
            "extensionRef",
            {"group": "example.com", "kind": "Filter", "name": "f"},
            {"extensions": (FilterRef(service("f", kind="Filter", group="example.com"), (*WHERE, "extensionRef")),)},
        ),
    ],
)
def test_filters(kind: str, member: str, body: Any, expected: Any) -> None:
    found = rule({"filters": [{"type": kind, member: body}]})
    assert (found.filters, found.problem) == (Filters((kind,), **expected), "")


def test_filters_in_order_and_repeated_where_they_may_be() -> None:
    mirrors = [{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": name}}} for name in ("a", "b")]
    found = rule({"filters": [*mirrors, {"type": "Compress"}, {"type": "CORS", "cors": {}}]})
    assert found.filters.order == ("RequestMirror", "RequestMirror", "Compress", "CORS")
    assert [one.to.to.name for one in found.filters.mirrors] == ["a", "b"]
    assert found.filters.unread == ("Compress",)
    assert found.problem == ""


def test_backends_and_their_filters() -> None:
    refs = [
        {"name": "a", "port": 80, "weight": 0},
        {
            "group": "example.com",
            "kind": "Bucket",
            "name": "b",
            "namespace": "far",
            "filters": [{"type": "CORS", "cors": {"allowOrigins": ["*"]}}],
        },
    ]
    assert rule({"backendRefs": refs}).backends == (
        BackendRef(service("a"), 80, 0, ("spec", "rules", 0, "backendRefs", 0)),
        BackendRef(
            service("b", "far", kind="Bucket", group="example.com"),
            0,
            1,
            ("spec", "rules", 0, "backendRefs", 1),
            Filters(("CORS",), cors=CorsRule(("*",))),
        ),
    )


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (None, (None, None)),
        ({}, (None, None)),
        ({"request": "10s", "backendRequest": "500ms"}, (10_000, 500)),
        ({"request": "1h2m3s4ms"}, (3_723_004, None)),
        ({"request": "0s"}, (0, None)),  # says that there is no limit
    ],
)
def test_times(times: Any, expected: Any) -> None:
    found = rule({"name": "first", "timeouts": times})
    assert (found.request_timeout, found.backend_timeout, found.problem, found.name) == (*expected, "", "first")


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("x", "spec.rules[0] is an object, got 'x'"),
        ({"matches": {}}, "spec.rules[0]: matches is a list, got {}"),
        ({"matches": ["/"]}, "spec.rules[0].matches[0]: a match is an object"),
        ({"matches": [{"path": "/a"}]}, "path is an object"),
        ({"matches": [{"path": {"value": 1}}]}, "path.value is text, got 1"),
        ({"matches": [{"path": {"type": ["Exact"]}}]}, "path.type is text"),
        ({"matches": [{"path": {"type": "Prefix", "value": "/"}}]}, 'did you mean "PathPrefix"'),
        ({"matches": [{"path": {"type": "Exact", "value": "a"}}]}, "path.value is not a path"),
        ({"matches": [{"path": {"type": "Exact", "value": "/a?b"}}]}, "path.value is not a path"),
        ({"matches": [{"path": {"value": "/a//b"}}]}, "no empty element"),
        ({"matches": [{"method": "get"}]}, 'did you mean "GET"'),
        ({"matches": [{"method": ["GET"]}]}, "method is text"),
        ({"matches": [{"headers": {"a": "b"}}]}, "headers is a list"),
        ({"matches": [{"headers": [{"value": "b"}]}]}, "it has no name"),
        ({"matches": [{"headers": [{"name": "a", "value": 1}]}]}, "value is text, got 1"),
        ({"matches": [{"queryParams": [{"name": "a", "type": "Prefix"}]}]}, "Exact or RegularExpression, got 'Prefix'"),
        ({"filters": "x"}, "filters is a list"),
        ({"filters": ["x"]}, "spec.rules[0].filters[0]: a filter is an object"),
        ({"filters": [{"type": "CORS"}]}, "cors of a filter of type CORS is an object, got None"),
        ({"filters": [{"type": "RequestRedirect", "requestRedirect": {"path": {"type": "Replace"}}}]}, "path.type is"),
        (
            {"filters": [{"type": "RequestRedirect", "requestRedirect": {"path": {"type": "ReplaceFullPath"}}}]},
            "path.replaceFullPath is missing",
        ),
        ({"filters": [{"type": "RequestRedirect", "requestRedirect": {"port": "443"}}]}, "port is a whole number"),
        ({"filters": [{"type": "RequestMirror", "requestMirror": {}}]}, "a backendRef is an object"),
        (
            {"filters": [{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a"}, "fraction": {"denominator": 0}}}]},
            "at least 1",
        ),
        ({"filters": [{"type": "CORS", "cors": {"allowOrigins": [1]}}]}, "allowOrigins is a list of texts"),
        ({"filters": [{"type": "CORS", "cors": {"allowCredentials": "yes"}}]}, "true or false"),
        ({"filters": [{"type": "CORS", "cors": {}}] * 2}, "a rule has one CORS"),
        ({"filters": [{"type": "RequestRedirect", "requestRedirect": {}}, {"type": "URLRewrite", "urlRewrite": {}}]}, "does both"),
        ({"backendRefs": {"name": "a"}}, "backendRefs is a list"),
        ({"backendRefs": [{"port": 80}]}, "spec.rules[0].backendRefs[0]: it has no name"),
        ({"backendRefs": [{"name": "a", "port": "http"}]}, "port is a whole number"),
        ({"backendRefs": [{"name": "a", "weight": -1}]}, "weight is a whole number"),
        ({"backendRefs": [{"name": "a", "weight": True}]}, "weight is a whole number"),
        ({"timeouts": "10s"}, "timeouts is an object"),
        ({"timeouts": {"request": "10"}}, "request is a duration such as 30s, got '10'"),
        ({"timeouts": {"request": 10}}, "request is a duration"),
    ],
)
def test_what_cannot_be_read_is_told_and_no_rule_is_lost(item: Any, says: str) -> None:
    assert says in rule(item).problem


@pytest.mark.parametrize(
    ("match", "says"),
    [
        ({"method": {}}, "names a service, a method or both"),
        ({"method": "Get"}, "method is an object"),
        ({"method": {"service": 1}}, "service is text"),
        ({"method": {"type": "Prefix", "service": "a"}}, "method.type is Exact or RegularExpression"),
        ({"method": {"service": "a b"}}, "method is not a path"),
    ],
)
def test_grpc_matches_that_cannot_be_read(match: Any, says: str) -> None:
    assert says in rule({"matches": [match]}, "GRPCRoute").problem


def test_what_can_be_read_stays() -> None:
    found = rule({"matches": [{"path": {"value": "a"}}, {"path": {"value": "/b"}}], "backendRefs": [{}, {"name": "b"}]})
    assert [(one.path, one.index) for one in found.matches] == [(Prefix("/b"), 1)]
    assert [one.to.name for one in found.backends] == ["b"]
    assert found.problem.count(";") == 1


def test_matches_that_cannot_be_read_are_not_every_request() -> None:
    for matches in ("x", ["x"], [{"path": {"value": "a"}}]):
        assert rule({"matches": matches}).matches == ()


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"to": [{"name": 1}]}, "spec.parentRefs[0]: name is text, got 1"),
        ({"to": ["edge"]}, "spec.parentRefs[0]: a parentRef is an object"),
        ({"to": [{"name": "edge", "port": "80"}]}, "port is a whole number"),
        ({"hosts": "a.example.com"}, "spec.hostnames is a list"),
        ({"hosts": ["a.example.com", "https://b"]}, "spec.hostnames[1] is a lower-case DNS name, perhaps after `*.`, got 'https://b'"),
        ({"hosts": ["*"]}, "spec.hostnames[0]"),
        ({"hosts": ["A.example.com"]}, "spec.hostnames[0]"),
        ({"hosts": [None]}, "spec.hostnames[0]"),
        ({"rules": {}}, "spec.rules is a list"),
        ({"kind": "TLSRoute"}, "a TLSRoute states hostnames"),
        ({"kind": "TLSRoute", "hosts": []}, "a TLSRoute states hostnames"),
    ],
)
def test_what_makes_a_whole_route_unreadable(spec: Any, says: str) -> None:
    assert says in read(**spec).problem


@pytest.mark.parametrize("spec", ["x", 1, [], [{}]])
def test_a_spec_that_is_none(spec: Any) -> None:
    (found,) = routes(world(thing("HTTPRoute", "r") | {"spec": spec}))
    assert "spec is an object" in found.problem
    (empty,) = routes(world(thing("HTTPRoute", "r") | {"spec": None}))
    assert (empty.problem, empty.parents, len(empty.rules)) == ("", (), 1)


def test_everything_of_a_world() -> None:
    found = topology(world(gateway(), route(), thing("Service", "x", version="v1")))
    assert [str(one) for one in found.gateways] == ["Gateway infra/edge"]
    assert [str(one.id) for one in found.routes] == ["HTTPRoute infra/shop"]
    assert found.grants.complete
    assert list(found.namespaces.known()) == ["infra"]
