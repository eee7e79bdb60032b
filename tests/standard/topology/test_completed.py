"""Reading an object is reading what the API server makes of it: defaults that are written out change nothing, and nothing raises."""

from __future__ import annotations

import copy
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatewright.admission import schema as schemas
from gatewright.admission.defaulting import complete
from gatewright.standard.topology.attachment import attach
from gatewright.standard.topology.reading import topology
from gatewright.standard.topology.route import Route, RouteMatch
from gatewright.standard.topology.topology import Topology
from tests.standard.topology.manifests import GROUP, Json, gateway, grant, https, listener, listener_set, open_to, route, thing, world

KINDS = ("Gateway", "GRPCRoute", "HTTPRoute", "ListenerSet", "ReferenceGrant", "TCPRoute", "TLSRoute", "UDPRoute")


def completed(manifest: Json) -> Json:
    """As the API server holds it, with the experimental channel installed."""
    known = schemas.load("gateway-api-1.7-experimental").schema(GROUP, manifest["kind"], "v1")
    assert known is not None
    whole: Any = complete(manifest, known)
    return whole | {"metadata": manifest["metadata"], "status": {}}


def shape(found: Topology) -> Any:
    """All that is read, without the manifests; whether a match is written out is no difference."""

    def kept(attribute: Any, value: object) -> bool:
        return attribute.name not in {"loaded", "world"}

    def of_route(one: Route) -> Any:
        rules = [attrs.evolve(rule, matches=tuple(_unplaced(match) for match in rule.matches)) for rule in one.rules]
        return attrs.asdict(attrs.evolve(one, rules=tuple(rules)), filter=kept)

    attached, detached = attach(found, found.gateways)
    return (
        [attrs.asdict(one) for one in found.gateways.values()],
        [of_route(one) for one in found.routes],
        [(one.route.id, one.parent, str(one.listener), one.hosts, one.stated, one.undecided) for one in attached],
        [(one.route.id, one.parent, one.reason, one.undecided, one.cause) for one in detached],
    )


def _unplaced(match: RouteMatch) -> RouteMatch:
    return attrs.evolve(match, index=0)


