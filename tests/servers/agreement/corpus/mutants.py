"""Objects that somebody got wrong: seeded changes to good ones, chosen by what the schema says of the place that is changed."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from gatewright.admission.schema import Facts, Schema
from tests.servers.agreement.corpus.metadata import METADATA
from tests.servers.agreement.corpus.sample import Manifest, Sample
from tests.servers.agreement.corpus.witness import smallest
from tests.servers.agreement.corpus.words import text

NUMBERS: tuple[Any, ...] = (
    0,
    1,
    -1,
    80.0,
    1.0,
    80.5,
    "80",
    "1",
    65535,
    65536,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63),
    1e300,
    5e-324,
    100,
    99.0,
    True,
)
STRINGS: tuple[Any, ...] = (
    "", " ", "a", "A", "é", "a\n", "\n", "\x7f", "\u2028", "😀", "a" * 63, "a" * 64, "a" * 253, "a" * 254, "a" * 1025, "x" * 4097,
    "é" * 253,
    "*", "*.", "*.a", "*.*.a", "a.*.b", "a.b", "a..b", ".a", "a.", "-a", "a-", "A.example.com", "a_b", "1.2.3.4", "::1", "01.2.3.4",
    "1.2.3", "fe80::1%eth0", "[::1]",
    "10.0.0.0/8", "10.0.0.0/33", "10.1.2.3/8", "::/0", "example.com/a", "example.com/", "/a", "EXAMPLE.com/a", "k8s.io/a", "a.k8s.io/b",
    "/", "//", "/a//b", "/./", "/../", "/a/.", "/a/..", "/a/./b", "/a/../b", "/%2f", "/%2F", "/a#b", "/a?b", "a/b", "/é", "/a b", "/%zz",
    "/%20", "/a/", "/a\n",
    "0s", "1h", "1s", "0", "1", "10ms", "1h1m1s1ms", "1h1h1h1h1h", "1.5s", "-1s", "100000h", "99999h", "1d", "3601s", "999ms", "1us",
    "http://a", "https://a:443", "https://*.a", "https://a/", "ftp://a", "null", "http://*", "https://a:123456", "a://b", "//a",
    "mailto:a",
    "HTTP", "HTTPS", "TLS", "TCP", "UDP", "Exact", "PathPrefix", "RegularExpression", "Service", "Secret", "ConfigMap", "Gateway",
    "HTTPRoute", "XBackend", "ClusterTrustBundle", "System",
    "gateway.networking.k8s.io", "gateway.networking.x-k8s.io", "certificates.k8s.io", "Terminate", "Passthrough", "Header", "Cookie",
    "Same", "All", "Selector", "None",
    "true", "null", "~", "1Mi", "1.5Gi", "-1Mi", "1e3", "100m", "50%", "101%", "(", "[a", "a{1001}", "(?i)a", "(?<n>a)",
    "2026-02-30T00:00:00Z", "2026-01-02T03:04:05Z", "YQ==", "YQ", "Y",
)  # fmt: skip
WRONG: tuple[Any, ...] = ("a", 1, True, 1.5, [], {}, ["a"], {"a": "b"}, [None], {"a": None}, [[]], "", 0, None)


@attrs.frozen
class Spot:
    """A value inside an object: in what, under which key, what the schema says of it and of what holds it."""

    holder: Any
    key: Any
    schema: Schema
    parent: Schema

    @property
    def value(self) -> Any:
        """What is there."""
        return self.holder[self.key]


Change = Callable[[Spot, random.Random], None]


def spots(value: Any, schema: Schema, outermost: bool = True) -> Iterator[Spot]:
    """Every value below this one of which the schema says something; ``metadata`` and ``status`` are changed by other means."""
    if isinstance(value, dict):
        for key, item in value.items():
            below = schema.properties.get(key, schema.additional_properties)
            if below is not None and not (outermost and key in ("apiVersion", "kind", "metadata", "status")):
                yield Spot(value, key, below, schema)
                yield from spots(item, below, False)
    elif isinstance(value, list) and schema.items is not None:
        for position, item in enumerate(value):
            yield Spot(value, position, schema.items, schema)
            yield from spots(item, schema.items, False)


# ── changes to one value ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _drop(spot: Spot, _choose: random.Random) -> None:
    del spot.holder[spot.key]


def _null(spot: Spot, _choose: random.Random) -> None:
    spot.holder[spot.key] = None


def _mistype(spot: Spot, choose: random.Random) -> None:
    spot.holder[spot.key] = copy.deepcopy(choose.choice(WRONG))


def _reword(spot: Spot, choose: random.Random) -> None:
    """A scalar becomes another of its type; anything else stays."""
    if isinstance(spot.value, str):
        fitting = [one for one in spot.schema.enum if isinstance(one, str)]
        spot.holder[spot.key] = choose.choice(fitting) if fitting and choose.random() < 0.7 else choose.choice(STRINGS)
    elif isinstance(spot.value, int | float) and not isinstance(spot.value, bool):
        near = [int(bound) + by for bound in (spot.schema.minimum, spot.schema.maximum) if bound is not None for by in (-1, 0, 1)]
        spot.holder[spot.key] = choose.choice([*NUMBERS, *near])
    elif isinstance(spot.value, bool):
        spot.holder[spot.key] = not spot.value


def _case(spot: Spot, choose: random.Random) -> None:
    if isinstance(spot.value, str):
        spot.holder[spot.key] = choose.choice(
            [str.upper, str.lower, str.title, lambda word: f"{word} ", lambda word: f" {word}", lambda word: f"{word}\n"]
        )(spot.value)


def _stretch(spot: Spot, choose: random.Random) -> None:
    """A string or list just as long as allowed, or one longer."""
    more = choose.choice((0, 1))
    if isinstance(spot.value, str) and spot.schema.max_length is not None:
        fitting = text(attrs.evolve(spot.schema, max_length=None), spot.schema.max_length + more)
        spot.holder[spot.key] = fitting or (spot.value or "a") * (spot.schema.max_length + more)
    elif isinstance(spot.value, list) and spot.value and spot.schema.max_items is not None and spot.schema.max_items <= 200:
        spot.holder[spot.key] = [copy.deepcopy(choose.choice(spot.value)) for _ in range(spot.schema.max_items + more)]


def _repeat(spot: Spot, choose: random.Random) -> None:
    """An item twice: as it is, or with one thing changed."""
    if isinstance(spot.value, list) and spot.value:
        again = copy.deepcopy(choose.choice(spot.value))
        if isinstance(again, dict) and again and choose.random() < 0.6:
            key = choose.choice(list(again))
            if choose.random() < 0.5:
                del again[key]
            else:
                _reword(Spot(again, key, (spot.schema.items or Schema()).properties.get(key, Schema()), spot.schema), choose)
        spot.value.insert(choose.randrange(len(spot.value) + 1), again)


def _empty(spot: Spot, _choose: random.Random) -> None:
    if isinstance(spot.value, list | dict | str):
        spot.holder[spot.key] = type(spot.value)()


def _unknown(spot: Spot, choose: random.Random) -> None:
    """A field that is not there, or one that is, in other letters."""
    if isinstance(spot.value, dict):
        known = choose.choice(list(spot.schema.properties) or ["field"])
        spot.value[choose.choice(["unknownField", known.upper(), f"{known}s", known[:-1] or "x"])] = choose.choice([None, 1, "a", {}, []])


def _contradict(spot: Spot, choose: random.Random) -> None:
    """One more field of the schema: the other arm of a union, something that another forbids."""
    if isinstance(spot.value, dict):
        missing = [key for key in spot.schema.properties if key not in spot.value]
        if missing:
            key = choose.choice(missing)
            spot.value[key] = smallest(spot.schema.properties[key], key)


def _swap(spot: Spot, choose: random.Random) -> None:
    """The value of a neighbour."""
    if isinstance(spot.holder, dict):
        spot.holder[spot.key] = copy.deepcopy(spot.holder[choose.choice(list(spot.holder))])


def _holes(spot: Spot, choose: random.Random) -> None:
    if isinstance(spot.value, list):
        spot.value.insert(choose.randrange(len(spot.value) + 1), choose.choice([None, {}, "", 1, []]))
    elif isinstance(spot.value, dict) and spot.schema.additional_properties is not None:
        spot.value[choose.choice(["", "a/b/c", "-", "A", "a" * 64, "é", "example.com/" + "a" * 64, "a" * 254 + "/b"])] = choose.choice(
            [None, "a", 1, ""]
        )


CHANGES: tuple[Change, ...] = (
    _drop, _drop, _null, _mistype, _reword, _reword, _reword, _reword, _case, _stretch, _repeat, _repeat, _empty, _unknown, _contradict,
    _contradict, _contradict, _swap, _holes,
)  # fmt: skip


# ── changes to the whole ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _api_version(manifest: Manifest, choose: random.Random) -> None:
    group, _, version = manifest["apiVersion"].rpartition("/")
    manifest["apiVersion"] = choose.choice(
        [f"{group}/v1beta1", f"{group}/v1", f"{group}/v1alpha2", f"{group}/v2", version, f"{group}/", f"{group}/{version}/x", "", None, 1]
    )


def _kind(manifest: Manifest, choose: random.Random) -> None:
    manifest["kind"] = choose.choice(["HTTPRoute", "GRPCRoute", "Gateway", "ReferenceGrant", "SecurityPolicy", "Httproute", "", None, 1])


def _metadata(manifest: Manifest, choose: random.Random) -> None:
    metadata = manifest.get("metadata")
    key, value = choose.choice(METADATA)
    manifest["metadata"] = {**(metadata if isinstance(metadata, dict) else {}), key: copy.deepcopy(value)}


def _status(manifest: Manifest, choose: random.Random) -> None:
    manifest["status"] = choose.choice(
        [
            {},
            None,
            {"parents": "never judged"},
            {"conditions": []},
            {"conditions": [{"type": "", "unknownField": 1}]},
            {"unknownField": 1},
            "a",
            [],
            1,
        ]
    )


def _root(manifest: Manifest, choose: random.Random) -> None:
    match choose.randrange(5):
        case 0:
            manifest["unknownField"] = choose.choice([1, None, {}])
        case 1:
            manifest.pop("spec", None)
        case 2:
            manifest["spec"] = choose.choice([None, {}, [], "a", 1])
        case 3:
            manifest["Spec"] = manifest.pop("spec", {})
        case _:
            manifest["metadata"] = choose.choice([None, {}, [], "a", 1])


WHOLE = (_api_version, _kind, _metadata, _metadata, _metadata, _status, _root)


def mutants(good: Sequence[Sample], facts: Facts, count: int, choose: random.Random) -> Iterator[Sample]:
    """So many, with one change to three."""
    for _ in range(count):
        origin = choose.choice(good)
        changed = copy.deepcopy(origin.manifest)
        group, _, version = origin.home[0].rpartition("/")
        schema = facts.schema(group, origin.home[1], version)
        if choose.random() < 0.15 or schema is None:
            change = choose.choice(WHOLE)
            change(changed, choose)
            yield Sample(changed, f"{change.__name__} of {origin.origin}", origin.home)
            continue
        names: list[str] = []
        for _ in range(choose.choice((1, 1, 1, 2, 3))):
            places = list(spots(changed, schema))
            if places:
                one = choose.choice(CHANGES)
                one(choose.choice(places), choose)
                names.append(one.__name__)
        yield Sample(changed, f"{' and '.join(names)} of {origin.origin}", origin.home)
