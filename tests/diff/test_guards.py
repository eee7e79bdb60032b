"""Who is let in, cell by cell: methods and addresses that a guard decides by are part of the region and not of the guard."""

from __future__ import annotations

from gatewright.diff.diff import diff
from gatewright.diff.fate import Fates
from gatewright.gateways.effect import Guard, Stated
from gatewright.match import ANY_METHOD, ANYWHERE, Methods, Prefix, Sources
from gatewright.protection.authorization import EVERYBODY, NOBODY, Authorization, Claim, Way
from gatewright.reach.outcome import Forwarded, Rejected
from tests.diff.values import entry, policy, reach, route

INSIDE = Sources.of("10.0.0.0/8")
SHOP = route("shop")


def deciding(*ways: Way) -> Guard:
    return Guard("authorization", Authorization(ways), at=Stated(policy()))


def test_every_request_is_in_one_cell() -> None:
    guards = (
        deciding(Way(Methods.only("GET"), claims=(Claim("role", ("buyer",)),)), Way(sources=INSIDE)),
        Guard("ip", Sources.of("10.0.0.0/7")),
    )
    cells = Fates().cells(entry(SHOP, "a.x", Prefix("/"), None, *guards))
    for method in ("GET", "POST"):
        for address in ("10.0.0.1", "11.0.0.1", "203.0.113.7", "2001:db8::7"):
            hit = [fate for methods, sources, fate in cells if methods.contains(method) and sources.contains(address)]
            assert len(hit) == 1
            admitted = address == "10.0.0.1" or (address == "11.0.0.1" and method == "GET")
            assert isinstance(hit[0].outcome, Forwarded if admitted else Rejected)
            asked = [one.value for one in hit[0].guards if one.kind == "authorization"]
            assert asked == ([] if address == "10.0.0.1" or not admitted else [Authorization((Way(claims=(Claim("role", ("buyer",)),)),))])


def test_everybody_is_no_guard_and_nobody_is_refused() -> None:
    fates = Fates()
    for guard, outcome in ((deciding(*EVERYBODY.ways), Forwarded), (deciding(*NOBODY.ways), Rejected)):
        ((methods, sources, fate),) = fates.cells(entry(SHOP, "a.x", Prefix("/"), None, guard))
        assert (methods, sources) == (ANY_METHOD, ANYWHERE)
        assert isinstance(fate.outcome, outcome)
        assert fate.guards == ()


def test_an_address_that_is_let_in_is_reachable_and_no_other() -> None:
    (row,) = diff(
        reach(entry(SHOP, "a.x", Prefix("/"), None, deciding())),
        reach(entry(SHOP, "a.x", Prefix("/"), None, deciding(Way(sources=INSIDE)))),
    ).rows
    assert (row.change, row.source, row.before) == ("reachable", "10.0.0.0/8", "refused with 403")
    assert row.witness is not None
    assert INSIDE.contains(row.witness.source)
    assert row.reason == "SecurityPolicy shop/orders refused it before"


def test_a_claim_that_is_no_longer_asked_for_is_weaker_where_it_was() -> None:
    buyers, anybody = Way(Methods.only("GET"), claims=(Claim("role", ("buyer",)),)), Way(Methods.only("GET"))
    (row,) = diff(
        reach(entry(SHOP, "a.x", Prefix("/"), None, deciding(buyers))), reach(entry(SHOP, "a.x", Prefix("/"), None, deciding(anybody)))
    ).rows
    assert (row.change, row.method, row.before, row.after) == (
        "weaker",
        "GET",
        "shop/orders:8080 for role is buyer",
        "shop/orders:8080 for anybody",
    )


def test_numbers_do_not_depend_on_where_values_lie_in_memory() -> None:
    """Guards of two kinds that decide by address are cut one after the other; what is made on the way is thrown away."""
    decided = [
        entry(
            route(f"r{number}"),
            "a.x",
            Prefix(f"/p{number}"),
            None,
            deciding(Way(sources=Sources.of(f"10.{number}.0.0/16"))),
            Guard("ip", INSIDE),
        )
        for number in range(50)
    ]
    again = [
        entry(
            route(f"r{number}"),
            "a.x",
            Prefix(f"/p{number}"),
            None,
            deciding(Way(sources=Sources.of(f"10.{number + 1}.0.0/16"))),
            Guard("ip", INSIDE),
        )
        for number in range(50)
    ]
    rows = diff(reach(*decided), reach(*again)).rows
    assert len(rows) == 100
    assert {row.change for row in rows} == {"reachable", "unreachable"}
