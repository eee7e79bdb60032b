"""The keywords of a constructor: those of its intent, and where it goes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, MutableMapping
from typing import Any

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.errors import InvalidIntent, Problem, shown
from gatewright.synth.place import Intent


def keywords(intent: Intent) -> dict[str, Any]:  # Any: the keywords of four constructors, each of which checks its own
    """What the intent was stated with, its name left out."""
    return {field.name: getattr(intent, field.name) for field in attrs.fields(type(intent)) if field.name != "name"}


def signature(stated: Callable[..., object], *leading: str) -> inspect.Signature:
    """The keywords behind the ``leading`` parameters of a constructor, for completion at a prompt."""
    named = [one for one in inspect.signature(stated).parameters.values() if one.name != "name"]
    first = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in (*leading, "name")]
    return inspect.Signature([*first, *named], return_annotation=None)


def inherit(given: MutableMapping[str, object], name: str, cluster: Cluster, baseline: str) -> None:
    """A route goes where its gateway goes. Raises ``InvalidIntent`` where its keywords say otherwise."""
    for field, value in (("cluster", cluster), ("baseline", baseline)):
        if given.setdefault(field, value) != value:
            raise InvalidIntent([Problem("another-place", f'ProtectedRoute("{name}").{field}', "a route goes where its gateway goes", shown(given[field]),
                                         shown(value), f"remove {field}, or name another gateway")])  # fmt: skip
