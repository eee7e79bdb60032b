"""A comparison on a terminal: a table that fits, witnesses, and what else changed below it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from gatewright.diff.manifests import Field, ObjectChange
from gatewright.diff.secrets import masked
from gatewright.estate.relaxed import RelaxedChange
from gatewright.match import Request
from gatewright.report.compared import Comparison, what
from gatewright.report.diff_text import diff_text, summary, wrap
from tests.report.compared import RELAXED, ROUTE, compared, comparisons, part, row

CHANGED = ObjectChange(
    ROUTE, "changed", (Field("!", "spec.hostnames[0]", "a.x", "*.x"), Field("+", "spec.rules[0]", None, {"name": "a", "matches": [1, "b"]}))
)


def test_one_line_where_nothing_changed() -> None:
    assert diff_text(compared(part())) == "No exposure change\n"
    assert summary(compared(part())) == "exposure: no change"


def test_the_gravest_stands_first_and_has_a_witness_of_its_number() -> None:
    found = compared(part(row("stronger", path="/b"), row("undecided", path="/c"), row("weaker", path="/a")))
    text = diff_text(found)
    assert [line.split("│")[1].strip() for line in text.splitlines() if re.match(r"│ \d", line)] == [
        "1 weaker",
        "2 undecided",
        "3 stronger",
    ]
    assert (
        "\nWitnesses\n   1  curl --path-as-is --globoff https://shop.example.com/orders  # from 203.0.113.7, at Gateway infra/edge\n"
        in text
    )
    assert summary(found) == "exposure: 1 widened, 1 undecided, 1 narrowed"


@pytest.mark.parametrize("width", [40, 80, 100, 140, 500])
def test_the_table_fits_the_terminal(width: int) -> None:
    found = compared(part(row(host="x" * 60 + ".example.com", reason="because of " + "y" * 90)))
    table = [line for line in diff_text(found, width=width).splitlines() if line.startswith(tuple("┌│├└"))]
    assert len({len(line) for line in table}) == 1
    assert len(table[0]) <= max(90, width)


@pytest.mark.parametrize(
    "text", ["https://shop.example.com/api/orders/* except /api/x", "a" * 50 + " b", "", "x y/../z....", "/" * 30, "a, b, c"]
)
@pytest.mark.parametrize("width", [5, 10, 24])
def test_cells_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_rows_about_objects_have_no_witness() -> None:
    attaching = row("weaker", source="routes of any namespace", region=(), witness=Request("shop.example.com"))
    assert "Witnesses" not in diff_text(compared(part(attaching)))
    assert "Gateway infra/edge" in diff_text(compared(part(row("weaker", scheme="any", port=0, witness=None, region=()))))


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({}, "curl --path-as-is --globoff https://shop.example.com/orders  #"),
        ({"scheme": "http", "port": 80}, "curl --path-as-is --globoff http://shop.example.com/orders  #"),
        ({"port": 8443}, "curl --path-as-is --globoff https://shop.example.com:8443/orders  #"),
        ({"host": "*.example.com"}, 'curl --path-as-is --globoff --connect-to "::$ADDRESS:" https://shop'),
        ({"where": "Service shop/orders"}, 'curl --path-as-is --globoff --connect-to "::$ADDRESS:" https://shop'),
        ({"scheme": "tls"}, "openssl s_client -connect shop.example.com:443 -servername shop.example.com  #"),
        ({"scheme": "tcp", "port": 5432}, 'nc "$ADDRESS" 5432  #'),
    ],
)
def test_witnesses_say_scheme_and_port(fields: dict[str, object], start: str) -> None:
    assert f"\n   1  {start}" in diff_text(compared(part(row(**fields))))  # type: ignore[arg-type]


def test_where_it_enters_is_told_where_that_is_a_question() -> None:
    two = compared(part(row(), row("weaker", where="Gateway infra/internal")))
    assert [what(one).partition(" at the ")[2] for one in two.rows()] == ["Gateway infra/edge", "Gateway infra/internal"]
    (one,) = compared(part(row())).rows()
    assert what(one) == "https://shop.example.com/orders/*"
    (door,) = compared(part(row(where="load balancer of Service shop/side", scheme="http", port=8080))).rows()
    assert what(door) == "http://shop.example.com:8080/orders/* at the load balancer of Service shop/side"


def test_a_port_that_nobody_knows_yet() -> None:
    found = compared(part(row(scheme="tcp", host="*", port=0, where="node port of Service shop/side")))
    (one,) = found.rows()
    assert what(one) == "TCP port that is still to be assigned at the node port of Service shop/side"
    assert '\n   1  nc "$ADDRESS" "$PORT"  # node port of Service shop/side\n' in diff_text(found)


def test_manifests_are_folded_and_unfold() -> None:
    found = compared(part(objects=[CHANGED], left_out=["status"]))
    assert diff_text(found).splitlines()[2:] == [
        "Manifest changes: 1 object; --full shows every field",
        "  ! HTTPRoute shop/orders (2 fields)  deploy/a.yaml:1",
        "  not compared: status, which the API server writes",
    ]
    full = diff_text(found, full=True)
    assert (
        '      ! spec.hostnames[0]: a.x → "*.x"\n      + spec.rules[0]:\n      +   name: a\n      +   matches:\n      +   - 1\n      +   - b\n'
        in full
    )
    many = compared(part(objects=[CHANGED] * 50, notes=[f"note {number}" for number in range(50)]))
    assert "  and 30 more\n" in diff_text(many)
    assert "  and 30 more; --full shows them\n" in diff_text(many)
    assert "more" not in diff_text(many, full=True)


def test_relaxations_have_an_owner() -> None:
    found = diff_text(compared(part(relaxed=[RelaxedChange("removed", RELAXED, None)])))
    assert "\nRelaxations\n  removed: jwt-expiry of ProtectedRoute shop/orders: old clients; owner team-shop, until 2027-01-31\n" in found


def test_secrets_are_digests() -> None:
    values = [masked({"apiVersion": "v1", "kind": "Secret", "stringData": {"a": one}})["data"] for one in ("one", "two")]
    assert isinstance(values[0], dict)
    assert isinstance(values[1], dict)
    change = ObjectChange(ROUTE, "changed", (Field("!", "data.a", values[0]["a"], values[1]["a"]), Field("+", "data", None, values[0])))
    full = diff_text(compared(part(objects=[change])), full=True)
    assert re.search(r"! data\.a: changed \(sha256 [0-9a-f]{4}… → [0-9a-f]{4}…\)\n", full)
    assert re.search(r'\+   a: "?\(sha256 [0-9a-f]{4}…\)"?\n', full)


@settings(max_examples=150, deadline=None)
@given(comparisons())
def test_no_value_reaches_the_terminal_as_more_than_text(found: Comparison) -> None:
    for full in (False, True):
        text = diff_text(found, full=full)
        assert all(one == "\n" or one.isprintable() for one in text)
        assert "\x1b" not in text
    assert "\n" not in summary(found)
