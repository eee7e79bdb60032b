"""What may stand in ``metadata``, good and bad: the same rules for every kind."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from tests.servers.agreement.corpus.sample import Manifest, Sample, sample

OWNER: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "b"}
LIMIT = 256 * 1024

METADATA: tuple[tuple[str, Any], ...] = (
    *(("name", value) for value in (
        "a", "", None, "A", "a.b", "a..b", "-a", "a-", "a_b", "a" * 253, "a" * 254, "1", "a\n", "é", "a/b", ".", "..", "%", 1, True, [], {}, " a",
    )),
    *(("namespace", value) for value in ("a", "", None, "A", "a.b", "a" * 63, "a" * 64, "-a", "1", 1, True, [], {})),
    *(("generateName", value) for value in ("a", "a-", "a.", "-a", "A", "", None, "a" * 247, "a" * 248, "a" * 252, "a" * 253, "a" * 254, 1, "a_", "a--")),
    *(("labels", value) for value in (
        None, {}, [], "a", {"a": "b"}, {"a": ""}, {"a": None}, {"a": 1}, {"a": True}, {"": "b"}, {"-a": "b"}, {"A": "B"},
        {"example.com/a": "b"}, {"Example.com/a": "b"},
        {"/a": "b"}, {"a/": "b"}, {"a/b/c": "d"}, {"a": "b c"}, {"a": "-b"}, {"a": "b_c.d-e"}, {"a": "b" * 63}, {"a": "b" * 64},
        {"a" * 63: ""}, {"a" * 64: ""}, {"a" * 253 + "/b": ""},
        {"a" * 254 + "/b": ""}, {"a": "é"}, {"a": "b\n"}, {"a": ["b"]}, {"a": {}}, {"a_b/c": "d"}, {"é": ""},
    )),
    *(("annotations", value) for value in (
        None, {}, [], "a", {"a": "b c\né"}, {"a": None}, {"a": 1}, {"": "b"}, {"-a": "b"}, {"Example.com/A": "b"}, {"/a": "b"},
        {"a/b/c": "d"}, {"a" * 64: ""}, {"a": "b" * (LIMIT - 1)},
        {"a": "b" * LIMIT}, {"a": "é" * (LIMIT // 2)}, {"kubectl.kubernetes.io/last-applied-configuration": "{}"}, {"a": ["b"]},
    )),
    *(("ownerReferences", value) for value in (
        None, [], {}, "a", [OWNER], [OWNER, OWNER], [{**OWNER, "controller": True}],
        [{**OWNER, "controller": True}, {**OWNER, "uid": "c", "controller": True}], [{}], [None],
        *([{key: item for key, item in OWNER.items() if key != gone}] for gone in OWNER), *([{**OWNER, key: ""}] for key in OWNER),
        [{**OWNER, "controller": "yes"}],
        [{**OWNER, "blockOwnerDeletion": None}], [{**OWNER, "unknownField": 1}], [{**OWNER, "apiVersion": "v1", "kind": "Event"}],
        [{**OWNER, "apiVersion": "a/b/c"}], [{**OWNER, "name": 1}],
    )),
    *(("finalizers", value) for value in (
        None, [], "a", {}, ["a"], ["a/b"], ["example.com/a"], [""], ["a b"], ["orphan"], ["foregroundDeletion"],
        ["orphan", "foregroundDeletion"], ["a/b", "a/b"], [None], [1], ["A/b"], ["kubernetes"],
    )),
    *(("creationTimestamp", value) for value in (None, "", "2026-01-02T03:04:05Z", "2026-01-02", "a", 1, "2026-01-02T03:04:05.5+01:00", {})),
    *(("deletionTimestamp", value) for value in (None, "2026-01-02T03:04:05Z", "a", 1)),
    *(("deletionGracePeriodSeconds", value) for value in (None, 0, 30, -1, "30", 1.5, 30.0, 2**63)),
    *(("generation", value) for value in (None, 0, 5, -1, "5", 1.5, 2**63)),
    *(("resourceVersion", value) for value in (None, "", "1", "a", 1, "0")),
    *(("uid", value) for value in (None, "", "a", 1)),
    *(("selfLink", value) for value in (None, "a", "", 1)),
    *(("managedFields", value) for value in (
        None, [], {}, [{}], [{"manager": "a", "operation": "Update", "apiVersion": "v1"}], [{"operation": "Wrong"}], [{"manager": 1}],
        [{"unknownField": 1}],
        [{"manager": "a", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}, "time": "2026-01-02T03:04:05Z"}],
        [{"time": "a"}], [{"fieldsV1": 1}], [{"fieldsType": "Wrong"}],
    )),
    *((key, value) for key in ("unknownField", "Name", "clusterName", "initializers", "name ") for value in (1, None)),
)  # fmt: skip


def metadata(good: Manifest, prefix: str = "") -> Iterator[Sample]:
    """The object with each of these, and with two that only together are wrong."""
    for key, value in METADATA:
        changed = copy.deepcopy(good)
        changed["metadata"][key] = copy.deepcopy(value)
        yield sample(changed, f"metadata.{key} {prefix}")
    for given in (
        None,
        {},
        {"name": None},
        {"generateName": "a-"},
        {"generateName": ""},
        {"name": "", "generateName": "a"},
        {"name": "a", "generateName": "A"},
        [],
        "a",
        1,
        True,
    ):
        yield sample({**good, "metadata": given}, f"metadata {prefix}")
    yield sample({key: value for key, value in good.items() if key != "metadata"}, f"no metadata {prefix}")
    for key in ("apiVersion", "kind"):
        for value in (None, "", 1, []):
            yield Sample({**good, key: value}, f"{key} {prefix}", (good["apiVersion"], good["kind"]))
        yield Sample({name: item for name, item in good.items() if name != key}, f"no {key} {prefix}", (good["apiVersion"], good["kind"]))
