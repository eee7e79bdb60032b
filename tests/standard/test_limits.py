"""A route cut into HTTPRoutes: every host with every rule, each once, within the limits of the CRD."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gatewright.admission import schema
from gatewright.match import Exact, Prefix
from gatewright.protection.entry import PathRewrite, Redirect, Respond, Rule
from gatewright.standard.limits import HOSTS, MATCHES, MATCHES_IN_ALL, RULES, parts
from tests.properties.budget import examples


def rules(counts):
    return tuple(Rule(tuple(Exact(f"/{number}/{path}") for path in range(count)), Respond(404)) for number, count in enumerate(counts))


@examples(60)
@given(st.integers(1, 40), st.lists(st.integers(1, 150), min_size=1, max_size=40))
def test_every_pair_once_and_no_part_too_large(hosts, counts):
    hosts, whole = [f"h{number}" for number in range(hosts)], rules(counts)
    found = parts(hosts, whole)
    for part in found:
        assert 1 <= len(part.hosts) <= HOSTS
        assert 1 <= len(part.rules) <= RULES
        assert all(1 <= len(rule.paths) <= MATCHES for rule in part.rules)
        assert sum(len(rule.paths) for rule in part.rules) <= MATCHES_IN_ALL
    pairs = [(host, path) for part in found for host in part.hosts for rule in part.rules for path in rule.paths]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == set(product(hosts, [path for rule in whole for path in rule.paths]))
    assert [part.number for part in found] == list(range(1, len(found) + 1))


def test_what_fits_stays_whole():
    [part] = parts(["h"] * HOSTS, rules([8] * RULES))
    assert part.rules == rules([8] * RULES)
    assert part.name("orders") == "orders"
    assert [one.name("orders") for one in parts(["h"], rules([1] * 17))] == ["orders", "orders-2"]


@examples(60)
@given(st.integers(1, 16), st.integers(1, 300))
def test_all_rules_of_a_path_stay_together_and_in_order(count, paths):
    alike = tuple(Exact(f"/{number}") for number in range(paths))
    whole = tuple(Rule(alike, Respond(400 + number)) for number in range(count))
    found = parts(["h"], whole)
    for part in found:
        assert [rule.action for rule in part.rules[:count]] == [rule.action for rule in whole]
        by_path = [path for path in alike if any(path in rule.paths for rule in part.rules)]
        for path in by_path:
            assert [rule.action for rule in part.rules if path in rule.paths] == [rule.action for rule in whole]
        assert len(part.rules) <= RULES
        assert sum(len(rule.paths) for rule in part.rules) <= MATCHES_IN_ALL
    assert [path for part in found for rule in part.rules if rule.action == whole[0].action for path in rule.paths] == list(alike)
    if count * paths <= MATCHES_IN_ALL and paths <= MATCHES:
        assert found[0].rules == whole


def test_a_rule_that_replaces_prefixes_has_one_path_in_each_part():
    paths = (Prefix("/a"), Prefix("/b"))
    rule = Rule(paths, Redirect(308, None, None, None, PathRewrite("/c", prefix=True)))
    [part] = parts(["h"], [rule])
    assert [one.paths for one in part.rules] == [(path,) for path in paths]
    whole = Rule(paths, Redirect(308, None, None, None, PathRewrite("/c", prefix=False)))
    assert [one.paths for one in parts(["h"], [whole])[0].rules] == [paths]


def test_the_limits_are_those_of_every_release():
    for version in ("1.5", "1.6", "1.7"):
        route = schema.load(f"gateway-api-{version}-standard").schema("gateway.networking.k8s.io", "HTTPRoute", "v1")
        assert route.at("spec.hostnames").max_items == HOSTS
        assert route.at("spec.rules").max_items == RULES
        assert route.at("spec.rules.matches").max_items == MATCHES
