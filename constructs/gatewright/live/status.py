"""After it was applied: is every object there and in force, and is nothing there that nobody wrote?"""

from __future__ import annotations

from gatewright.live.cluster import Cluster
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement
from gatewright.live.objects import agreement, objects, states
from gatewright.live.reader import Reader
from gatewright.live.statuses import statuses
from gatewright.live.strangers import strangers


def status(written: Written, cluster: Cluster) -> tuple[Judgement, ...]:
    """Every judgement, each once: objects first, then what is said of them, then strangers."""
    reader = Reader(cluster)
    found = states(written, reader)
    judged = (*agreement(written, reader), *objects(written, found, reader), *statuses(written, found), *strangers(written, found, reader))
    return tuple(dict.fromkeys(judged))
