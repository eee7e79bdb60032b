"""Comparisons built by hand, and random ones full of what must stay text."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from gatewright.diff.manifests import Field, Manifests, ObjectChange
from gatewright.diff.row import Change, Diff, Row
from gatewright.estate.relaxed import Relaxed, RelaxedChange
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.match import Match, Request
from gatewright.report.compared import Comparison, Part
from gatewright.world.world import World

ROUTE = ObjectId("gateway.networking.k8s.io", "HTTPRoute", "shop", "orders")
POLICY = ObjectId("gateway.envoyproxy.io", "SecurityPolicy", "shop", "orders")


def row(change: Change = "reachable", **other: object) -> Row:
    """A change of one route; ``other`` are fields of Row."""
    values: dict[str, object] = {
        "scheme": "https", "port": 443, "host": "shop.example.com", "path": "/orders/*", "method": "any", "source": "anywhere",
        "before": "404, no route", "after": "shop/orders:8080 for anybody", "reason": f"{ROUTE} is new",
        "witness": Request("shop.example.com", "/orders"), "objects": (POLICY, ROUTE), "where": "Gateway infra/edge", "region": (Match(),),
    }  # fmt: skip
    return Row(change, **{**values, **other})  # type: ignore[arg-type]


def world(*objects: ObjectId, file: str = "deploy/a.yaml") -> World:
    """Objects of nothing but a name, one a line."""
    return World.of(
        Loaded({"apiVersion": f"{one.group}/v1", "kind": one.kind, "metadata": {"namespace": one.namespace, "name": one.name}}, file, line)
        for line, one in enumerate(objects, 1)
    )


def part(
    *rows: Row, place: str = "", objects: Sequence[ObjectChange] = (), relaxed: Sequence[RelaxedChange] = (), **told: Sequence[str]
) -> Part:
    """``told`` are the other fields of Diff, and ``left_out``."""
    left = tuple(told.pop("left_out", ()))
    diff = Diff(tuple(rows), **{key: tuple(value) for key, value in told.items()})
    return Part(place, diff, Manifests(tuple(objects), left), tuple(relaxed), world(ROUTE, POLICY), world(ROUTE))


def compared(*parts: Part) -> Comparison:
    return Comparison("git:main:deploy", "deploy", parts)


RELAXED = Relaxed("", "ProtectedRoute shop/orders", "jwt-expiry", "old clients", "team-shop", "2027-01-31")

# Whatever manifests may hold and a page might obey.
HOSTILE = st.sampled_from(
    [
        "|", "`", "```", "~~~", "<b>", "</details>", "<details>", "<summary>", "<!-- gatewright:diff:manifests -->", "@all", "@org/team", "#12",
        "[x](http://x.y)", "![x](http://x.y)", "www.x.y", "http://x.y", "\n", "\r\n", "\x1b[31m", "\u202e", "\u2028", "\x00", "- ", "# ", "1. ", "> ",
        "&lt;", "\\", "*", "_", "$x$", "é", "漢", "😀", "a", "shop", " ", "\t", "```diff", "::error::", "&#64;all", "GH-1", "org/repo#1", "a@b.cd",
    ]
)  # fmt: skip
WORDS = st.lists(HOSTILE, max_size=12).map("".join)
CHANGES: tuple[Change, ...] = ("reachable", "weaker", "sideways", "undecided", "unreachable", "stronger")


@st.composite
def rows(draw: st.DrawFn) -> Row:
    request = Request("x.example.com", f"/{draw(WORDS)}", "GET", ((("x-a"), draw(WORDS)),))
    return row(
        draw(st.sampled_from(CHANGES)), scheme=draw(st.sampled_from(("https", "http", "tls", "any"))), host=draw(WORDS) or "x", path=draw(WORDS),
        method=draw(WORDS), source=draw(WORDS), before=draw(WORDS), after=draw(WORDS), reason=draw(WORDS), where=draw(WORDS),
        witness=draw(st.sampled_from((None, request))), widens=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def objects(draw: st.DrawFn) -> ObjectChange:
    identity = ObjectId("", draw(WORDS) or "K", draw(WORDS), draw(WORDS) or "n")
    change = draw(st.sampled_from(("added", "removed", "changed", "renamed")))
    sign = {"added": "+", "removed": "-"}.get(change, "!")
    fields = tuple(
        Field(sign, draw(WORDS), draw(WORDS), draw(st.one_of(WORDS, st.lists(WORDS, max_size=3)))) for _ in range(draw(st.integers(0, 3)))
    )
    return ObjectChange(identity, change, fields, identity if change == "renamed" else None)  # type: ignore[arg-type]


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Up to three clusters."""
    made = []
    for place in draw(st.sampled_from(([""], ["production/a", "production/b"], ["a", "b", draw(WORDS) or "c"]))):
        relaxed = Relaxed(place, draw(WORDS), draw(WORDS), draw(WORDS), draw(WORDS), draw(WORDS), (draw(WORDS),))
        made.append(
            part(
                *draw(st.lists(rows(), max_size=4)),
                place=place,
                objects=draw(st.lists(objects(), max_size=4)),
                relaxed=draw(
                    st.sampled_from(((), (RelaxedChange("added", None, relaxed),), (RelaxedChange("changed", RELAXED, relaxed),)))
                ),
                not_judged=draw(st.lists(WORDS, max_size=2)),
                notes=draw(st.lists(WORDS, max_size=2)),
                left_out=draw(st.lists(WORDS, max_size=1)),
            )
        )
    return Comparison(draw(WORDS), draw(WORDS), tuple(made))