BRIEF = [
    gateway(listener(), https("https", "*.example.com"), listener("tls", 8443, "TLS"), allowedListeners={}),
    gateway(
        listener(allowedRoutes={}), listener("b", 81, allowedRoutes={"kinds": [{"kind": "HTTPRoute"}]}), allowedListeners={"namespaces": {}}
    ),
    gateway(listener(allowedRoutes={"namespaces": {}}), https("x", tls={"mode": None, "certificateRefs": [{"name": "a", "group": None}]})),
    listener_set(https("https", "a.example.com")),
    route(),
    route(rules=[{}]),
    route(rules=None, hosts=None),
    route(to={"name": "edge"}, rules=[{"matches": [{}, {"path": {}}, {"path": {"type": "Exact"}}, {"path": {"value": "/a"}}]}]),
    route(rules=[{"matches": [{"headers": [{"name": "a", "value": "b"}], "queryParams": [{"name": "a", "value": "b"}]}]}]),
    route(rules=[{"matches": None, "backendRefs": [{"name": "a", "port": 80}, {"name": "b", "port": 80, "weight": None}]}]),
    route(rules=[{"filters": [{"type": "RequestRedirect", "requestRedirect": {}}]}]),
    route(
        rules=[
            {"filters": [{"type": "CORS", "cors": {}}, {"type": "ExternalAuth", "externalAuth": {"backendRef": {"name": "a", "port": 1}}}]}
        ]
    ),
    route(
        rules=[
            {
                "filters": [
                    {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a", "port": 1}, "fraction": {"numerator": 3}}}
                ]
            }
        ]
    ),
    route(kind="GRPCRoute", rules=[{"matches": [{"method": {"service": "a"}}, {"headers": [{"name": "a", "value": "b"}]}]}]),
    route(kind="TLSRoute", hosts=["a.example.com"], rules=[{"backendRefs": [{"name": "a", "port": 80}]}]),
    route(kind="TCPRoute", rules=[{"backendRefs": [{"name": "a", "port": 80}]}]),
    route(kind="UDPRoute", rules=[{"backendRefs": [{"name": "a", "port": 80}]}]),
]


@pytest.mark.parametrize("manifest", BRIEF, ids=range(len(BRIEF)))
def test_defaults_that_are_written_out_change_nothing(manifest: Json) -> None:
    whole = completed(manifest)
    around = [gateway(listener("http"), https("https"), name="other")]
    assert shape(topology(world(whole, *around))) == shape(topology(world(manifest, *around)))


def test_there_was_something_to_fill_in() -> None:
    assert sum(completed(one)["spec"] != one["spec"] for one in BRIEF) == len(BRIEF)


WHOLE = {
    "Gateway": gateway(
        listener(allowedRoutes=open_to("Selector", matchLabels={"a": "b"})), https("s", "*.example.com"), allowedListeners=open_to("All")
    ),
    "ListenerSet": listener_set(https("s", "a.example.com")),
    "ReferenceGrant": grant({"group": GROUP, "kind": "Gateway", "namespace": "infra"}, {"group": "", "kind": "Secret"}),
    "HTTPRoute": route(
        hosts=["a.example.com"],
        rules=[
            {
                "matches": [{"path": {"type": "Exact", "value": "/a"}, "method": "GET", "headers": [{"name": "a", "value": "b"}]}],
                "filters": [
                    {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "a", "value": "b"}], "remove": ["c"]}},
                    {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/"}}},
                    {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a", "port": 1}, "percent": 3}},
                    {"type": "CORS", "cors": {"allowOrigins": ["*"]}},
                    {"type": "ExtensionRef", "extensionRef": {"group": "a", "kind": "b", "name": "c"}},
                ],
                "backendRefs": [{"name": "a", "port": 80, "weight": 3, "filters": [{"type": "CORS"}]}],
                "timeouts": {"request": "3s"},
            }
        ],
    ),
    "GRPCRoute": route(kind="GRPCRoute", rules=[{"matches": [{"method": {"service": "a", "method": "b"}}]}]),
    "TLSRoute": route(kind="TLSRoute", hosts=["a.example.com"], rules=[{"backendRefs": [{"name": "a"}]}]),
    "TCPRoute": route(kind="TCPRoute", rules=[{"backendRefs": [{"name": "a"}]}]),
    "UDPRoute": route(kind="UDPRoute", rules=[{"backendRefs": [{"name": "a"}]}]),
}
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 70000)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "/", "*", "a", "*.", "Exact", "Selector", "\0"]),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["name", "path", "type", "value", "from", "x"]), below, max_size=3)
    ),
    max_leaves=6,
)


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in below for place in _places(item, (*path, key)))]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_whatever_stands_in_one_place_is_read(kind: str, data: st.DataObject) -> None:
    manifest = copy.deepcopy(WHOLE[kind])
    for place in data.draw(st.lists(st.sampled_from(_places(manifest["spec"])), min_size=1, max_size=3)):
        holder: Any = manifest
        path = ("spec", *place)
        try:
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = data.draw(ODD)
        except (KeyError, IndexError, TypeError):
            continue  # what was put in before stands in the way
    others = [one for other, one in WHOLE.items() if other != kind]
    whole = topology(world(manifest, *others))
    attach(whole, whole.gateways)


@pytest.mark.parametrize("kind", KINDS)
@given(spec=ODD)
@example({"listeners": [None], "rules": [None], "parentRefs": [None], "hostnames": [None], "from": [None], "to": [None]})
def test_whatever_stands_for_a_spec_is_read(kind: str, spec: Any) -> None:
    whole = topology(world(thing(kind, "edge") | {"spec": spec}, *WHOLE.values()))
    attach(whole, whole.gateways)
