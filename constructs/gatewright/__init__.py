"""One security intent, every Kubernetes gateway, and proof that it is enforced.

The names below are the public face; each is imported when it is first used, so that start-up stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.cluster.account import Account
    from gatewright.cluster.client_ip import Direct, ForwardedFor, ProxyProtocol
    from gatewright.cluster.cluster import Cluster
    from gatewright.cluster.edge import L4, L7, NoEdge
    from gatewright.cluster.exposure import Exposure
    from gatewright.errors import GatewrightError, InputError, InvalidIntent, Problem, ProgramError, Refusal, Refused
    from gatewright.estate.environment import Environment
    from gatewright.estate.estate import Deviation, Estate
    from gatewright.gateways.bare.target import GatewayApi
    from gatewright.gateways.envoy.target import EnvoyGateway
    from gatewright.intent.access import Jwt, Public
    from gatewright.intent.backend import BackendTls, Caller, ConfigMapRef, SecureBackend, Weighted
    from gatewright.intent.certificate import Certificate, ClusterIssuer, Issuer
    from gatewright.intent.gateway import SecureGateway
    from gatewright.intent.grant import CrossNamespaceGrant
    from gatewright.intent.limit import RateLimit
    from gatewright.intent.listener import Listener
    from gatewright.intent.patch import Patch
    from gatewright.intent.path import Exact, Regex
    from gatewright.intent.relax import Relax
    from gatewright.intent.require import Claim, IpAllow, IpDeny, On, Scope
    from gatewright.intent.route import ProtectedRoute
    from gatewright.intent.shape import Headers, RedirectTo, Refuse, Rewrite, When
    from gatewright.intent.traffic import BodyLimit, Timeouts
    from gatewright.synth.compiler import Compiled, compile_intents

__version__ = "0.1.0"

_HOMES = {
    "Account": "cluster.account",
    "BackendTls": "intent.backend",
    "BodyLimit": "intent.traffic",
    "Caller": "intent.backend",
    "Certificate": "intent.certificate",
    "Claim": "intent.require",
    "Cluster": "cluster.cluster",
    "ClusterIssuer": "intent.certificate",
    "Compiled": "synth.compiler",
    "ConfigMapRef": "intent.backend",
    "CrossNamespaceGrant": "intent.grant",
    "Deviation": "estate.estate",
    "Direct": "cluster.client_ip",
    "Environment": "estate.environment",
    "EnvoyGateway": "gateways.envoy.target",
    "Estate": "estate.estate",
    "Exact": "intent.path",
    "Exposure": "cluster.exposure",
    "ForwardedFor": "cluster.client_ip",
    "GatewayApi": "gateways.bare.target",
    "GatewrightError": "errors",
    "Headers": "intent.shape",
    "InputError": "errors",
    "InvalidIntent": "errors",
    "IpAllow": "intent.require",
    "IpDeny": "intent.require",
    "Issuer": "intent.certificate",
    "Jwt": "intent.access",
    "L4": "cluster.edge",
    "L7": "cluster.edge",
    "Listener": "intent.listener",
    "NoEdge": "cluster.edge",
    "On": "intent.require",
    "Patch": "intent.patch",
    "Problem": "errors",
    "ProgramError": "errors",
    "ProtectedRoute": "intent.route",
    "ProxyProtocol": "cluster.client_ip",
    "Public": "intent.access",
    "RateLimit": "intent.limit",
    "RedirectTo": "intent.shape",
    "Refusal": "errors",
    "Refuse": "intent.shape",
    "Refused": "errors",
    "Regex": "intent.path",
    "Relax": "intent.relax",
    "Rewrite": "intent.shape",
    "Scope": "intent.require",
    "SecureBackend": "intent.backend",
    "SecureGateway": "intent.gateway",
    "Timeouts": "intent.traffic",
    "Weighted": "intent.backend",
    "When": "intent.shape",
    "compile_intents": "synth.compiler",
}

__all__ = [  # noqa: RUF022 - plain alphabetical, as a test asks
    "Account", "BackendTls", "BodyLimit", "Caller", "Certificate", "Claim", "Cluster", "ClusterIssuer", "Compiled", "ConfigMapRef",
    "CrossNamespaceGrant", "Deviation", "Direct", "Environment", "EnvoyGateway", "Estate", "Exact", "Exposure", "ForwardedFor", "GatewayApi",
    "GatewrightError", "Headers", "InputError", "InvalidIntent", "IpAllow", "IpDeny", "Issuer", "Jwt", "L4", "L7", "Listener", "NoEdge", "On",
    "Patch", "Problem", "ProgramError", "ProtectedRoute", "ProxyProtocol", "Public", "RateLimit", "RedirectTo", "Refusal", "Refuse", "Refused",
    "Regex", "Relax", "Rewrite", "Scope", "SecureBackend", "SecureGateway", "Timeouts", "Weighted", "When", "compile_intents",
]  # fmt: skip

if not TYPE_CHECKING:  # hidden from type checkers, or misspelt names would pass

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'gatewright' has no attribute {name!r}")
        value = getattr(import_module(f"gatewright.{home}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted([*globals(), *_HOMES])
