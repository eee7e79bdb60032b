"""For every node that has rules across fields: values that differ in one thing or two, among which are some that break each rule."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from gatewright.admission.schema import Facts, Schema
from tests.servers.agreement.corpus.bounds import roots
from tests.servers.agreement.corpus.places import Place, walk, written
from tests.servers.agreement.corpus.sample import Sample, sample
from tests.servers.agreement.corpus.witness import KEY, arms, completed, holding, smallest, varied

PATHS = ("a", "//", "/a//b", "/a/./b", "/a/../b", "/a%2fb", "/a%2Fb", "/a#b", "/a/..", "/a/.", "/a b", "/%zz", "", "/a%20b", "/é", "/a\n")
HOSTS = (
    "a.example.com",
    "*.example.com",
    "A",
    "a_b",
    "1.2.3.4",
    "::1",
    "a.*.com",
    "*a.com",
    "*",
    "a..b",
    "",
    "svc.cluster.local",
    "1.2.3",
    "a" * 64 + ".com",
)
TIMES = ("0s", "1ms", "999ms", "1s", "1h", "3600s", "3601s", "2h", "1h1ms")
NAMES = ("a", "-", "a-b", "1", "a.b", ".a", "a..b", "a/b", "", "A_1", "é")
QUALIFIED = (
    "a",
    "a/b",
    "A.com/b",
    "-a",
    "a-",
    "a/b/c",
    "/a",
    "a/",
    "é",
    "a" * 63,
    "a" * 64,
    "a" * 252 + "/b",
    "a" * 253 + "/b",
    "a" * 254 + "/b",
    "k8s.io/a",
    "a.k8s.io/a",
    "example.com/",
    "Cluster",
    "x/" + "a" * 64,
)
PERCENT = (0, 1, 100, 101, 1000)
WORDS = {
    "value": (*PATHS[:12], *HOSTS[:8]), "path": PATHS, "hostname": HOSTS, "hostnames": HOSTS, "interval": TIMES, "backendRequest": TIMES,
    "request": TIMES, "service": NAMES, "method": NAMES,
    "routability": QUALIFIED, "numerator": PERCENT, "denominator": PERCENT,
    "group": ("", "gateway.networking.x-k8s.io", "certificates.k8s.io"), "kind": ("Service", "XBackend", "ClusterTrustBundle", "Gateway"),
    "protocol": ("HTTP", "HTTPS", "TLS", "TCP", "UDP", "GRPC"), "allowMethods": ("*", "GET"), "allowHeaders": ("*", "a"),
    "allowOrigins": ("*", "https://a"),
}  # fmt: skip
TOO_MANY_MATCHES = 129
MOST_PAIRED = 8  # optional fields of which every two are set together


_BACKEND = {"name": "a", "port": 80}
_PREFIX = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/b"}}
_PREFIXED: tuple[dict[str, Any], ...] = (
    {"type": "RequestRedirect", "requestRedirect": _PREFIX},
    {"type": "URLRewrite", "urlRewrite": _PREFIX},
)
_MATCHES: tuple[list[Any], ...] = (
    [],
    [{}],
    [{"path": {"value": "/a"}}],
    [{"path": {"type": "Exact", "value": "/a"}}],
    [{"path": {"type": "RegularExpression", "value": "/a"}}],
    [{"method": "GET"}],
    [{"path": {"value": "/a"}}, {"path": {"value": "/b"}}],
    [{"path": None, "headers": []}],
)


def _kept_sessions(config: str) -> list[dict[str, Any]]:
    lives = [{config: {"lifetimeType": life}} for life in ("Permanent", "Session")]
    return [*lives, *({**one, "absoluteTimeout": "1h"} for one in lives)]


def _rewritten() -> Iterator[dict[str, Any]]:
    """A rule whose path is changed by a filter of its own or of its backend, with or without a backend."""
    for changed in _PREFIXED:
        for matches in _MATCHES:
            yield {"matches": matches, "filters": [changed]}
            yield {"matches": matches, "filters": [changed], "backendRefs": [_BACKEND]}
            yield {"matches": matches, "backendRefs": [{**_BACKEND, "filters": [changed]}]}


def _listeners() -> Iterator[list[Any]]:
    """One listener of every protocol with everything that only some may have."""
    secured: list[dict[str, Any]] = [
        {},
        {"mode": "Passthrough"},
        {"certificateRefs": [{"name": "a"}]},
        {"options": {}},
        {"options": {"a/b": "c"}},
    ]
    for protocol in ("HTTP", "HTTPS", "TLS", "TCP", "UDP", "example.com/a"):
        for more in ({}, {"hostname": "a.example.com"}, *({"tls": tls} for tls in secured)):
            yield [{"name": "a", "port": 443, "protocol": protocol, **more}]


_TRIAL = {"group": "gateway.networking.x-k8s.io", "kind": "XBackend", "name": "a"}
_BUNDLE = {"group": "certificates.k8s.io", "kind": "ClusterTrustBundle", "name": "a"}
_VALUED = ("Hostname", "IPAddress", "NamedAddress", "Exact", "PathPrefix", "RegularExpression")
# What takes more than two steps, by the properties of the node, or of the items of the list.
OBJECTS: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = (
    ("group kind name port namespace", (_TRIAL, {**_TRIAL, "port": 80})),
    ("absoluteTimeout cookie", tuple({"type": "Cookie", **one} for one in _kept_sessions("cookie"))),
    ("absoluteTimeout cookieConfig", tuple(_kept_sessions("cookieConfig"))),
    ("type value", tuple({"type": kind, "value": word} for kind in _VALUED for word in (*HOSTS, *PATHS[:3]))),
    ("matches filters timeouts", tuple(_rewritten())),
)
LISTS: tuple[tuple[str, tuple[list[Any], ...]], ...] = (
    ("name port protocol", tuple(_listeners())),
    ("type value", tuple([{"type": kind, "value": "a.example.com"}] * 2 for kind in ("Hostname", "example.com/a"))),
    ("group kind name namespace", ([_BUNDLE], [{**_BUNDLE, "namespace": "b"}])),
)


def neighbours(facts: Facts, *, everywhere: bool) -> Iterator[Sample]:
    """Of all nodes with rules; a node that another version has at the same place is told once, and unless ``everywhere`` one that is anywhere else."""
    told: set[tuple[str, Place, int]] = set()
    for root in roots(facts):
        for place, node in walk(root.schema):
            known = (root.kind, place, id(node)) if everywhere else ("", (), id(node))
            if node.validations and known not in told:
                for leaf in near(node, next((step for step in reversed(place) if step not in ("[]", "{}")), "")):
                    whole = root.holding(place, leaf) if place else {**root.holding((), None), **leaf}
                    yield sample(whole, f"near {root.kind}/{root.version} {written(place)}")
            told.add(known)


def near(node: Schema, name: str) -> Iterator[Any]:
    """Values of the node."""
    properties = set((node.items or node).properties)
    for names, values in LISTS if node.type == "array" else OBJECTS:
        if set(names.split()) <= properties:
            yield from copy.deepcopy(values)
    if node.type == "object" and node.properties:
        yield from _objects(node, name)
    elif node.type == "object":
        yield from ({key: "a"} for key in QUALIFIED)
    elif node.type == "array":
        yield from _lists(node, name)
    else:
        yield from WORDS.get(name, (*NAMES, *QUALIFIED, *TIMES))


def _objects(node: Schema, name: str) -> Iterator[dict[str, Any]]:
    base = smallest(node, name)
    optional = [key for key in node.properties if key not in base]
    for key in base:
        yield {other: item for other, item in base.items() if other != key}
    added = [[key] for key in optional] + [list(pair) for pair in combinations(optional, 2) if len(optional) <= MOST_PAIRED]
    for keys in added:
        yield {**base, **{key: _one(node, key) for key in keys}}
    for key, below in node.properties.items():
        for word in (*below.enum, *WORDS.get(key, ())) if below.type in ("string", "integer") else ():
            changed = {**base, key: word}
            yield changed
            for other in optional if len(optional) <= 8 else ():
                yield {**changed, other: _one(node, other)}
    for discriminator, named in arms(node).items():
        for value in node.properties[discriminator].enum:
            bare = {key: item for key, item in base.items() if key not in named.values()}
            yield {**bare, discriminator: value}
            for arm in dict.fromkeys(named.values()):
                yield {**bare, discriminator: value, arm: _one(node, arm)}
    for key in optional:
        if node.properties[key].properties:
            yield from ({**base, key: inner} for inner in list(_whole(node.properties[key], key))[:12])


def _whole(node: Schema, name: str) -> Iterator[dict[str, Any]]:
    """The object inside with one more of its fields, and the unions it may be."""
    base = smallest(node, name)
    for key in node.properties:
        yield completed({**base, key: _one(node, key)}, node, name, key)


def _one(node: Schema, key: str) -> Any:
    below = node.properties[key]
    return True if below.type == "boolean" else holding(below, (), name=key)


def _lists(node: Schema, name: str) -> Iterator[list[Any]]:
    items = node.items or Schema()
    if items.type != "object":
        words = WORDS.get(name, (*HOSTS, *NAMES))
        yield from ([word] for word in words)
        yield from ([first, second] for first, second in combinations(words[:3], 2))
        return
    base = smallest(items, name)
    optional = [key for key in items.properties if key not in base]
    singles = [base, *_objects(items, name)]
    wider = [{**base, key: _one(items, key)} for key in optional]
    for one in singles[: 12 + len(optional)]:
        yield [one]
    for one in [base, *wider]:
        yield [one, copy.deepcopy(one)]
        yield [base, one]
        yield [one, varied(one, items, 1, name)]
        for key in ("name", "port", "value", "type", "sectionName", "hostname"):
            if key in one and key in items.properties:
                yield [one, {**one, key: varied(one[key], items.properties[key], 1, key)}]
    for named in arms(items).values():
        several = [holding(items, (arm,), name=name) for arm in dict.fromkeys(named.values())]
        yield from ([one, copy.deepcopy(one)] for one in several)
        yield from ([first, second] for first, second in combinations(several, 2))
    if {"path", "method"} & set((items.properties.get("matches") or Schema()).properties) or "matches" in items.properties:
        match = smallest(items.properties["matches"].items or Schema(), "matches")
        for total in (TOO_MANY_MATCHES - 1, TOO_MANY_MATCHES):
            sizes = [64] * (total // 64) + [total % 64] * bool(total % 64)
            yield [{**base, "matches": [copy.deepcopy(match) for _ in range(size)]} for size in sizes]
    if KEY in base:
        yield [base]
