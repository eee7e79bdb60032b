"""The Pulumi front end: each intent as a ComponentResource, each of its manifests as a ``CustomResource`` below it.

Same keywords as the intents, with ``cluster=`` (``baseline=`` to pin the defaults) and ``opts=``. A route goes where the gateway it is given goes; with a
plain ``gatewright.SecureGateway`` as gateway it takes ``cluster=`` itself. A component stands wherever its intent can. No provider is made here: the one
in ``opts``, or the default one, decides to which cluster the objects really go.

URNs are a contract. A component is called ``<cluster>/<namespace>/<name>``, as one stack may hold several clusters and a name may occur in several
namespaces; its objects ``<component>:<namespace>/<name>``, their kinds being in their types. An alias of a component reaches its objects by this.

What is registered is judged against what is registered already, and raises where it stands, before anything of it is registered: a route names a gateway
and backends that come before it. ``check()`` at the end of a program adds the one question that only the whole can answer.

An Output is taken where it cannot change a verdict (the names of an existing Secret, an issuer, a CA's ConfigMap) and refused by name elsewhere.
"""

from __future__ import annotations

from gatewright.frontend.extra import MissingExtra

try:
    import pulumi as _pulumi  # noqa: F401 - the guard of everything below
    import pulumi_kubernetes as _pulumi_kubernetes  # noqa: F401
except ImportError as error:
    raise MissingExtra("pulumi", error) from None

from gatewright.pulumi.deploy import check, deploy
from gatewright.pulumi.registered import CrossNamespaceGrant, ProtectedRoute, SecureBackend, SecureGateway

__all__ = ["CrossNamespaceGrant", "ProtectedRoute", "SecureBackend", "SecureGateway", "check", "deploy"]
