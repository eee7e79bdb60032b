"""What changed where nobody can read it: objects of a vendor's kind beside a GatewayClass that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.diff.manifests import Manifests
from gatewright.reach.reach import Reach


def opaque(before: Reach, after: Reach, changes: Manifests) -> Iterator[str]:
    """For each changed object that may be a policy of an unknown gateway: a sentence that says so.

    Kinds of Kubernetes and of Gateway API itself are read all the same, whatever implements the class.
    """
    unknown = sorted({f"GatewayClass {one.class_name}" for reach in (before, after) for one in reach.bound.values() if one.target is None})
    if not unknown:
        return
    for one in changes.objects:
        if "." in one.object.group and not one.object.group.endswith(".k8s.io"):
            word = {"added": "is new", "removed": "is gone", "renamed": "has another name"}.get(one.change, "changed")
            yield f"{one.object} ({one.object.group}) {word}: it may be a policy of {', '.join(unknown)}, and nobody knows what implements that"
