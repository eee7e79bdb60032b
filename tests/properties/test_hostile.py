"""Whatever text stands in a field of an Envoy Gateway object, reach has an answer: it never falls over what somebody wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from gatewright.admission.schema import Schema, load
from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.manifest.yaml_read import Loaded
from gatewright.reach.answering import ask
from gatewright.reach.assembly import reach_of
from gatewright.reach.question import Question
from gatewright.reach.reach import Reach
from gatewright.world.world import World

Object = dict[str, Any]
Path = tuple[str, ...]
GROUP, GATEWAYS = "gateway.envoyproxy.io", "gateway.networking.k8s.io"
COMPLETE = ("*.gateway.networking.k8s.io", "*.gateway.envoyproxy.io")
POLICIES = ("SecurityPolicy", "BackendTrafficPolicy", "EnvoyExtensionPolicy")
KINDS = (*POLICIES, "ClientTrafficPolicy", "EnvoyProxy", "HTTPRouteFilter", "Backend")
HOSTILE = (
    "https://[id", "https://id.example.com:port", "https://id.example.com:99999", "http://a@b:c@d/?#%zz", "", " ", "\x00", "\ud7ff\u202e\U0001f512",
    "²", "9" * 5000, "-1", "1e999", "0x", "10.0.0.0/33", "::ffff:1.2.3.4/200", "fe80::1%eth0", "(?<=a)(", "[", "*", "a" * 9000, "{{", "../..", "\\",
    "'\"\n---\n",
)  # fmt: skip
TURNS = len(HOSTILE) if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 1


def leaves(node: Schema, path: Path = ()) -> Iterator[Path]:
    """The paths of every text below a node; ``[]`` is the item of a list, ``{}`` any key of a map."""
    if node.items is not None:
        yield from leaves(node.items, (*path, "[]"))
    if node.additional_properties is not None:
        yield from leaves(node.additional_properties, (*path, "{}"))
    for name, child in node.properties.items():
        yield from leaves(child, (*path, name))
    if node.type == "string" or node.int_or_string or node.preserve_unknown_fields:
        yield path


def holding(node: Schema, path: Path, value: str) -> Any:
    """The smallest value of a node that has a text at a path, with what has to stand beside it."""
    if not path:
        return value
    step, *rest = path
    if step == "[]":
        return [holding(node.items, tuple(rest), value)] if node.items else []
    if step == "{}":
        return {"key": holding(node.additional_properties, tuple(rest), value)} if node.additional_properties else {}
    beside = {
        name: least(child, step) for name, child in node.properties.items() if name in node.required or (name == "type" and child.enum)
    }
    return {**beside, step: holding(node.properties[step], tuple(rest), value)}


def least(node: Schema, near: str = "") -> Any:
    """Something that a node takes; of several words the one that means the field ``near`` it."""
    if node.enum:
        return next((one for one in node.enum if isinstance(one, str) and one.lower() == near.lower()), node.enum[0])
    if node.type == "object":
        return {name: least(child, name) for name, child in node.properties.items() if name in node.required}
    if node.type == "array":
        return [least(node.items)] if node.items is not None and node.min_items else []
    return {"boolean": True, "integer": 1, "number": 1}.get(node.type or "", "a")


def texts_of(kind: str) -> tuple[Schema, tuple[Path, ...]]:
    """The schema of the ``spec`` of a kind, and the paths of its texts."""
    known = load("envoy-gateway-1.9").schema(GROUP, kind, "v1alpha1")
    assert known is not None
    spec = known.properties["spec"]
    every = list(leaves(spec))
    pods = [path for path in every if path[:2] == ("provider", "kubernetes")]  # hundreds, of which one in ten speaks for the others
    return spec, tuple(path for path in every if path not in set(pods)) + tuple(pods[::10])


def one(kind: str, name: str, spec: Any, api: str = f"{GATEWAYS}/v1") -> Object:
    return {"apiVersion": api, "kind": kind, "metadata": {"namespace": "shop", "name": name}, "spec": spec}


def gateway(name: str, **spec: Any) -> Object:
    listeners = [
        {"name": "web", "port": 80, "protocol": "HTTP"},
        {"name": "tls", "port": 443, "protocol": "HTTPS", "tls": {"certificateRefs": [{"name": "c"}]}},
    ]
    return one("Gateway", name, {"gatewayClassName": "eg", "listeners": listeners, **spec})


def route(name: str, parent: str, rule: Object) -> Object:
    return one("HTTPRoute", name, {"parentRefs": [{"name": parent}], "hostnames": [f"{name}.example.com"], "rules": [rule]})


def around(kind: str, name: str, spec: Any) -> Iterator[Object]:
    """An object of a kind, and what it bears on: a route or a Gateway of its own."""
    forward: Object = {"backendRefs": [{"name": "app", "port": 80}]}
    edge = "edge"
    if kind in POLICIES:
        spec = {"targetRefs": [{"group": GATEWAYS, "kind": "HTTPRoute", "name": name}], **spec}
    elif kind == "ClientTrafficPolicy":
        edge = name
        yield gateway(edge)
        spec = {"targetRefs": [{"group": GATEWAYS, "kind": "Gateway", "name": name}], **spec}
    elif kind == "EnvoyProxy":
        edge = name
        yield gateway(edge, infrastructure={"parametersRef": {"group": GROUP, "kind": kind, "name": name}})
    elif kind == "HTTPRouteFilter":
        forward["filters"] = [{"type": "ExtensionRef", "extensionRef": {"group": GROUP, "kind": kind, "name": name}}]
    else:
        forward = {"backendRefs": [{"group": GROUP, "kind": kind, "name": name, "port": 80}]}
    yield route(name, edge, forward)
    yield one(kind, name, spec, f"{GROUP}/v1alpha1")


def world(kind: str, turn: int) -> World:
    """One object of the kind for each of its texts, which is the next hostile one there."""
    spec, paths = texts_of(kind)
    objects = [gateway("edge")]
    for number, path in enumerate(paths):
        objects += around(kind, f"x{number}", holding(spec, path, HOSTILE[(number + turn) % len(HOSTILE)]))
    return World.of([Loaded(each, "world.yaml", line) for line, each in enumerate(objects, 1)], COMPLETE)


def everything(reach: Reach) -> int:
    """Every entry is read, and a request asked of some routes."""
    rows = list(reach.entries())
    for number, row in enumerate(rows):
        assert all(guard.kind for guard in row.guards)
        if number % 40 == 0:
            ask(reach, Question(row.host.name, "/", scheme="http", port=80))
    return len(rows)


@pytest.mark.parametrize("version", ["1.9", "1.8"])
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_texts_have_an_answer_in_every_field(kind: str, version: str) -> None:
    _, paths = texts_of(kind)
    assert len(paths) > 10
    for turn in range(TURNS):
        assert everything(reach_of(world(kind, turn), {"eg": EnvoyGateway(version)})) >= len(paths)
