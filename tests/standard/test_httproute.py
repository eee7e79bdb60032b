"""What an HTTPRoute says of a rule, field by field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.gateways.fields import milliseconds, quantity, size
from gatewright.match import Condition, Conditions, Equals, Exact, Matches, Prefix, Regex
from gatewright.protection.entry import Forward, PathRewrite, Redirect, Respond, Rule, Target
from gatewright.protection.headers import HeaderEdit
from gatewright.protection.policy import UNPROTECTED, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.standard.httproute import http_route
from gatewright.standard.limits import parts
from gatewright.standard.objects import duration
from tests.properties import strategies as draw

HERE = Target("shop", "orders", 8080)


def written(*rules, policy=UNPROTECTED, **changes):
    route = draw.route(policy, rules=rules, **changes)
    [part] = parts(route.hosts, route.rules)
    return http_route(route, part, lambda answer: {"type": "ExtensionRef", "extensionRef": {"status": answer.status}})


def spec(action, policy=UNPROTECTED, **changes):
    [rule] = written(Rule((Prefix("/a"),), action, **changes), policy=policy)["spec"]["rules"]
    assert rule.pop("matches") == [{"path": {"type": "PathPrefix", "value": "/a"}}]
    return rule


def test_every_parent_has_a_section():
    route = written(Rule((Prefix("/"),), Forward((HERE,))), listeners=("docs", "shop"))
    common = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "infra", "name": "edge"}
    assert route["spec"]["parentRefs"] == [{**common, "sectionName": "docs"}, {**common, "sectionName": "shop"}]
    assert route["spec"]["hostnames"] == ["shop.example.com"]
    assert (route["metadata"]["name"], route["metadata"]["namespace"]) == ("orders", "shop")


def test_matches():
    conditions = Conditions.of(
        Condition("header", "x-a", Equals("1")),
        Condition("header", "x-b", Matches("[0-9]")),
        Condition("query", "q", Equals("z")),
        Condition("query", "r", Matches("y")),
    )
    [rule] = written(Rule((Exact("/a"), Regex("/b.*")), Forward((HERE,)), "GET", conditions))["spec"]["rules"]
    both = {
        "headers": [{"type": "Exact", "name": "x-a", "value": "1"}, {"type": "RegularExpression", "name": "x-b", "value": "[0-9]"}],
        "queryParams": [{"type": "Exact", "name": "q", "value": "z"}, {"type": "RegularExpression", "name": "r", "value": "y"}],
        "method": "GET",
    }
    assert rule["matches"] == [{"path": {"type": "Exact", "value": "/a"}, **both}, {"path": {"type": "RegularExpression", "value": "/b.*"}, **both}]


BACKEND = {"group": "", "kind": "Service", "name": "orders", "port": 8080, "weight": 1}


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        (Forward((HERE,)), {"backendRefs": [BACKEND]}),
        (Forward((Target("other", "orders", 8080, 0),)), {"backendRefs": [{**BACKEND, "namespace": "other", "weight": 0}]}),
        (
            Forward((HERE,), PathRewrite("/b"), "x.example.com"),
            {
                "filters": [
                    {"type": "URLRewrite", "urlRewrite": {"hostname": "x.example.com", "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/b"}}}
                ],
                "backendRefs": [BACKEND],
            },
        ),
        (
            Forward((HERE,), PathRewrite("/b", prefix=False)),
            {"filters": [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/b"}}}], "backendRefs": [BACKEND]},
        ),
        (Forward((HERE,), None, "x.example.com"), {"filters": [{"type": "URLRewrite", "urlRewrite": {"hostname": "x.example.com"}}], "backendRefs": [BACKEND]}),
        (Redirect(), {"filters": [{"type": "RequestRedirect", "requestRedirect": {"statusCode": 308}}]}),
        (
            Redirect(301, "https", "x.example.com", 8443, PathRewrite("/b")),
            {
                "filters": [
                    {
                        "type": "RequestRedirect",
                        "requestRedirect": {
                            "scheme": "https", "hostname": "x.example.com", "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/b"},
                            "port": 8443, "statusCode": 301,
                        },
                    }
                ]
            },
        ),
        (Respond(404), {"filters": [{"type": "ExtensionRef", "extensionRef": {"status": 404}}]}),
    ],
)  # fmt: skip
def test_actions(action, rule):
    assert spec(action) == rule


def test_headers():
    edit = HeaderEdit((("x-a", "1"),), (("x-b", "2"),), ("x-c",))
    stated = {"set": [{"name": "x-a", "value": "1"}], "add": [{"name": "x-b", "value": "2"}], "remove": ["x-c"]}
    rule = spec(Forward((HERE,)), request_headers=edit, response_headers=HeaderEdit(remove=("server",)))
    assert rule["filters"] == [
        {"type": "RequestHeaderModifier", "requestHeaderModifier": stated},
        {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"remove": ["server"]}},
    ]


@pytest.mark.parametrize(
    ("times", "timeouts"),
    [
        (Timeouts(), None),
        (Timeouts(idle=1, connect=1), None),
        (Timeouts(request=1_500), {"request": "1500ms"}),
        (Timeouts(30_000, 60_000), {"request": "30s", "backendRequest": "1m"}),
    ],
)
def test_timeouts(times, timeouts):
    assert spec(Forward((HERE,)), Policy(timeouts=times)).get("timeouts") == timeouts
    assert "timeouts" not in spec(Redirect(), Policy(timeouts=times))


@given(st.integers(1, 10**9))
def test_durations_and_sizes_are_read_as_they_are_written(value):
    assert milliseconds(duration(value)) == value
    assert size(quantity(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0s", None), ("", None), ("5", None), ("s", None), ("1.5s", None), ("1d", None), ("-1s", None), (None, None), (5, None), ("1h1s", 3_601_000),
        ("01s", 1_000), ("1s1s", 2_000), ("10ms", 10), ("1m", 60_000), ("1m1ms", 60_001),
    ],
)  # fmt: skip
def test_durations(text, value):
    assert milliseconds(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1Ki", 1024), ("1Mi", 1024**2), ("2Gi", 2 * 1024**3), ("1k", 1000), ("1M", 10**6), ("1G", 10**9), ("7", 7), (7, 7), ("1.5Mi", None), ("", None),
     (True, None), ("Mi", None), (None, None), ("-1", None), ("1e3", None)],
)  # fmt: skip
def test_sizes(text, value):
    assert size(text) == value
