"""Run as a program: reads texts that were made to hurt, with a bound on memory and on processor time that ends it.

    python hostile.py MEGABYTES SECONDS

Prints one line of JSON: for each text its name, how many objects were read, and the first mistake. Every field of every
object is asked for its place as well.
"""

from __future__ import annotations

import json
import random
import resource
import sys

from gatewright.manifest import yaml_build
from gatewright.manifest.yaml_read import read_each

HEAD = "apiVersion: v1\nkind: A\n"
MANY = 100_000


def _list(depth: int) -> str:
    """The head of a List that is an item of the List before it."""
    lead, dash, rest = "  " * depth, "- " if depth else "", "  " if depth else ""
    return f"{lead}{dash}apiVersion: v1\n{lead}{rest}kind: List\n{lead}{rest}items:\n"



def _laughs(levels: int, width: int) -> str:
    return f"{HEAD}l0: &l0 [a]\n" + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * width)}]\n" for n in range(1, levels))


def _merges() -> str:
    keys = "".join(f"  k{number}: v\n" for number in range(1000))
    return f"{HEAD}a: &a\n{keys}b:\n- <<: [{', '.join(['*a'] * 3000)}]\n" + "- <<: *a\n" * 3000


YAML = {
    "laughs": _laughs(12, 10),
    "quadratic laughs": f"{HEAD}a: &a {'x' * 100_000}\nb:\n" + "- *a\n" * 20_000,
    "wide laughs": f"{HEAD}a: &a [{'x,' * 50_000}]\nb:\n" + "- *a\n" * 1000,
    "deep laughs": f"{HEAD}a0: &a0 {{}}\n" + "".join(f"a{n}: &a{n} {{b: *a{n - 1}}}\n" for n in range(1, 500)),
    "merges": _merges(),
    "anchors": HEAD + "".join(f"a{n}: &a{n} b\n" for n in range(100_000)),
    "flow": f"{HEAD}a: {'[' * MANY}",
    "flow objects": f"{HEAD}a: {'{a: ' * MANY}",
    "empty lists": f"{HEAD}a: [{'[],' * 1_000_000}]",
    "dashes": "- " * MANY,
    "nested block": HEAD + "".join(f"{' ' * n}a:\n" for n in range(2000)),
    "nested list": f"{HEAD}a:\n" + "".join(f"{' ' * n}-\n" for n in range(2000)),
    "questions": "? " * MANY,
    "plain": f"{HEAD}a: {'x' * 2_000_000}",
    "words": f"{HEAD}a: {'x ' * 1_000_000}",
    "lines": f"{HEAD}a: x\n" + "  x\n" * 1_000_000,
    "quoted": f'{HEAD}a: "{"x" * 2_000_000}"',
    "escapes": f'{HEAD}a: "{chr(92) * 1_000_000}"',
    "escaped slashes": f'{HEAD}a: "{(chr(92) * 2 + "/") * 1_000_000}"',
    "unclosed": f'{HEAD}a: "{"x " * 2_000_000}',
    "literal": f"{HEAD}a: |\n" + "  x\n" * 1_000_000,
    "folded": f"{HEAD}a: >\n" + "  x\n\n" * 500_000,
    "key": f"{HEAD}{'x' * 1_000_000}: a",
    "quoted key": f'{HEAD}"{"x" * 1_000_000}": a',
    "keys": HEAD + "".join(f"k{n}: v\n" for n in range(50_000)),
    "equal keys": HEAD + "k: v\n" * 200_000,
    "digits": f"{HEAD}a: {'9' * 1_000_000}",
    "hexadecimal digits": f"{HEAD}a: 0x{'f' * 1_000_000}",
    "binary digits": f"{HEAD}a: 0b{'1' * 1_000_000}",
    "underscores": f"{HEAD}a: 1{'_' * 1_000_000}",
    "point": f"{HEAD}a: .{'5_' * 2_000_000}",
    "exponent": f"{HEAD}a: 1e{'9' * 1_000_000}",
    "spaces": HEAD + " " * 2_000_000,
    "spaces before a sign": f"{HEAD}a: b{' ' * 1_000_000}\x07",
    "empty lines": HEAD + "\n" * 1_000_000,
    "comments": HEAD + "# c\n" * 1_000_000,
    "documents": "---\n" * 200_000,
    "separators": "---x\n" * 100_000,
    "tabs": f"{HEAD}a:\n" + "\t" * 1_000_000,
    "carriage returns": HEAD.replace("\n", "\r\n") + "\r" * 1_000_000,
    "NUL": f"{HEAD}a: \0\n",
    "NULs": "\0" * 1_000_000,
    "tags": f"{HEAD}a: {'!' * 1_000_000}",
    "tag": f"{HEAD}a: !{'x' * 1_000_000} b",
    "directives": "%YAML 1.1\n" * 100_000,
    "indicators": f"{HEAD}a: {'&' * 1_000_000}",
    "shapes": "".join(f"{HEAD}k{n}:\n  l{n}: m{n}\n---\n" for n in range(10_000)),
    "items": f"apiVersion: v1\nkind: List\nitems:\n{'- apiVersion: v1{0}  kind: A{0}'.format(chr(10)) * 20_000}",
    "nested Lists": "".join(map(_list, range(60))),
}  # fmt: skip

