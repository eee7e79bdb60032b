"""Answers of an API server, as this room takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gatewright.errors import NotJudged
from gatewright.live.api import METADATA, ApiCluster
from gatewright.live.cluster import Absent, Found, Withheld
from gatewright.manifest.text import ManifestError
from gatewright.world.api import JSON


class Api:
    """Says what it is told to, in order, and notes what it was asked."""

    def __init__(self, *answers: tuple[int, Any] | ManifestError) -> None:
        self._answers, self.asked = list(answers), list[tuple[str, dict[str, str], str]]()

    def get(self, path: str, query: Mapping[str, str], accept: str) -> tuple[int, bytes]:
        self.asked.append((path, dict(query), accept))
        answer = self._answers.pop(0)
        if isinstance(answer, ManifestError):
            raise answer
        status, body = answer
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()


@pytest.mark.parametrize(("answer", "expected"), [
    ((200, {"a": 1}), Found({"a": 1})),
    ((404, {"message": "not found"}), Absent()),
    ((403, {"message": "forbidden: no"}), Withheld("forbidden: no")),
    ((403, b"<html>"), Withheld("status 403 without a reason")),
    ((200, b"no json"), Withheld("status 200 without a reason")),
    ((200, []), Withheld("status 200 without a reason")),
    ((503, {"message": "etcd"}), Withheld("etcd")),
])  # fmt: skip
def test_every_answer_is_one_of_three(answer: tuple[int, Any], expected: object) -> None:
    assert ApiCluster("c", Api(answer)).get("/x") == expected


def test_who_gets_no_answer_or_has_no_login_judged_nothing() -> None:
    with pytest.raises(NotJudged, match="c: refused; nothing was judged"):
        ApiCluster("c", Api(ManifestError("refused"))).get("/x")
    with pytest.raises(NotJudged, match=r"c: the login is not valid \(Unauthorized\)"):
        ApiCluster("c", Api((401, {"message": "Unauthorized"}))).list("/x")


def test_metadata_alone_is_asked_for_by_its_name() -> None:
    api = Api((200, {}), (200, {}))
    connection = ApiCluster("c", api)
    connection.get("/x")
    connection.get("/x", metadata_only=True)
    assert [accept for _, _, accept in api.asked] == [JSON, METADATA]


def test_a_list_is_all_of_its_pages() -> None:
    api = Api((200, {"items": [{"a": 1}], "metadata": {"continue": "next"}}), (200, {"items": [{"a": 2}], "metadata": {}}))
    assert ApiCluster("c", api).list("/x") == Found({"items": [{"a": 1}, {"a": 2}]})
    assert [query for _, query, _ in api.asked] == [{"limit": "500"}, {"limit": "500", "continue": "next"}]


def test_a_list_that_grew_too_old_begins_anew_and_not_for_ever() -> None:
    page, old = (200, {"items": [{"a": 1}], "metadata": {"continue": "next"}}), (410, {"message": "expired"})
    assert ApiCluster("c", Api(page, old, (200, {"items": [{"a": 3}]}))).list("/x") == Found({"items": [{"a": 3}]})
    assert ApiCluster("c", Api(*[page, old] * 3)).list("/x") == Withheld("the list grew too old 3 times before its last page")


def test_a_list_of_nothing_or_that_is_closed() -> None:
    assert ApiCluster("c", Api((200, {"items": None}))).list("/x") == Found({"items": []})
    assert ApiCluster("c", Api((404, {}))).list("/x") == Absent()
    assert ApiCluster("c", Api((403, {"message": "no"}))).list("/x") == Withheld("no")


@pytest.mark.parametrize("body", [{}, {"items": {}}, {"items": [1]}, {"items": [{}, None]}, {"kind": "Status"}])
def test_an_answer_that_is_no_list_is_no_empty_one(body: object) -> None:
    assert ApiCluster("c", Api((200, body))).list("/x") == Withheld("an answer that lists no items")


def test_a_list_that_closes_between_two_pages_is_withheld() -> None:
    page = (200, {"items": [{"a": 1}], "metadata": {"continue": "next"}})
    assert ApiCluster("c", Api(page, (403, {"message": "no"}))).list("/x") == Withheld("no")
