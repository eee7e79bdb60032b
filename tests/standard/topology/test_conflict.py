"""Listeners that cannot be told apart, and what the more specific one hides (gateways.md §2.1; Gateway.spec.listeners, GEP-1713)."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.standard.topology.conflict import group_of
from tests.standard.topology.manifests import gateway, https, listener, listener_set, open_to
from tests.standard.topology.test_listening import served

PASS = {"mode": "Passthrough"}
OPEN = {"allowedListeners": open_to("All")}


def serving(*items: dict[str, Any]) -> list[bool]:
    found = served(gateway(*items)).listeners
    assert not any(one.undecided for one in found)
    return [not one.problem for one in found]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        # the same port and hostname: no winner
        ([listener("a"), listener("b")], [False, False]),
        ([https("a", "a.example.com"), https("b", "a.example.com")], [False, False]),
        ([https("a", "a.example.com"), https("b", "a.example.com"), https("c", "c.example.com")], [False, False, True]),
        # TLS settings make no difference; HTTPS and TLS are told apart by server name alone
        ([https("a", "a.example.com"), listener("b", 443, "TLS", "a.example.com", tls=PASS)], [False, False]),
        ([https("a", "a.example.com"), listener("b", 443, "TLS", "b.example.com", tls=PASS)], [True, True]),
        # hostnames that overlap are distinct
        ([https("a", "a.example.com"), https("b", "*.example.com"), https("c")], [True, True, True]),
        ([https("a", "a.example.com"), https("b", "a.example.com", 8443)], [True, True]),
        # a TCP listener takes the port from all others
        ([listener("a", 443, "TCP"), https("b", "b.example.com"), https("c", "c.example.com")], [False, False, False]),
        ([listener("a", 80, "HTTP"), https("b", port=80)], [False, False]),
        ([listener("a", 53, "TCP"), listener("b", 53, "TCP")], [False, False]),
        ([listener("a", 53, "UDP"), listener("b", 53, "UDP")], [False, False]),
        ([listener("a", 53, "UDP"), listener("b", 53, "TCP")], [True, True]),
        ([listener("a", 443, "UDP"), https("b")], [True, True]),
        # what serves nothing anyway is in nobody's way
        ([https("a", "a.example.com", tls={}), https("b", "a.example.com")], [False, True]),
    ],
)
def test_within_one_gateway(items: list[dict[str, Any]], expected: list[bool]) -> None:
    assert serving(*items) == expected
    assert serving(*reversed(items)) == expected[::-1]


def test_the_other_is_named() -> None:
    found = served(gateway(https("a", "a.example.com"), https("b", "a.example.com"))).listeners
    assert found[0].problem == "port 443 and hostname a.example.com is stated more than once; see listener b of Gateway infra/edge"


OLD, NEW = "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"


def winners(own: list[dict[str, Any]], *sets: dict[str, Any]) -> set[str]:
    found = served(gateway(*own, **OPEN), *sets).listeners
    assert not any(one.undecided for one in found)
    return {f"{one.owner.name}/{one.name}" for one in found if not one.problem}


HOST = "a.example.com"


# With ListenerSets there is a winner: the Gateway, then the oldest, then the first by name.


def test_the_gateway_wins() -> None:
    assert winners([https("g", HOST)], listener_set(https("s", HOST), created=OLD)) == {"edge/g"}


def test_then_the_oldest() -> None:
    sets = [listener_set(https("s", HOST), name="a", created=NEW), listener_set(https("s", HOST), name="b", created=OLD)]
    assert winners([], *sets) == {"b/s"}


def test_then_the_first_by_namespace_and_name() -> None:
    sets = [listener_set(https("s", HOST), name=name, namespace=where, created=OLD) for where, name in (("b", "a"), ("a", "z"), ("a", "y"))]
    for order in permutations(sets):
        assert winners([], *order) == {"y/s"}


def test_two_of_the_gateway_take_all_down() -> None:
    assert winners([https("g", HOST), https("h", HOST)], listener_set(https("s", HOST), created=OLD)) == set()


def test_one_that_states_a_hostname_twice_serves_it_not() -> None:
    assert winners([], listener_set(https("s", HOST), https("t", HOST), https("u", "u.example.com"), created=OLD)) == {"more/u"}


def test_the_protocol_of_the_gateway_holds_on_a_port() -> None:
    added = listener_set(https("s", "s.example.com", 80), listener("t", 80, "HTTP", "t.example.com"), created=OLD)
    assert winners([listener("g", 80)], added) == {"edge/g", "more/t"}


def test_else_that_of_the_oldest() -> None:
    young = listener_set(https("s", "s.example.com", 80), name="young", created=NEW)
    old = listener_set(listener("t", 80, "HTTP", "t.example.com"), name="old", created=OLD)
    assert winners([], young, old) == {"old/t"}


def test_one_that_contradicts_itself_takes_part_in_no_contest() -> None:
    torn = listener_set(https("s", "s.example.com", 80), listener("t", 80), name="torn", created=OLD)
    assert winners([], torn, listener_set(listener("u", 80), name="young", created=NEW)) == {"young/u"}


@pytest.mark.parametrize("created", ["", OLD])
def test_without_ages_nobody_knows(created: str) -> None:
    sets = [listener_set(https("s", HOST), name="a", created=created), listener_set(https("s", HOST), name="b")]
    found = served(gateway(**OPEN), *sets).listeners
    assert all(one.undecided and "creationTimestamp" in one.problem for one in found)


def test_one_that_is_not_let_in_is_in_nobodys_way() -> None:
    found = served(
        gateway(https("g", "g.example.com")), listener_set(https("s", HOST), name="a"), listener_set(https("t", HOST), name="b")
    ).listeners
    assert [one.problem == "" for one in found] == [True, False, False]
    assert all("takes no ListenerSets" in one.problem for one in found[1:])


def test_one_that_may_serve_nothing_beats_others_perhaps() -> None:
    unsure = https("g", HOST, tls={"options": {"example.com/x": "y"}})
    found = served(gateway(unsure, **OPEN), listener_set(https("s", HOST), created=OLD)).listeners
    assert [one.undecided for one in found] == [True, True]


def hidden(*items: dict[str, Any]) -> dict[str, list[str]]:
    return {one.name: [host.name for host in one.hidden] for one in served(gateway(*items)).listeners}


def test_a_request_belongs_to_the_most_specific_listener() -> None:
    found = hidden(https("exact", "a.b.example.com"), https("deep", "*.b.example.com"), https("wide", "*.example.com"), https("all"))
    assert found == {
        "exact": [],
        "deep": ["a.b.example.com"],
        "wide": ["*.b.example.com", "a.b.example.com"],
        "all": ["*.b.example.com", "*.example.com", "a.b.example.com"],
    }


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([https("apex", "example.com"), https("wide", "*.example.com")], []),  # a wildcard does not hold its apex
        ([https("a", "a.example.com", 8443), https("wide", "*.example.com")], []),  # another port
        ([listener("u", 443, "UDP"), https("wide", "*.example.com")], []),
        ([https("a", "a.example.com", tls={}), https("wide", "*.example.com")], []),  # serves nothing, so it hides nothing
        ([listener("a", 443, "TLS", "a.example.com", tls=PASS), https("wide", "*.example.com")], ["a.example.com"]),
        ([https("a", "myexample.com"), https("wide", "*.example.com")], []),
    ],
)
def test_what_is_hidden(items: list[dict[str, Any]], expected: list[str]) -> None:
    assert hidden(*items)["wide"] == expected


NAMES = ("example.com", "a.example.com", "b.a.example.com", "c.b.a.example.com", "x.test", "test")
PATTERNS = (None, "example.com", "a.example.com", "*.example.com", "*.a.example.com", "*.com", "*.test", "test")


@given(st.sets(st.sampled_from(PATTERNS), min_size=1))
def test_every_name_belongs_to_one_listener_the_most_specific(hosts: set[str | None]) -> None:
    """Exact before wildcard, the wildcard with more labels first, a listener without a hostname last."""
    found = served(gateway(*(https(f"l{number}", host) for number, host in enumerate(sorted(hosts, key=str))))).listeners
    for name in NAMES:
        fitting = [one for one in found if one.host.contains(name)]
        takers = [one for one in fitting if not any(host.contains(name) for host in one.hidden)]
        assert takers == sorted(fitting, key=lambda one: (one.host.is_wildcard, -one.host.name.count("."), one.host.is_any))[:1]


@st.composite
def objects(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A Gateway with up to three ListenerSets that get in each other's way."""
    shapes = st.tuples(
        st.sampled_from([("HTTP", 80), ("HTTPS", 80), ("HTTPS", 443), ("TLS", 443), ("TCP", 443), ("UDP", 443)]), st.sampled_from(PATTERNS)
    )

    def items() -> list[dict[str, Any]]:
        return [
            listener(f"l{number}", port, protocol, None if protocol in ("TCP", "UDP") else host)
            for number, ((protocol, port), host) in enumerate(draw(st.lists(shapes, max_size=3)))
        ]

    ages = st.sampled_from([OLD, NEW])
    sets = [listener_set(*items(), name=name, created=draw(ages)) for name in draw(st.sets(st.sampled_from("abc")))]
    return [gateway(*items(), **OPEN), *draw(st.permutations(sets))]


@given(objects())
def test_what_is_served_can_be_told_apart_and_no_order_matters(given_: list[dict[str, Any]]) -> None:
    found = served(*given_).listeners
    assert not any(one.undecided for one in found)
    serving = [one for one in found if not one.problem]
    for one, other in combinations(serving, 2):
        if one.port == other.port and (one.protocol == "UDP") == (other.protocol == "UDP"):
            assert group_of(one) == group_of(other)
            assert one.host != other.host

    def told(listeners: Any) -> set[tuple[str, str, str]]:
        return {(str(one.owner), one.name, one.problem[:20]) for one in listeners}

    assert told(served(*reversed(given_)).listeners) == told(found)


@given(objects())
def test_nothing_gives_way_without_a_reason(given_: list[dict[str, Any]]) -> None:
    """Whoever serves nothing shares its port with one of another group, or its port and hostname with one of its own."""
    found = served(*given_).listeners
    for one in found:
        if one.problem:
            beside = [
                other
                for other in found
                if other is not one and other.port == one.port and (other.protocol == "UDP") == (one.protocol == "UDP")
            ]
            assert any(group_of(other) != group_of(one) or other.host == one.host for other in beside)
