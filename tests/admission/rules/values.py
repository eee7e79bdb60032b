"""Values of a schema node as admission sees them, drawn for one rule: the fields it speaks of, the words it compares with, and near misses.

Everything is seeded. Nulls are pruned and defaults filled in; enums, patterns, lengths and bounds are mostly kept but need not be,
and lists hold near copies, because rules about lists compare items.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random
from typing import Any

import attrs

from gatewright.admission.defaulting import complete
from gatewright.admission.schema import Schema

WORDS = (
    *("", "a", "b", "Service", "Gateway", "Other", "*", "web"),
    *("HTTP", "HTTPS", "TLS", "TCP", "UDP", "GRPC", "GET", "example.com/proto"),
    *(
        "example.com",
        "*.example.com",
        "*.com",
        "*",
        "*a.com",
        "a.*.com",
        "EXAMPLE.com",
        "a_b.com",
        "-a.com",
        "a-.com",
        "a..b",
        "a.b.",
        "x" * 64,
    ),
    *(
        "1.2.3.4",
        "01.2.3.4",
        "1.2.3",
        "::1",
        "::",
        "fe80::1%eth0",
        "::ffff:1.2.3.4",
        "::1.2.3.4",
        "1::2::3",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
    ),
    *(
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "256.1.1.1",
        "1.2.3.4.5",
        "host.cluster.local",
        "cluster.local",
        ".cluster.local",
        "a.cluster.local.",
        "é.com",
    ),
    *(
        "/",
        "//",
        "/a",
        "/a//b",
        "/a/./b",
        "/a/../b",
        "/a/.",
        "/a/..",
        "/..",
        "/.",
        "a/b",
        "/a%2fb",
        "/a%2Fb",
        "/a%20b",
        "/a%2",
        "/a%zz",
        "/a#b",
        "#",
    ),
    *("/a b", "/é", "/a?b", "/~a!$&'()*+,;=:@._-", "/a\n", "/a.", "/..a", "/a|b"),
    *("foo.Bar", ".foo.Bar", "foo..Bar", "Foo", "foo-bar", "1foo", "_f1", "foo.Bar\n", "\u017fervice", "Do_It", "do-it", "foo.1"),
    *("0", "0s", "1s", "999ms", "1h", "60m", "3600s", "3601s", "1h1ms", "1h30m", "1.5h", "-1s", "+5s", "500us", "1ns", "1", "s", ".5s"),
    *(
        "1.s",
        ".s",
        "1d",
        "1h 1m",
        "10000h",
        "99999999h",
        "9223372036854775807ns",
        "9223372036854775808ns",
        "-0s",
        "0.999999999s",
        "0.9999999999s",
    ),
    *(
        "a/b",
        "a/b/c",
        "/a",
        "a/",
        "A/b",
        "a.b/C-_.d",
        "a" * 63,
        "a" * 64,
        "n/" + "a" * 63,
        "n/" + "a" * 64,
        "-a",
        "a-",
        "a.b/é",
        "x/" + "é" * 3,
    ),
    *("d" * 251 + "/n", "d" * 252 + "/n", "d" * 253 + "/n", "d" * 254 + "/n", "d" * 253, "d" * 254),
    *(
        "Cluster",
        "cluster",
        "example.com/a",
        "example.com/a/b",
        "example.com/",
        "k8s.io/a",
        "x.k8s.io/a",
        "xk8s.io/a",
        "/a",
        "A.com/a",
        "a.com/b\n",
        "a.com/\n",
    ),
)
_LENGTHS = (1, 2, 3, 15, 16, 17, 63, 64)


@attrs.frozen
class Drawer:
    """Draws values for a rule that speaks of ``names`` and compares with ``literals``."""

    random: Random
    names: frozenset[str]
    literals: Sequence[str]

    def admitted(self, schema: Schema) -> Any:
        """One value of the node, as validation sees it."""
        dense = self.random.random() < 0.15
        return complete(self._any(schema, dense), schema)

    def _any(self, schema: Schema, dense: bool) -> Any:
        kind = schema.type or ("integer" if schema.int_or_string else "object")
        if kind == "object":
            return self._object(schema, dense)
        if kind == "array":
            return self._list(schema, dense)
        if kind == "string":
            return self._string(schema)
        if kind == "boolean":
            return self.random.random() < 0.5
        return self.random.choice((0, 1, 2, 80, 443, 100))

    def _string(self, schema: Schema) -> str:
        choose = self.random.random()
        if schema.enum and choose < 0.95:
            return str(self.random.choice(schema.enum))
        if choose < 0.1:
            return ""
        if self.literals and choose < 0.5:
            word = self.random.choice(self.literals)
            other = self.random.choice(WORDS)
            return self.random.choice((word, word, word, f"{word}{other}", f"{other}{word}"))
        return self.random.choice(WORDS[:8] if choose < 0.7 else WORDS)

    def _object(self, schema: Schema, dense: bool) -> dict[str, Any]:
        if schema.additional_properties is not None:
            keys = self.random.choices(WORDS, k=self.random.choice((0, 1, 1, 2, 3)))
            return {key: self._any(schema.additional_properties, dense) for key in keys}
        return {
            name: self._any(below, dense)
            for name, below in schema.properties.items()
            if name in schema.required or self.random.random() < (0.6 if name in self.names else 0.03)
        }

    def _list(self, schema: Schema, dense: bool) -> list[Any]:
        item = schema.items or Schema()
        most = schema.max_items or 64
        if dense and item.type == "object":
            one = self._any(item, dense=item.max_items is None and self.random.random() < 0.9)
            return [one] * min(self.random.choice(_LENGTHS), most)
        found: list[Any] = []
        for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 4))):
            found.append(
                self._near(self.random.choice(found), item) if found and self.random.random() < 0.6 else self._any(item, dense=False)
            )
        return found[:most]

    def _near(self, value: Any, schema: Schema) -> Any:
        """A copy in which at most one thing is different."""
        near = copy.deepcopy(value)
        if not isinstance(near, dict) or not schema.properties or self.random.random() < 0.25:
            return near
        name = self.random.choice([name for name in schema.properties if name in self.names] or list(schema.properties))
        if name in near and name not in schema.required and self.random.random() < 0.4:
            del near[name]
        else:
            near[name] = self._any(schema.properties[name], dense=False)
        return near
