"""Answers of the gateway itself: HTTPRouteFilter ``spec.directResponse`` (CRD 1.8.3, 1.9.1). Authorization holds for them too."""

from __future__ import annotations

from gatewright.gateways.capability import Row, enforced
from gatewright.gateways.envoy.objects import GROUP, VERSION
from gatewright.manifest.text import JsonObject
from gatewright.protection.entry import Respond
from gatewright.protection.lowered import LoweredRoute
from gatewright.standard.objects import manifest


def rows() -> dict[str, Row]:
    """What it does with an else that refuses."""
    return {"respond": enforced("HTTPRouteFilter spec.directResponse.statusCode", "seen in Envoy 1.40")}


def name(route: LoweredRoute, answer: Respond) -> str:
    """One filter a status."""
    return f"{route.name}-{answer.status}"


def render(route: LoweredRoute, answer: Respond) -> JsonObject:
    """The filter's object."""
    spec: JsonObject = {"directResponse": {"statusCode": answer.status}}
    return manifest(VERSION, "HTTPRouteFilter", route.namespace, name(route, answer), spec)


def reference(route: LoweredRoute, answer: Respond) -> JsonObject:
    """The filter as a rule names it."""
    return {"type": "ExtensionRef", "extensionRef": {"group": GROUP, "kind": "HTTPRouteFilter", "name": name(route, answer)}}
