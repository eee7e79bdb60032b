"""Questions in terms of kinds and names, and what becomes of answers that are none."""

from __future__ import annotations

from gatewright.live.cluster import Absent, Found, Withheld
from gatewright.live.reader import Reader, Resource
from tests.live.fake import Fake, discovery

GROUP = "example.com"


def thing(namespace: str, name: str) -> dict[str, object]:
    return {"metadata": {"namespace": namespace, "name": name}}


def test_paths() -> None:
    spaced, whole = Resource("example.com/v1", "Thing", "things", True), Resource("example.com/v1", "Class", "classes", False)
    core = Resource("v1", "Pod", "pods", True)
    assert spaced.path() == "/apis/example.com/v1/things"
    assert spaced.path("a", "b c") == "/apis/example.com/v1/namespaces/a/things/b%20c"
    assert whole.path("a", "b") == "/apis/example.com/v1/classes/b"
    assert core.path("a") == "/api/v1/namespaces/a/pods"
    assert (spaced.group, core.group) == ("example.com", "")


def test_a_question_is_asked_once() -> None:
    fake = Fake(discovery(GROUP, "Thing"))
    reader = Reader(fake)
    for _ in range(3):
        assert reader.resource("example.com/v1", "Thing") == Resource("example.com/v1", "Thing", "things", True)
        assert reader.object("example.com/v1", "Thing", "a", "b") == Absent()
    assert len(fake.asked) == len(set(fake.asked)) == 2


def test_kinds_come_in_the_version_that_the_server_prefers_of_those_that_have_them() -> None:
    documents = discovery(GROUP, "Thing", versions=("v1", "v1beta1"))
    documents["/apis/example.com/v1beta1"]["resources"].append({"name": "olds", "kind": "Old", "namespaced": True})
    kinds = Reader(Fake(documents)).kinds(GROUP)
    assert isinstance(kinds, tuple)
    assert {one.kind: one.api_version for one in kinds} == {"Thing": "example.com/v1", "Old": "example.com/v1beta1"}
    assert Reader(Fake({})).kinds(GROUP) == ()
    assert Reader(Fake(documents, ("/apis/example.com",))).kinds(GROUP) == Withheld("forbidden")
    assert Reader(Fake(documents, ("/apis/example.com/v1beta1",))).kinds(GROUP) == Withheld("forbidden")
    del documents["/apis/example.com/v1beta1"]
    assert Reader(Fake(documents)).kinds(GROUP) == Withheld("example.com/v1beta1 is named and not served")


def test_what_may_not_be_listed_everywhere_is_listed_where_it_may() -> None:
    resource = Resource("example.com/v1", "Thing", "things", True)
    documents = {
        "/apis/example.com/v1/things": {"items": [thing("a", "1"), thing("b", "2")]},
        "/apis/example.com/v1/namespaces/a/things": {"items": [thing("a", "1")]},
    }
    assert len(Reader(Fake(documents)).every(resource, ["a"]).objects) == 2
    closed = Reader(Fake(documents, ("/apis/example.com/v1/things", "/apis/example.com/v1/namespaces/b/things"))).every(resource, ["a", "b", "c"])
    assert closed.objects == (thing("a", "1"),)
    assert dict(closed.withheld) == {"": "forbidden", "b": "forbidden"}


def test_a_kind_of_the_whole_cluster_has_no_namespaces_to_fall_back_on() -> None:
    listing = Reader(Fake({}, ("/apis/example.com/v1/classes",))).every(Resource("example.com/v1", "Class", "classes", False), ["a"])
    assert (listing.objects, dict(listing.withheld)) == ((), {"": "forbidden"})


def test_discovery_that_is_refused() -> None:
    reader = Reader(Fake({}, ("/apis/example.com/v1",)))
    assert reader.resource("example.com/v1", "Thing") == Withheld("forbidden")
    assert reader.object("example.com/v1", "Thing", "a", "b") == Withheld("forbidden")
    assert not isinstance(reader.get("/version"), Found)
