"""What an object is called, and what has no name."""

from __future__ import annotations

import pytest

from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import ManifestError


def test_an_object_is_named_by_group_kind_namespace_and_name() -> None:
    manifest = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": "infra"},
    }
    assert ObjectId.of(manifest) == ObjectId("gateway.networking.k8s.io", "Gateway", "infra", "edge")
    assert str(ObjectId.of(manifest)) == "Gateway infra/edge"


def test_the_version_makes_no_difference() -> None:
    old, new = (
        {"apiVersion": f"g.io/{version}", "kind": "K", "metadata": {"name": "a"}} for version in ("v1beta1", "v1")
    )
    assert ObjectId.of(old) == ObjectId.of(new)


def test_the_core_group_and_the_cluster_scope_are_empty() -> None:
    assert ObjectId.of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}) == ObjectId(
        "", "Namespace", "", "a"
    )
    assert str(ObjectId("", "Namespace", "", "a")) == "Namespace a"


def test_order_is_by_group_kind_namespace_name() -> None:
    ids = [
        ObjectId("a", "Z", "", ""),
        ObjectId("b", "A", "a", "b"),
        ObjectId("b", "A", "b", "a"),
        ObjectId("b", "B", "", ""),
    ]
    assert sorted([ids[2], ids[3], ids[0], ids[1]]) == ids


@pytest.mark.parametrize("manifest", [{}, {"kind": "A"}, {"apiVersion": "v1"}, {"apiVersion": "v1", "kind": ""},
                                      {"apiVersion": 1, "kind": "A"}, {"apiVersion": "v1", "kind": "A", "metadata": []},
                                      {"apiVersion": "v1", "kind": "A", "metadata": {"name": 1}}])  # fmt: skip
def test_what_is_no_object_is_told(manifest: dict[str, object]) -> None:
    with pytest.raises(ManifestError):
        ObjectId.of(manifest)
