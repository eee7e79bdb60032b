"""The order of the file names is the order to apply, once each and without a retry, and its reverse the order to delete.

The server judges namespaces and service accounts as a cluster does; the namespaces are there, everything else is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.written import Manifest, guards, manifests, namespaces, place, synth

pytestmark = pytest.mark.servers


def unguarded(objects: Sequence[Manifest], there: Sequence[Manifest]) -> list[str]:
    """Routes of those there that miss something which guards them."""
    known = {place(one) for one in there}
    return [
        f"{place(one)} without {guard}" for one in there if one["kind"] == "HTTPRoute" for guard in guards(objects, one) if guard not in known
    ]


def test_an_empty_cluster_is_filled_and_emptied(apiserver: Pool, tmp_path: Path) -> None:
    filled = 0
    for folder, crds in synth(tmp_path):
        if not filled or folder.name in ("gcp-prod", "aws-staging"):  # the two targets, and the cluster with all teams
            objects = manifests(folder)
            server = apiserver(*crds, admission=True)
            server.namespaces(*namespaces(objects))
            for at, one in enumerate(objects, 1):
                assert server.apply(one).status == 201, place(one)
                assert unguarded(objects, objects[:at]) == []
            for at in range(len(objects) - 1, -1, -1):
                assert server.delete(objects[at]).status == 200
                assert unguarded(objects, objects[:at]) == []
            assert [place(one) for one in objects if server.get(one).status != 404] == []
            filled += len(objects)
    assert filled > 300


def test_a_namespace_that_is_missing_stops_it(apiserver: Pool, tmp_path: Path) -> None:
    """So that the test above is known to judge what it says."""
    folder, crds = synth(tmp_path)[0]
    first = manifests(folder)[0]
    moved = {**first, "metadata": {**first["metadata"], "namespace": "nowhere"}}
    assert apiserver(*crds, admission=True).apply(moved).status == 404
