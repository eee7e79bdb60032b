"""The estate as its manifests read: everything in it is decided and known, and everybody who passes proves something or may."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.cli import main
from gatewright.manifest.yaml_read import Loaded
from gatewright.reach.assembly import reach_of
from gatewright.report.reach_row import Counts, rows
from gatewright.world.world import World
from tests.estate.programs import STACKS, compiled, estate, in_order

EVERY_CLUSTER = pytest.mark.parametrize("cluster", [name for _, name, _ in compiled(estate())])


@EVERY_CLUSTER
def test_nothing_is_undecided_and_nothing_is_unknown(cluster: str) -> None:
    (one,) = (made for _, name, made in compiled(estate()) if name == cluster)
    world = World.of([Loaded(manifest, "all.yaml", 1) for manifest in in_order(one)], ("*.gateway.networking.k8s.io", "*.gateway.envoyproxy.io"))
    found = reach_of(world)
    counts = Counts.of(rows(found))
    assert counts.entries > 5
    assert (counts.undecided, counts.unknown, found.unjudged) == (0, 0, ())


def test_explain_counts_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", str(STACKS / "estate.py"), "-o", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["explain", str(tmp_path / "production" / "azure-prod"), "--all", "--strict"]) == 0
    assert "6 entries, 0 undecided, 0 with a protection that is not known" in capsys.readouterr().out


def test_what_is_done_on_the_way_is_told_as_no_protection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Comparisons look at it (the order of filters, how logs are written); who reads what protects an entry is not told digests of it."""
    assert main(["synth", str(STACKS / "estate.py"), "-o", str(tmp_path)]) == 0
    folder = str(tmp_path / "production" / "azure-prod")
    capsys.readouterr()
    for asked in (["explain", folder, "--all"], ["who-can", folder, "--service", "clinic/portal"]):
        assert main([*asked, "--format", "json"]) == 0, asked
        out = capsys.readouterr().out
        assert '"tls-floor"' in out
        assert "alteration" not in out
