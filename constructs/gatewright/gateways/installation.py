"""What a target claims of a cluster beyond its CRDs: the controller that acts on its objects, and how that is set up.

Stated by each target, written beside the manifests, and compared with the cluster before and after they are applied.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.manifest.text import JsonObject


@attrs.frozen
class Setting:
    """One value of the controller's configuration.

    ``path`` is dotted; ``default`` is what holds where nothing is written; ``claim`` is what on the target rests on it.
    """

    path: str
    value: bool | str
    default: bool | str | None
    claim: str


@attrs.frozen
class Store:
    """A database that the configuration names: by a URL at ``url``, or by a Secret, in the controller's namespace, whose name is at ``secret``."""

    title: str
    url: str
    secret: str
    claim: str


@attrs.frozen
class Configuration:
    """The controller's configuration: YAML under ``key`` of a ConfigMap in the controller's namespace."""

    config_map: str
    key: str
    settings: tuple[Setting, ...] = ()
    stores: tuple[Store, ...] = ()


@attrs.frozen
class Controller:
    """The Deployment that runs it, the container whose image carries its version (``1.9``), and its configuration where that can be read."""

    namespace: str
    deployment: str
    container: str
    version: str
    configuration: Configuration | None = None


@attrs.frozen
class Installation:
    """What a cluster must hold for a target's objects to do what they say.

    ``class_name``       the GatewayClass
    ``controller_name``  its ``spec.controllerName``; empty: whichever implements it
    ``groups``           the API groups of the target's own kinds
    ``statuses``         where its own kinds carry conditions: ``conditions`` of the status itself, or of each of its ``ancestors``, by kind
    ``overridden``       the condition that says of a policy that a narrower one takes its place; empty: there is none
    ``keys``             the keys of a Secret or ConfigMap that is referred to from a field of this name
    ``features``         extended features that must be in ``status.supportedFeatures``
    ``reports``          whether the class reports them; if not, their absence says nothing
    """

    class_name: str
    controller_name: str = ""
    controller: Controller | None = None
    groups: tuple[str, ...] = ()
    statuses: Mapping[str, str] = attrs.field(factory=dict)
    overridden: str = ""
    keys: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    features: tuple[str, ...] = ()
    reports: bool = True

    def tree(self) -> JsonObject:
        """JSON of it; ``gatewright.live`` reads it back."""
        return attrs.asdict(self)
