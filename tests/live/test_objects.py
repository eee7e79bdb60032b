"""What is there beside what was written, and two folders that say different things."""

from __future__ import annotations

import attrs
import pytest

from gatewright.live.cluster import Withheld
from gatewright.live.folder import Written
from gatewright.live.objects import agreement, objects
from gatewright.live.reader import Object, Reader
from gatewright.manifest.identity import ObjectId
from tests.live.fake import Fake
from tests.live.written import stated, thing

READER = Reader(Fake({}))
CRD = thing("Certificate", "a", {"secretName": "a"}, "unheard-of.example.com")
POLICY = thing("HTTPRoute", "a", {"hostnames": ["a.example.com"]})


def told(one: Object, there: object) -> list[tuple[str, str, str]]:
    written = stated(one)
    return [(each.check, each.verdict, each.found) for each in objects(written, {ObjectId.of(one): there}, READER)]  # type: ignore[dict-item]


def test_without_a_schema_it_is_not_said_that_nothing_was_added() -> None:
    (_, (check, verdict, found)) = told(CRD, {**CRD, "spec": {"secretName": "a", "issuer": "evil"}})
    assert (check, verdict) == ("as-written", "unknown")
    assert "cannot be told without a schema" in found
    assert told(CRD, {**CRD, "spec": {"secretName": "b"}})[1][1] == "wrong"


def test_what_may_not_be_read_is_neither_there_nor_as_written() -> None:
    assert told(CRD, Withheld("forbidden")) == [("object", "unknown", "forbidden"), ("as-written", "unknown", "forbidden")]


def test_what_is_being_deleted_is_not_there() -> None:
    leaving = {**POLICY, "metadata": {**POLICY["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}}  # type: ignore[dict-item]
    assert told(POLICY, leaving) == [("object", "wrong", "it is being deleted")]


@pytest.mark.parametrize(("second", "verdict"), [(POLICY, "ok"), (thing("HTTPRoute", "a", {"hostnames": ["b.example.com"]}), "wrong")])
def test_two_folders_that_hold_the_same_object(second: Object, verdict: str) -> None:
    (one,), (other,) = stated(POLICY).folders, stated(second, CRD).folders
    (found,) = agreement(Written((one, attrs.evolve(other, path=other.path / "second"))), READER)
    assert (found.check, found.subject, found.verdict) == ("folders", "HTTPRoute shop/a", verdict)
    assert found.found.startswith("folder, folder/second")
    assert list(agreement(Written((one,)), READER)) == []
