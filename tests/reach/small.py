"""Small worlds in YAML, and what becomes of requests in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gatewright.gateways.bare.target import GatewayApi
from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.gateways.port import Gateway
from gatewright.manifest.yaml_read import read
from gatewright.reach.answering import ask
from gatewright.reach.assembly import reach_of
from gatewright.reach.question import Question, Reply
from gatewright.reach.reach import Reach
from gatewright.world.world import World

COMPLETE = ("*.gateway.networking.k8s.io", "*.gateway.envoyproxy.io")
BARE, ENVOY = GatewayApi("1.7"), EnvoyGateway("1.9")

GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {namespace: infra, name: edge}
spec:
  gatewayClassName: eg
  listeners:
  - {name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
"""


def world(*texts: str, complete: Iterable[str] = COMPLETE) -> World:
    """The objects of several texts, each a file of its own."""
    return World.of([one for number, text in enumerate(texts) for one in read(text.encode(), f"{number}.yaml")], complete)


def reach(*texts: str, target: Gateway = ENVOY, complete: Iterable[str] = COMPLETE) -> Reach:
    """Every class is ``target``."""
    return reach_of(world(*texts, complete=complete), {"eg": target})


def route(name: str, *rules: str, hosts: str = "", namespace: str = "shop", created: str = "", kind: str = "HTTPRoute", parent: str = "") -> str:
    """A route on the gateway above; each rule is the YAML of one match (or ``{}``), and leads to a Service of the route's name and the rule's number."""
    lines = [f"apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata:\n  namespace: {namespace}\n  name: {name}"]
    lines += [f"  creationTimestamp: {created}"] if created else []
    lines += ["spec:", f"  parentRefs: [{{namespace: infra, name: edge{parent}}}]"]
    lines += [f"  hostnames: [{hosts}]"] if hosts else []
    lines += ["  rules:"]
    for number, match in enumerate(rules):
        lines += [f"  - backendRefs: [{{name: {name}-{number}, port: 80}}]"]
        lines += [f"    matches: [{match}]"] if match else []
    return "\n".join(lines) + "\n"


def get(found: Reach, path: str = "/", host: str = "a.example.com", **asked: Any) -> Reply:
    """The one reply to a plaintext GET."""
    (reply,) = ask(found, Question(host, path, **{"scheme": "http", **asked}))
    return reply


def served(found: Reach, path: str = "/", host: str = "a.example.com", **asked: Any) -> str | None:
    """``route/rule`` that wins; None where nothing takes it."""
    winner = get(found, path, host, **asked).winner
    return f"{winner.route.id.name}/{winner.rule.index}" if winner and winner.route and winner.rule else None
