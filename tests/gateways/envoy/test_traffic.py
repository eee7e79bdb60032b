"""BackendTrafficPolicy: what it bounds, what it only watches, and when it makes the gateway answer 500."""

import pytest

from gatewright.gateways.envoy import limit
from gatewright.gateways.envoy.effects import traffic
from gatewright.gateways.envoy.effects.covered import stated_by
from gatewright.manifest.identity import ObjectId
from gatewright.protection.bounds import CountedLimit, Extensions
from gatewright.protection.limit import RateLimit
from gatewright.protection.traffic import Timeouts
from gatewright.protection.unknown import Unknown
from tests.gateways.envoy import accounting

POLICY = ObjectId("gateway.envoyproxy.io", "BackendTrafficPolicy", "shop", "orders")
LIMIT = {"requests": 3, "unit": "Minute"}
SELECTED = {
    "clientSelectors": [
        {
            "headers": [{"name": "x-a", "type": "Exact", "value": "1", "invert": True}, {"name": "x-b", "type": "Distinct"}],
            "methods": [{"value": "GET", "invert": False}],
            "path": {"type": "Exact", "value": "/a", "invert": False},
            "queryParams": [{"name": "q", "type": "RegularExpression", "value": ".*", "invert": False}],
            "sourceCIDR": {"type": "Exact", "value": "10.0.0.0/8", "invert": False},
        }
    ],
    "limit": LIMIT,
    "shadowMode": False,
}
CHARGED = {
    **SELECTED,
    "shared": False,
    "limit": {**LIMIT, "fromMetadata": {"namespace": "n", "key": "k"}},
    "cost": {"request": {"number": 2}, "response": {"metadata": {"namespace": "n", "key": "k"}}},
}
OTHERWISE = {**SELECTED, "cost": {"request": {"metadata": {"namespace": "n", "key": "k"}}, "response": {"number": 5}}}
DISTINCT = {"clientSelectors": [{"sourceCIDR": {"type": "Distinct", "value": "10.0.0.0/8"}}], "limit": LIMIT}
VALUE = {"type": "Exact", "value": "v"}
REDIRECT = {"hostname": "a.example.com", "port": 8080, "scheme": "https", "statusCode": 301}
SAMPLES = (
    {
        "rateLimit": {"type": "Global", "global": {"rules": [CHARGED, OTHERWISE, DISTINCT]}, "local": {"rules": [SELECTED]}},
        "timeout": {
            "http": {"requestTimeout": "9s", "streamIdleTimeout": "3s", "maxStreamDuration": "5s"},
            "tcp": {"connectTimeout": "1s"},
        },
        "httpUpgrade": [{"type": "CONNECT", "connect": {"terminate": True}}],
        "faultInjection": {"abort": {"httpStatus": 503, "percentage": 100}, "delay": {"fixedDelay": "1s", "percentage": 5}},
        "loadBalancer": {"endpointOverride": {"extractFrom": [{"header": "x-pod"}]}, "dynamicModule": {"name": "m", "lbPolicyName": "p"}},
        "responseOverride": [
            {
                "match": {
                    "responseHeaders": [{"name": "x-a", "value": VALUE}],
                    "statusCodes": [{"type": "Range", "range": {"start": 400, "end": 499}}, {"type": "Value", "value": 500}],
                },
                "source": "Local",
                "response": {"statusCode": 200},
            },
            {"match": {"statusCodes": []}, "redirect": {**REDIRECT, "path": {"type": "ReplaceFullPath", "replaceFullPath": "/b"}}},
            {"match": {"statusCodes": []}, "redirect": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/c"}}},
        ],
        "proxyProtocol": {"version": "V2"},
    },
    {
        "rateLimit": {"local": {"rules": [SELECTED, DISTINCT, {"limit": LIMIT}]}},
        "timeout": {"http": {"requestTimeout": "9s"}},
        "requestBuffer": {"limit": "1Ki"},
        "faultInjection": {"abort": {"grpcStatus": 7}},
    },
)


def said(spec):
    return (
        traffic.traffic_guards(spec),
        traffic.traffic_answer(spec),
        traffic.narrows(spec),
        traffic.traffic_notes(spec),
    )


def guard(kind, spec, **more):
    return next((one for one in traffic.traffic_guards(spec, stated_by(POLICY), **more) if one.kind == kind), None)


def limits(*rules, scope="local", **more):
    return guard("rate-limit", {"rateLimit": {scope: {"rules": list(rules)}}}, **more)


def test_every_field_is_accounted_for():
    accounting.accounted("BackendTrafficPolicy", traffic.FIELDS)


def test_what_is_listed_as_read_is_read():
    accounting.read(traffic.FIELDS, said, SAMPLES)


def test_nothing_makes_it_fall():
    accounting.never_falls(said, SAMPLES)


def test_nothing_in_a_rule_or_in_the_listeners_policy_makes_it_fall():
    sample = {"rule": {"timeouts": {"request": "1s", "backendRequest": "1s"}}, "client": {"timeout": {"http": {"streamIdleTimeout": "1s"}}}}
    accounting.never_falls(lambda spec: traffic.traffic_guards({}, rule=spec["rule"], client=spec["client"]), [sample])


def test_without_a_policy_envoys_own_bounds_stand():
    assert guard("timeout", {}).value == Timeouts(request=15_000, idle=300_000, connect=10_000)
    assert guard("upgrade", {}).value == ("websocket",)
    assert {one.kind for one in traffic.traffic_guards({})} == {"timeout", "upgrade"}
    assert all(one.at is None for one in traffic.traffic_guards({}))


def test_our_own_forms_are_recognised():
    family = [{"clientSelectors": [{"sourceCIDR": {"type": "Distinct", "value": one}}], "limit": LIMIT} for one in ("0.0.0.0/0", "::/0")]
    cap = {"clientSelectors": [{"path": {"type": "PathPrefix", "value": "/"}}], "limit": {"requests": 60, "unit": "Minute"}}
    assert limits(*family, cap).value == (RateLimit(3, "minute", "client-ip", "replica"),)
    other = {"clientSelectors": [{"methods": [{"value": "POST"}], "path": {"value": "/login", "type": "Exact"}}], "limit": LIMIT}
    recognised, counted = limits(*family, cap, other).value
    assert (recognised, counted.selects) == (RateLimit(3, "minute", "client-ip", "replica"), ("method POST", "path is /login"))


def test_an_address_without_a_cap_is_one_of_20():
    one = {"clientSelectors": [{"sourceCIDR": {"type": "Distinct", "value": "0.0.0.0/0"}}], "limit": LIMIT}
    assert limits(one).value[0].selects == ("each of 20 addresses at once in 0.0.0.0/0",)


@pytest.mark.parametrize("closed", [True, False])
def test_a_shared_limit_fails_open_unless_the_operator_said_otherwise(closed):
    rule = {"clientSelectors": [{"path": {"type": "PathPrefix", "value": "/"}}], "limit": LIMIT, "shared": True}
    expected = RateLimit(3, "minute", "everyone", "shared") if closed else CountedLimit(3, "minute", (), "shared", fails_open=True)
    assert limits(rule, scope="global", fails_closed=closed).value == (expected,)


def test_a_shared_limit_of_each_match_is_not_one_of_all():
    assert limits({"limit": LIMIT}, scope="global", fails_closed=True).value[0].scope == "shared, each match alone"


def test_without_a_type_both_count():
    spec = {"rateLimit": {"local": {"rules": [{"limit": LIMIT}]}, "global": {"rules": [{"limit": LIMIT, "shared": True}]}}}
    assert guard("rate-limit", spec, fails_closed=True).value == (
        RateLimit(3, "minute", "everyone", "shared"),
    )  # which implies the one of each replica


def test_what_watches_alone_is_not_enforced():
    watching = {"clientSelectors": [{"path": {"value": "/"}}], "limit": LIMIT, "shadowMode": True}
    assert limits(watching).state == "not-enforced"
    assert limits(watching, {"limit": LIMIT}).state == "enforced"


def test_a_limit_that_is_not_read_is_unknown_and_never_none():
    for broken in ({"limit": {"requests": "3", "unit": "Minute"}}, {"limit": {"requests": 3, "unit": "Blink"}}, "junk"):
        assert limits(broken).state == "unknown"
    assert guard("rate-limit", {"rateLimit": "junk"}).state == "unknown"
    assert guard("body-limit", {"requestBuffer": {"limit": "much"}}).state == "unknown"


@pytest.mark.parametrize(
    ("times", "rule", "client", "expected"),
    [
        ({"http": {"requestTimeout": "2h"}}, None, {}, Timeouts(7_200_000, None, 7_200_000, 10_000)),
        ({"http": {"requestTimeout": "0s"}}, None, {}, Timeouts(None, None, None, 10_000)),
        ({"http": {"requestTimeout": "9s", "maxStreamDuration": "5s"}}, None, {}, Timeouts(5_000, None, 3_600_000, 10_000)),
        ({"http": {"requestTimeout": "9s"}}, {"timeouts": {"request": "4s"}}, {}, Timeouts(4_000, None, 3_600_000, 10_000)),
        ({}, {"timeouts": {"request": "0s"}}, {}, Timeouts(None, None, None, 10_000)),
        ({}, None, {"timeout": {"http": {"streamIdleTimeout": "7s"}}}, Timeouts(15_000, None, 7_000, 10_000)),
        (
            {"http": {"streamIdleTimeout": "3s"}},
            None,
            {"timeout": {"http": {"streamIdleTimeout": "7s"}}},
            Timeouts(15_000, None, 3_000, 10_000),
        ),
        ({"tcp": {"connectTimeout": "0s"}}, None, {}, Timeouts(15_000, None, 300_000, None)),
    ],
)
def test_times(times, rule, client, expected):
    assert guard("timeout", {"timeout": times}, rule=rule, client=client).value == expected


def test_upgrades():
    assert guard("upgrade", {"httpUpgrade": []}).value == ("websocket",)
    assert guard("upgrade", {"httpUpgrade": [{"type": "none"}]}).value == ()
    assert guard("upgrade", {"httpUpgrade": [{"type": "SPDY/3.1"}, {"type": "websocket"}]}).value == ("spdy/3.1", "websocket")
    assert guard("upgrade", {"requestBuffer": {"limit": 1}}).value == ()
    assert guard("upgrade", {}, grpc=True).value == ()


def test_where_it_is_stated():
    spec = {"rateLimit": {"local": {"rules": [{"limit": LIMIT}]}}, "requestBuffer": {"limit": "1Mi"}}
    assert (guard("body-limit", spec).at.object, guard("body-limit", spec).at.path) == (POLICY, ("spec", "requestBuffer", "limit"))
    assert guard("rate-limit", spec).at.path == ("spec", "rateLimit")
    assert guard("body-limit", spec).value == 1_048_576


@pytest.mark.parametrize(
    "spec",
    [
        {"rateLimit": {"local": {"rules": [{"limit": LIMIT}, {"limit": LIMIT}]}}},
        {"rateLimit": {"local": {"rules": [{"limit": {"requests": 1, "unit": "Hour"}}, {**SELECTED}]}}},
        {"rateLimit": {"type": "Global"}},
        {"rateLimit": {"local": {"rules": [{"clientSelectors": [{}], "limit": LIMIT}]}}},
        {"requestBuffer": {"limit": "1Ki"}, "httpUpgrade": [{"type": "websocket"}]},
        {"requestBuffer": {"limit": "8Gi"}},
    ],
)
def test_what_the_translator_refuses_answers_500(spec):
    assert traffic.traffic_answer(spec).status == 500


def test_a_fault_of_all_requests_answers_them():
    assert traffic.traffic_answer({"faultInjection": {"abort": {"httpStatus": 418}}}).status == 418
    assert traffic.traffic_answer({"faultInjection": {"abort": {"httpStatus": 418, "percentage": 99.9}}}) is None
    fault = guard("extension", {"faultInjection": {"abort": {"httpStatus": 418, "percentage": 5}}})
    assert fault.value == Extensions(("fault: 5% are answered 418",))


def test_what_reads_our_own_forms_takes_no_other_for_one():
    every = {"clientSelectors": [{"path": {"type": "PathPrefix", "value": "/"}}], "limit": LIMIT}
    both = {"rateLimit": {"local": {"rules": [every]}, "global": {"rules": [{**every, "shared": True}]}}}
    assert isinstance(limit.read(both), Unknown)
    assert limit.read({"rateLimit": {"global": {"rules": [{**every, "shared": True}]}}}) == (RateLimit(3, "minute", "everyone", "shared"),)
    said_elsewhere = {**every, "shared": True, "limit": {**LIMIT, "fromMetadata": {"namespace": "n", "key": "k"}}}
    assert isinstance(limit.read({"rateLimit": {"type": "Global", "global": {"rules": [said_elsewhere]}}}), Unknown)
