"""Every gateway that gatewright knows: a name, and where its target class is found. Imported only when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import cast

from gatewright.gateways.port import Gateway

TARGETS = {
    "envoy-gateway": "gatewright.gateways.envoy.target:EnvoyGateway",
    "gateway-api": "gatewright.gateways.bare.target:GatewayApi",
}


def every_target() -> Iterator[Gateway]:
    """Each target at each of its versions, in a fixed order."""
    for name in TARGETS:
        kind = load(name)
        for version in kind.versions():
            yield kind.at(version)


def load(name: str) -> type[Gateway]:
    """The target class of this name. Raises KeyError."""
    module, _, attribute = TARGETS[name].partition(":")
    return cast("type[Gateway]", getattr(importlib.import_module(module), attribute))
