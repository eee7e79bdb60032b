"""What Gateways serve: their own listeners and those of ListenerSets, with the CRD's defaults, and why some serve nothing.

Facts: Gateway and ListenerSet of Gateway API 1.4 to 1.7 (XListenerSet before 1.5), GEP-1713.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import attrs

from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.conflict import hiding, settled
from gatewright.standard.topology.frontend import frontend as frontend
from gatewright.standard.topology.grants import Grants
from gatewright.standard.topology.listener import Admits, Listener, Served
from gatewright.standard.topology.namespaces import Namespaces, selector_of
from gatewright.standard.topology.stated import Stating, stated
from gatewright.world.world import World

GATEWAY = (GATEWAY_GROUP, "Gateway")
LISTENER_SETS = ((GATEWAY_GROUP, "ListenerSet"), ("gateway.networking.x-k8s.io", "XListenerSet"))


def gateways(world: World, grants: Grants, namespaces: Namespaces) -> dict[ObjectId, Served]:
    """Every Gateway of the world. ``address`` is ``namespace/name``: each has its own, unless its implementation merges some into one."""
    sets = _sets(world)
    found: dict[ObjectId, Served] = {}
    for loaded in world.of_kind(*GATEWAY):
        identity = loaded.id
        if identity not in found:
            found[identity] = _served(loaded, identity, sets.get(identity, ()), Stating(world, grants), namespaces)
    return found


def parent_of(listener_set: Loaded) -> ObjectId | None:
    """The Gateway that a ListenerSet adds to; None where it names none."""
    ref = at(listener_set.manifest, "spec", "parentRef")
    group, kind, namespace, name = (at(ref, key) for key in ("group", "kind", "namespace", "name"))
    if not isinstance(group, str | None) or not isinstance(kind, str | None) or not isinstance(namespace, str | None) or not text(name):
        return None
    own = listener_set.id.namespace
    return ObjectId(GATEWAY_GROUP if group is None else group, kind or "Gateway", namespace or own, text(name) or "")


def _sets(world: World) -> Mapping[ObjectId, list[Loaded]]:
    """The ListenerSets of each Gateway, oldest first, then by ``namespace/name``; each once."""
    found: defaultdict[ObjectId, dict[ObjectId, Loaded]] = defaultdict(dict)
    for kind in LISTENER_SETS:
        for loaded in world.of_kind(*kind):
            parent = parent_of(loaded)
            if parent is not None:
                found[parent].setdefault(loaded.id, loaded)
    return {parent: sorted(sets.values(), key=_precedence) for parent, sets in found.items()}


def _precedence(loaded: Loaded) -> tuple[str, str]:
    return _created(loaded) or "~", f"{loaded.id.namespace}/{loaded.id.name}"


def _created(loaded: Loaded) -> str:
    return text(at(loaded.manifest, "metadata", "creationTimestamp")) or ""


def _served(loaded: Loaded, identity: ObjectId, sets: Sequence[Loaded], stating: Stating, namespaces: Namespaces) -> Served:
    listeners = list(_listeners(loaded, identity, identity, stating))
    admits = _allowed_listeners(loaded.manifest)
    for one in sets:
        owner = one.id
        refusal, undecided = _refusal(admits, identity, owner.namespace, namespaces)
        own = _listeners(one, identity, owner, stating)
        listeners += (attrs.evolve(listener, problem=refusal, undecided=undecided, standing="refused") for listener in own) if refusal else own
    listeners = hiding(settled(listeners, {one.id: _created(one) for one in sets}))
    class_name = text(at(loaded.manifest, "spec", "gatewayClassName")) or ""
    address, notes = f"{identity.namespace}/{identity.name}", tuple(_notes(loaded, class_name, listeners))
    return Served(identity, class_name, tuple(listeners), address, notes)


def _listeners(loaded: Loaded, gateway: ObjectId, owner: ObjectId, stating: Stating) -> Iterator[Listener]:
    """Those of one object, a name that is stated twice serving nothing."""
    found = [stated(item, index, gateway, owner, stating) for index, item in enumerate(items(at(loaded.manifest, "spec", "listeners")))]
    names: defaultdict[str, int] = defaultdict(int)
    for one in found:
        names[one.name] += 1
    for one in found:
        if one.name and names[one.name] > 1:
            problem = f"{names[one.name]} listeners of {owner} are named {one.name}; names are unique"
            yield attrs.evolve(one, problem=problem, undecided=False)
        else:
            yield one


def _allowed_listeners(manifest: Mapping[str, object]) -> Admits | str:
    """Whose ListenerSets a Gateway takes; nobody's by default."""
    namespaces = at(manifest, "spec", "allowedListeners", "namespaces")
    origin = at(namespaces, "from")
    if origin is None:
        return Admits("None")
    if origin == "Selector":
        selector = selector_of(at(namespaces, "selector"))
        return selector if isinstance(selector, str) else Admits("Selector", selector)
    for known in ("All", "Same", "None"):
        if origin == known:
            return Admits(known)
    return "it is one of All, Same, Selector and None"


def _refusal(admits: Admits | str, gateway: ObjectId, namespace: str, namespaces: Namespaces) -> tuple[str, bool]:
    """Why a Gateway takes no ListenerSet of this namespace, empty where it does; and whether that is uncertain."""
    if isinstance(admits, str):
        return f"{gateway} takes no ListenerSets, since its allowedListeners.namespaces cannot be read: {admits}", False
    admitted = namespaces.admits(admits, gateway.namespace, namespace)
    if admitted is None:
        return f"{gateway} takes ListenerSets by labels of their namespace, and those of {namespace} are not among the manifests", True
    if admitted:
        return "", False
    by_default = " (allowedListeners.namespaces.from is None unless something else is stated)" if admits.origin == "None" else ""
    return f"{gateway} takes no ListenerSets of namespace {namespace}{by_default}", False


def _notes(loaded: Loaded, class_name: str, listeners: list[Listener]) -> Iterator[str]:
    if not class_name:
        yield "spec.gatewayClassName is missing, so nothing serves it"
    if not isinstance(at(loaded.manifest, "spec", "listeners"), list):
        yield "spec.listeners is no list, so it has no listeners of its own"
    if listeners and all(one.problem and not one.undecided for one in listeners):
        yield "none of its listeners serves anything"
