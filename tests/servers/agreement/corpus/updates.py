"""Objects that replace others: fields that may not change, and faults that were there before and are only judged again where something changes."""

from __future__ import annotations

import copy
import random
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from gatewright.admission.schema import Facts
from tests.servers.agreement.corpus.bounds import roots
from tests.servers.agreement.corpus.mutants import CHANGES, spots
from tests.servers.agreement.corpus.places import walk
from tests.servers.agreement.corpus.sample import Manifest, Sample, sample
from tests.servers.agreement.corpus.words import texts

# A uid of its own is a precondition of storage and no matter of admission.
IMMUTABLE: tuple[tuple[str, Any], ...] = (
    ("labels", {"a": "b"}), ("labels", {"-": "b"}), ("annotations", {"a": "b"}), ("finalizers", ["example.com/a"]),
    ("finalizers", ["a b"]), ("generateName", "other-"),
    ("creationTimestamp", "2020-01-02T03:04:05Z"), ("generation", 7),
    ("ownerReferences", [{"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "b"}]), ("unknownField", 1),
    ("deletionTimestamp", "2026-01-02T03:04:05Z"), ("selfLink", "a"), ("managedFields", []),
)  # fmt: skip


def transitions(facts: Facts, digests: Collection[str]) -> Iterator[Sample]:
    """For every place with one of these rules: the same again, and something else."""
    for root in roots(facts):
        for place, node in walk(root.schema):
            if node.type == "string" and any(one.digest in digests for one in node.validations):
                words = list(dict.fromkeys(texts(node)))[:3]
                for word in words:
                    yield sample(root.holding(place, word), "a transition", old=root.holding(place, words[0]))


def changed(good: Sequence[Sample], facts: Facts, count: int, choose: random.Random) -> Iterator[Sample]:
    """Good objects replaced by themselves with a change to the spec or to the metadata."""
    for _ in range(count):
        origin = choose.choice(good)
        new = copy.deepcopy(origin.manifest)
        if choose.random() < 0.3:
            key, value = choose.choice(IMMUTABLE)
            new["metadata"][key] = copy.deepcopy(value)
            yield sample(new, f"update of metadata.{key} of {origin.origin}", old=origin.manifest)
        else:
            yield sample(_touched(new, facts, choose), f"update of {origin.origin}", old=origin.manifest)


def ratcheting(bad: Sequence[Sample], good: Sequence[Sample], facts: Facts, count: int, choose: random.Random) -> Iterator[Sample]:
    """Objects that are no longer valid: as they are, with another label, with a change somewhere, made good."""
    for number in range(count):
        origin = choose.choice(bad)
        new = copy.deepcopy(origin.manifest)
        if number % 4 == 0:
            new["metadata"]["labels"] = {"changed": "yes"}
        elif number % 4 == 3:
            same = [one for one in good if one.home == origin.home]
            new = copy.deepcopy(choose.choice(same).manifest) if same else new
            new["metadata"] = copy.deepcopy(origin.manifest["metadata"])
        else:
            for _ in range(number % 4):
                new = _touched(new, facts, choose)
        yield sample(new, f"ratcheting of {origin.origin}", old=origin.manifest)


def _touched(new: Manifest, facts: Facts, choose: random.Random) -> Manifest:
    group, _, version = new["apiVersion"].rpartition("/")
    schema = facts.schema(group, new["kind"], version)
    places = list(spots(new, schema)) if schema is not None else []
    if places:
        choose.choice(CHANGES)(choose.choice(places), choose)
    return new
