"""A Service that routes lead to: its port, its pods, and how the way from the gateway to it is protected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import attrs

from gatewright.errors import Problem, shown
from gatewright.intent.certificate import secret_problems
from gatewright.intent.patch import Patch
from gatewright.intent.relax import Relax, relax_problems, relaxes
from gatewright.statement.kinds import Carries, Deferred
from gatewright.statement.names import host_problems, label_problems, name_problems, namespace_problems, port_problems
from gatewright.statement.stated import Named, Stated

_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")  # IANA_SVC_NAME, as Kubernetes checks it


@attrs.frozen
class ConfigMapRef(Stated):
    """A ConfigMap beside the backend whose key ``ca.crt`` holds the trusted certificates."""

    name: str | Deferred

    def problems(self) -> Iterator[Problem]:
        """A name that is none."""
        return secret_problems("name", self.name)


@attrs.frozen(kw_only=True)
class BackendTls(Stated):
    """The gateway speaks TLS to the backend and verifies its certificate for ``hostname`` against ``ca``."""

    hostname: str
    ca: ConfigMapRef | Literal["system"]

    def problems(self) -> Iterator[Problem]:
        """A name that no certificate can prove."""
        yield from host_problems("hostname", self.hostname)
        if self.hostname.startswith("*."):
            yield Problem("wildcard-backend", "hostname", "one name is sent and verified", shown(self.hostname), "a host name", "name it")


@attrs.frozen
class Caller(Stated):
    """Pods (``pods`` empty: all) of a namespace that may call the backend without the gateway."""

    namespace: str
    pods: Mapping[str, str] = attrs.field(kw_only=True, factory=dict)

    def problems(self) -> Iterator[Problem]:
        """A namespace or labels that are none."""
        yield from namespace_problems("namespace", self.namespace)
        yield from label_problems("pods", self.pods)


@attrs.frozen(kw_only=True, cache_hash=True)
class SecureBackend(Named):
    """The Service ``name`` on ``port``, reached over verified TLS.

    ``pods``      labels of its pods; with them, and where the cluster enforces NetworkPolicy, only the gateway and ``callers`` reach them
    ``pod_port``  the pods' own port (number or name) where it differs from the Service's
    """

    namespace: str
    port: int
    tls: BackendTls | None = None
    pods: Mapping[str, str] = attrs.field(factory=dict)
    pod_port: int | str | None = None
    callers: Sequence[Caller] = ()
    relax: Sequence[Relax] = ()
    patches: Sequence[Patch] = ()

    def problems(self) -> Iterator[Problem]:
        """Names and ports that are none, an unverified hop that nobody answers for, callers that cannot be told apart."""
        yield from name_problems("name", self.name)
        yield from namespace_problems("namespace", self.namespace)
        yield from port_problems("port", self.port)
        yield from label_problems("pods", self.pods)
        if isinstance(self.pod_port, int):
            yield from port_problems("pod_port", self.pod_port)
        elif self.pod_port is not None and not _PORT_NAME.fullmatch(self.pod_port):
            yield Problem("bad-port-name", "pod_port", "not the name of a port", shown(self.pod_port),
                          "at most 15 lower-case letters, digits and dashes, a letter among them", "copy it from the pods, or give the number")  # fmt: skip
        yield from relax_problems("SecureBackend", self.relax)
        if self.tls is None and not relaxes(self.relax, "backend-tls"):
            yield Problem("unverified-backend", "tls", "whoever is on the way could answer in the backend's place", "None", "BackendTls(hostname=…, ca=…)",
                          'state tls, or add Relax("backend-tls", reason=…, owner=…, until=…)')  # fmt: skip
        if self.tls is not None and relaxes(self.relax, "backend-tls"):
            yield Problem("relaxed-in-vain", "relax", "backend-tls is relaxed and stated", "both", "one of them", "remove the relaxation")
        if self.callers and not self.pods:
            yield Problem("callers-without-pods", "callers", "without labels no pods can be fenced", shown(len(self.callers)), "pods", "state pods")

    def at(self, weight: int) -> Weighted:
        """This backend with a share of a route's traffic, such as a canary's."""
        return Weighted(self, weight)


@attrs.frozen
class Weighted(Stated):
    """``weight`` parts of the traffic, of the sum of all weights."""

    backend: SecureBackend | Carries[SecureBackend]
    weight: int

    def problems(self) -> Iterator[Problem]:
        """Weights that the standard does not know."""
        if not 0 <= self.weight <= 1_000_000:
            yield Problem("weight-out-of-range", "weight", "no such weight", str(self.weight), "0 to 1000000", "use percent: 95 and 5")