JSON = {
    "JSON": '{"a":' * MANY,
    "JSON lists": '{"a":' + "[" * MANY,
    "JSON digits": f'{{"apiVersion": "v1", "kind": "A", "a": {"9" * 1_000_000}}}',
    "JSON fraction": f'{{"apiVersion": "v1", "kind": "A", "a": 0.{"9" * 1_000_000}}}',
    "JSON keys": '{"apiVersion": "v1", "kind": "A"' + "".join(f', "k{n}": 1' for n in range(50_000)) + "}",
    "JSON equal keys": '{"apiVersion": "v1", "kind": "A"' + ', "k": 1' * 50_000 + "}",
    "JSON equal keys at the end": '{"apiVersion": "v1", "kind": "A"' + "".join(f', "k{n}": 1' for n in range(50_000)) + ', "k49999": 1}',
    "JSON text": f'{{"apiVersion": "v1", "kind": "A", "a": "{"x" * 2_000_000}"}}',
    "JSON escapes": f'{{"apiVersion": "v1", "kind": "A", "a": "{(chr(92) + "ud800") * 500_000}"}}',
    "JSON objects": '{"apiVersion": "v1", "kind": "A"}' * 50_000,
    "JSON items": '{"apiVersion": "v1", "kind": "List", "items": [' + ",".join(['{"apiVersion": "v1", "kind": "A"}'] * 20_000) + "]}",
    "JSON equal keys, object by object": '{"a": 1, "a": 2}' * 2000,
    "JSON unclosed": '{"a": "' + "x" * 1_000_000,
    **{f"JSON of depth {n}": f'{{"apiVersion": "v1", "kind": "A", "a": {"[" * n}{"]" * n}}}' for n in range(940, 1000, 5)},
    "JSON nested Lists": '{"apiVersion": "v1", "kind": "List", "items": [' * 500 + "]}" * 500,
    "JSON fewer nested Lists": '{"apiVersion": "v1", "kind": "List", "items": [' * 240 + "]}" * 240,
}

BYTES = {
    "UTF-16": HEAD.encode("utf-16"),
    "UTF-16 without a mark": HEAD.encode("utf-16-le"),
    "UTF-32": HEAD.encode("utf-32"),
    "Latin 1": f"{HEAD}a: ü\n".encode("latin-1"),
    "half a surrogate": HEAD.encode() + b"a: \xed\xa0\x80\n",
    "too long a form": HEAD.encode() + b"a: \xc0\xaf\n",
    "cut": HEAD.encode() + b"a: \xf0\x9f\x98",
    "noise": random.Random(1).randbytes(1_000_000),
    **{f"noise {seed}": random.Random(seed).randbytes(200) for seed in range(2, 60)},
    **{f"signs {seed}": bytes(random.Random(seed).choices(b" \n\t-:?,[]{}#&*!|>'\"%@`~ab01\\", k=300)) for seed in range(60)},
}


def texts() -> dict[str, tuple[bytes, bool]]:
    """Each text by name, and whether it is read as JSON lines."""
    found = {name: (text.encode(), False) for name, text in {**YAML, **JSON}.items()}
    found |= {f"{name}, as lines": (text.encode(), True) for name, text in JSON.items()}
    found |= {"blank lines, as lines": (b"\n" * 1_000_000, True), "empty lists, as lines": (b"[]\n" * 20_000, True)}
    return found | {name: (data, False) for name, data in BYTES.items()}


def main(megabytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    yaml_build.MOST = 100_000  # type: ignore[misc]  # the same bound, reached in a twentieth of the time
    answers: dict[str, tuple[int, str]] = {}
    for name, (data, lines) in texts().items():
        found, errors = read_each(data, "f", lines=lines)
        for one in found[:100]:
            for field in list(one.manifest)[:100]:
                one.place_of(field, 0, "x")
        answers[name] = (len(found), str(errors[0])[:200] if errors else "")
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
