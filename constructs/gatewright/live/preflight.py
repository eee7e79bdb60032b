"""Before anything is applied: is the cluster what the exposures claim?"""

from __future__ import annotations

from gatewright.live.cluster import Cluster
from gatewright.live.controller import controllers
from gatewright.live.definitions import definitions
from gatewright.live.folder import Written
from gatewright.live.gatewayclass import classes
from gatewright.live.judgement import Judgement
from gatewright.live.network import network
from gatewright.live.objects import agreement
from gatewright.live.reader import Reader
from gatewright.live.server import server
from gatewright.live.surroundings import namespaces, surroundings

# In the order in which an operator would mend them.
_CHECKS = (agreement, server, definitions, controllers, classes, network, namespaces, surroundings)


def preflight(written: Written, cluster: Cluster) -> tuple[Judgement, ...]:
    """Every judgement, each once, in the order of the checks."""
    reader = Reader(cluster)
    return tuple(dict.fromkeys(one for check in _CHECKS for one in check(written, reader)))
