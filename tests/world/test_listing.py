"""What a cluster holds, by answers as an API server gives them: what may not be listed is never taken for absent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from gatewright.manifest.text import ManifestError
from gatewright.world.listing import read_api
from gatewright.world.reading import Coverage, Read
from gatewright.world.world import World
from tests.world.manifests import names

CORE = {
    "/api": {"versions": ["v1"]},
    "/api/v1": {"resources": [
        {"name": "services", "kind": "Service", "namespaced": True, "verbs": ["get", "list"]},
        {"name": "services/status", "kind": "Service", "namespaced": True, "verbs": ["get"]},
        {"name": "secrets", "kind": "Secret", "namespaced": True, "verbs": ["list"]},
        {"name": "namespaces", "kind": "Namespace", "namespaced": False, "verbs": ["list"]},
        {"name": "events", "kind": "Event", "namespaced": True, "verbs": ["list"]},
        {"name": "bindings", "kind": "Binding", "namespaced": True, "verbs": ["create"]},
    ]},
    "/apis": {"groups": [{"name": "g.io", "preferredVersion": {"version": "v1"}, "versions": [{"version": "v1beta1"}, {"version": "v1"}]}]},
    "/apis/g.io/v1": {"resources": [{"name": "routes", "kind": "Route", "namespaced": True, "verbs": ["list"]}]},
    "/apis/g.io/v1beta1": {"resources": [
        {"name": "routes", "kind": "Route", "namespaced": True, "verbs": ["list"]},
        {"name": "olds", "kind": "Old", "namespaced": True, "verbs": ["list"]},
    ]},
}  # fmt: skip


def named(*objects: str) -> list[dict[str, Any]]:
    return [{"metadata": {"name": name, "namespace": "shop", "managedFields": [{"manager": "m"}]}} for name in objects]


@attrs.define
class Stub:
    """Answers by path; a number is a refusal of that status. Lists come in pages, as they are asked for."""

    answers: dict[str, Any]
    expire: int = 0  # pages after the first that are too old
    asked: list[str] = attrs.Factory(list)

    def get(self, path: str, query: Mapping[str, str], accept: str) -> tuple[int, bytes]:
        self.asked.append(f"{path}?{query.get('continue', '')}" if query else path)
        found = {**CORE, **self.answers}.get(path, [])
        if isinstance(found, int):
            return found, json.dumps({"kind": "Status", "message": f"no: {path}"}).encode()
        if isinstance(found, bytes):
            return 200, found
        if isinstance(found, dict):
            return 200, json.dumps(found).encode()
        start, size = int(query.get("continue", "0")), int(query["limit"])
        if start and self.expire:
            self.expire -= 1
            return 410, b'{"message": "too old"}'
        following = str(start + size) if start + size < len(found) else ""
        return 200, json.dumps({"kind": "XList", "metadata": {"continue": following}, "items": found[start : start + size]}).encode()


def reading(answers: dict[str, Any], kinds: set[tuple[str, str]] | None, namespace: str = "", page: int = 500, expire: int = 0) -> tuple[Read, Stub]:
    api = Stub(answers, expire)
    return read_api(api, "cluster:test", kinds, namespace, page), api


SERVICES = {("", "Service")}


def test_lists_come_page_by_page() -> None:
    read, api = reading({"/api/v1/services": named(*"abcde")}, SERVICES, page=2)
    assert names(read) == list("abcde")
    assert [path for path in api.asked if "services" in path] == ["/api/v1/services?", "/api/v1/services?2", "/api/v1/services?4"]
    assert read.complete == {Coverage("", "Service")}
    assert read.objects[0].manifest == {"metadata": {"name": "a", "namespace": "shop"}, "apiVersion": "v1", "kind": "Service"}
    assert (read.objects[0].file, read.objects[0].line, read.objects[0].place_of("metadata")) == ("cluster:test", 0, (0, 0))


def test_only_the_groups_wanted_are_asked_about() -> None:
    _, api = reading({}, SERVICES)
    assert not [path for path in api.asked if "g.io" in path]


def test_a_list_that_grew_too_old_begins_anew() -> None:
    read, api = reading({"/api/v1/services": named(*"abc")}, SERVICES, page=2, expire=2)
    assert names(read) == list("abc")
    assert len([path for path in api.asked if "services" in path]) == 6
    read, _ = reading({"/api/v1/services": named(*"abc")}, SERVICES, page=2, expire=9)
    assert (names(read), read.complete) == ([], frozenset())
    assert "Service could not be listed: the list grew too old 3 times" in str(read.skipped[0])


def test_what_may_not_be_listed_is_incomplete() -> None:
    read, _ = reading({"/api/v1/services": 403, "/apis/g.io/v1/routes": named("r")}, {*SERVICES, ("g.io", "Route")})
    assert names(read) == ["r"]
    assert [str(one) for one in read.skipped] == ["cluster:test: Service may not be listed: no: /api/v1/services"]
    assert read.complete_for == {"Route.g.io"}
    assert World.of(read.objects, read.complete_for).complete_for == {"Route.g.io"}


def test_a_namespace_of_ones_own_is_read_where_the_cluster_may_not_be() -> None:
    answers = {"/api/v1/services": 403, "/api/v1/namespaces/shop/services": named("a"), "/api/v1/namespaces": 403}
    read, _ = reading(answers, {*SERVICES, ("", "Namespace")}, namespace="shop")
    assert names(read) == ["a"]
    assert read.complete == {Coverage("", "Service", "shop")}
    assert read.complete_for == frozenset()
    assert len(read.skipped) == 2
    read, _ = reading({"/api/v1/services": 403, "/api/v1/namespaces/shop/services": 403}, SERVICES, namespace="shop")
    assert (read.complete, len(read.skipped)) == (frozenset(), 1)


def test_a_kind_that_is_not_served_has_no_objects() -> None:
    read, _ = reading({}, {("g.io", "Unknown"), ("other.io", "X")})
    assert (read.objects, read.skipped) == ((), ())
    assert read.complete_for == {"Unknown.g.io", "X.other.io"}


def test_a_group_that_does_not_answer_is_incomplete() -> None:
    read, _ = reading({"/apis/g.io/v1": 503}, {("g.io", "Unknown"), ("g.io", "Old")})
    assert read.complete_for == {"Old.g.io"}
    assert "every kind of g.io: no: /apis/g.io/v1" in str(read.skipped[0])


def test_without_a_wish_everything_is_read_in_the_preferred_version() -> None:
    answers = {"/api/v1/services": named("s"), "/api/v1/events": named("e"), "/apis/g.io/v1/routes": named("r"), "/apis/g.io/v1beta1/olds": named("o")}
    read, _ = reading(answers, None)
    assert {(str(one.manifest["apiVersion"]), one.id.kind) for one in read.objects} == {("v1", "Service"), ("g.io/v1", "Route"), ("g.io/v1beta1", "Old")}
    assert read.complete_for == {"Service", "Secret", "Namespace", "Route.g.io", "Old.g.io"}


def test_of_secrets_the_keys_alone_are_kept() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "aHVudGVyMg==", "a": "b"}
    secret = {"metadata": {"name": "s", "annotations": annotations}, "data": {"password": "aHVudGVyMg=="}, "stringData": {"token": "hunter2"}}
    read, _ = reading({"/api/v1/secrets": [secret]}, {("", "Secret")})
    assert read.objects[0].manifest["data"] == {"password": ""}
    assert read.objects[0].manifest["stringData"] == {"token": ""}
    assert "hunter2" not in repr(read.objects[0].manifest)
    assert "aHVudGVyMg" not in repr(read.objects[0].manifest)
    assert read.objects[0].manifest["metadata"] == {"name": "s", "annotations": {"a": "b"}}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (401, "the login is not valid: no: /api"),
        (403, "it does not say what it serves: no: /api"),
        (b"<html>", "status 200 without a reason"),
        (b"{}", "it does not say what it serves: an answer that lists no versions"),
    ],
)
def test_a_server_that_tells_nothing_is_an_error(answer: object, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        reading({"/api": answer}, SERVICES)


@pytest.mark.parametrize("answer", [b"[]", b"{}", b'{"items": [1, null]}', b'{"items": {}, "metadata": 1}', b"\xff", b"<html>"])
def test_an_answer_that_lists_nothing_is_no_empty_list(answer: bytes) -> None:
    read, _ = reading({"/api/v1/services": answer}, SERVICES)
    assert (read.objects, read.complete) == ((), frozenset())
    read, _ = reading({"/api/v1": answer}, SERVICES)
    assert (read.objects, read.complete) == ((), frozenset())
    with pytest.raises(ManifestError, match="it does not say what it serves"):
        reading({"/apis": answer}, SERVICES)


def test_an_empty_list_may_be_null() -> None:
    read, _ = reading({"/api/v1/services": b'{"items": null, "metadata": null}'}, SERVICES)
    assert read.complete == {Coverage("", "Service")}
