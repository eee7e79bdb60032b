"""The routes of the workload through ``gatewright.cdk8s``; prints the seconds from an empty App to written files.

``python -m benchmarks.front_end ROUTES OUTDIR``
"""

from __future__ import annotations

import sys
import time

from benchmarks.workload import A_HOST, CLUSTER, backend, gateway, route
from gatewright import cdk8s as printed  # first: it names the Node that jsii runs on

import cdk8s  # isort: skip


def main(routes: int, folder: str) -> float:
    """Seconds, without the start of Python and Node."""
    cdk8s.App(outdir=folder)  # starts Node
    began = time.perf_counter()
    app = cdk8s.App(outdir=folder)
    chart = cdk8s.Chart(app, "bench")
    edge = printed.SecureGateway(chart, "edge", **gateway(), cluster=CLUSTER)  # type: ignore[arg-type]
    services = [
        printed.SecureBackend(chart, f"service-{number}", **backend(f"service-{number}"), cluster=CLUSTER)  # type: ignore[arg-type]
        for number in range(-(-routes // A_HOST))
    ]
    for number in range(routes):
        printed.ProtectedRoute(chart, f"route-{number}", **route(number, edge, services[number // A_HOST]))  # type: ignore[arg-type]
    app.synth()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(main(int(sys.argv[1]), sys.argv[2]))
