"""One listener as an object states it: the CRD's defaults filled in, and what is wrong with it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import attrs

from gatewright.errors import did_you_mean, shown
from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.match import ANY_HOST, Host
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.grants import Grants
from gatewright.standard.topology.listener import Admits, Listener
from gatewright.standard.topology.namespaces import selector_of
from gatewright.standard.topology.unread import Unread, hostname
from gatewright.world.world import World

Mode = Literal["Terminate", "Passthrough", ""]
Doubt = tuple[str, bool]
"""What is wrong, and whether that is uncertain."""

_HTTP, _GRPC, _TLS, _TCP, _UDP = ((GATEWAY_GROUP, f"{kind}Route") for kind in ("HTTP", "GRPC", "TLS", "TCP", "UDP"))
PROTOCOLS = ("HTTP", "HTTPS", "TLS", "TCP", "UDP")


@attrs.frozen(eq=False)
class Stating:
    """What certificates are looked up in."""

    world: World
    grants: Grants


def kinds_of(protocol: str, mode: str) -> tuple[tuple[str, str], ...]:
    """The kinds of routes that a protocol serves (Gateway API, table of protocols, modes and route kinds)."""
    if protocol in ("HTTP", "HTTPS"):
        return (_HTTP, _GRPC)
    if protocol == "TLS":
        return (_TLS,) if mode == "Passthrough" else (_TCP, _TLS)
    return {"TCP": (_TCP,), "UDP": (_UDP,)}.get(protocol, ())


def stated(item: object, index: int, gateway: ObjectId, owner: ObjectId, stating: Stating) -> Listener:
    """A listener of ``owner``, which is the Gateway or a ListenerSet. ``problem`` is the first that is certain, or else the first."""
    name, protocol, port = text(at(item, "name")) or "", text(at(item, "protocol")) or "", _port(at(item, "port"))
    doubts: list[Doubt] = list(_shape(item, name, protocol, port))
    host, wrong = _host(at(item, "hostname"), protocol)
    doubts += wrong
    mode, wrong = _mode(item, protocol)
    doubts += wrong
    certificates, wrong = _certificates(item, mode, owner, stating)
    doubts += wrong
    admits, wrong = _admits(at(item, "allowedRoutes", "namespaces"))
    doubts += wrong
    kinds, wrong = _kinds(at(item, "allowedRoutes", "kinds"), protocol, mode)
    doubts += wrong
    problem, undecided = next((one for one in doubts if not one[1]), doubts[0] if doubts else ("", False))
    return Listener(
        gateway,
        owner,
        index,
        name,
        port,
        protocol,
        host,
        mode,
        certificates,
        kinds,
        admits,
        problem=problem,
        undecided=undecided,
        filters=tuple(text(at(one, "type")) or "" for one in items(at(item, "filters", "requests"))),
    )


def _port(value: object) -> int:
    """A port, 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535 else 0


def _shape(item: object, name: str, protocol: str, port: int) -> Iterator[Doubt]:
    if not isinstance(item, Mapping):
        yield f"a listener is an object, got {shown(item)}", False
        return
    if not name:
        yield "it has no name", False
    if not port:
        yield f"its port is a number from 1 to 65535, got {shown(item.get('port'))}", False
    if "/" in protocol:
        yield f"protocol {protocol} is known to its implementation only", True
    elif protocol not in PROTOCOLS:
        yield f"its protocol is one of {', '.join(PROTOCOLS)}, got {shown(protocol)}{did_you_mean(protocol.upper(), PROTOCOLS)}", False


def _host(value: object, protocol: str) -> tuple[Host, list[Doubt]]:
    if value is None or value == "":
        return ANY_HOST, []
    if protocol in ("TCP", "UDP"):
        return ANY_HOST, [(f"a listener of protocol {protocol} has no hostname, got {shown(value)}", False)]
    try:
        return hostname(value), []
    except Unread as unread:
        return ANY_HOST, [(f"its hostname is {unread}", False)]


def _mode(item: object, protocol: str) -> tuple[Mode, list[Doubt]]:
    tls = at(item, "tls")
    if protocol not in ("HTTPS", "TLS"):
        wrong: list[Doubt] = [(f"a listener of protocol {protocol} has no tls", False)] if tls is not None and protocol in PROTOCOLS else []
        return "", wrong
    if not isinstance(tls, Mapping):
        got = "" if tls is None else f", an object; got {shown(tls)}"
        return "Terminate", [(f"a listener of protocol {protocol} needs tls{got}", False)]
    mode = tls.get("mode")
    if mode is None or mode == "Terminate":
        return "Terminate", []
    if mode != "Passthrough":
        return "Terminate", [(f"tls.mode is Terminate or Passthrough, got {shown(mode)}", False)]
    if protocol == "HTTPS":
        return "Passthrough", [("tls.mode Passthrough needs protocol TLS: HTTPS ends TLS at the Gateway", False)]
    return "Passthrough", []


def _certificates(item: object, mode: Mode, owner: ObjectId, stating: Stating) -> tuple[tuple[ObjectId, ...], list[Doubt]]:
    """The certificates that TLS is ended with. One that can be used is enough; references of a passed-through listener are ignored."""
    tls = at(item, "tls")
    if mode != "Terminate" or not isinstance(tls, Mapping):
        return (), []
    refs = items(tls.get("certificateRefs"))
    if not refs:
        if tls.get("options"):
            return (), [("it has no certificateRefs, and what its tls.options mean is known to its implementation only", True)]
        return (), [("it ends TLS and has no certificate: tls.certificateRefs is empty", False)]
    found: list[ObjectId] = []
    wrong: list[Doubt] = []
    for ref in refs:
        to = _secret(ref, owner)
        doubt = _usable(to, owner, stating) if to else (f"an item of tls.certificateRefs names a Secret, got {shown(ref)}", False)
        if to and (doubt is None or doubt[1]):
            found.append(to)
        if doubt:
            wrong.append(doubt)
    if len(wrong) < len(refs):
        return tuple(found), []
    return tuple(found), [next((one for one in wrong if one[1]), wrong[0])]  # that one may be usable is enough for doubt


def _secret(ref: object, owner: ObjectId) -> ObjectId | None:
    group, kind, namespace, name = (at(ref, key) for key in ("group", "kind", "namespace", "name"))
    if not isinstance(group, str | None) or not isinstance(kind, str | None) or not isinstance(namespace, str | None):
        return None
    named = text(name)
    return ObjectId(group or "", kind or "Secret", namespace or owner.namespace, named) if named else None


def _usable(to: ObjectId, owner: ObjectId, stating: Stating) -> Doubt | None:
    """Why a certificate cannot be used by a listener of this owner; a Gateway's grants are not its ListenerSets'."""
    allowed = stating.grants.allows(owner.group, owner.kind, owner.namespace, to)
    if allowed is False:
        return f"no ReferenceGrant in namespace {to.namespace} lets a {owner.kind} of {owner.namespace} use {to}", False
    if (to.group, to.kind) != ("", "Secret"):
        return f"whether {to} can be a certificate is known to its implementation only", True
    loaded = stating.world.get(to)
    if loaded is None and stating.world.is_complete("", "Secret"):
        return f"{to} does not exist", False
    if loaded is not None:
        held = {key for part in ("data", "stringData") if isinstance(values := at(loaded.manifest, part), Mapping) for key in values}
        if held and not held >= {"tls.crt", "tls.key"}:
            return f"{to} holds no tls.crt with its tls.key", False
    if allowed is None:
        return f"{to} is in another namespace, and the ReferenceGrant that would allow it is not among the manifests", True
    return None


def _admits(namespaces: object) -> tuple[Admits, list[Doubt]]:
    origin = at(namespaces, "from")
    if namespaces is not None and not isinstance(namespaces, Mapping):
        return Admits("None"), [(f"allowedRoutes.namespaces is an object, got {shown(namespaces)}", False)]
    if origin is None or origin == "Same":
        return Admits("Same"), []
    if origin == "All":
        return Admits("All"), []
    if origin != "Selector":
        return Admits("None"), [(f"allowedRoutes.namespaces.from is All, Same or Selector, got {shown(origin)}", False)]
    selector = selector_of(at(namespaces, "selector"))
    if isinstance(selector, str):
        return Admits("None"), [(f"allowedRoutes.namespaces.selector cannot be read: {selector}", False)]
    return Admits("Selector", selector), []


def _kinds(value: object, protocol: str, mode: Mode) -> tuple[tuple[tuple[str, str], ...], list[Doubt]]:
    """The kinds stated, as far as the protocol can serve them; all of these where none are stated."""
    possible = kinds_of(protocol, mode)
    written = items(value)
    if not written or not possible:
        return possible, []
    wanted = {(GATEWAY_GROUP if at(one, "group") is None else at(one, "group"), at(one, "kind")) for one in written if _hashable(one)}
    kinds = tuple(kind for kind in possible if kind in wanted)
    names = ", ".join(kind for _, kind in possible)
    return kinds, [] if kinds else [(f"allowedRoutes.kinds holds nothing that protocol {protocol} serves, which is {names}", False)]


def _hashable(item: object) -> bool:
    return all(isinstance(at(item, key), str | None) for key in ("group", "kind"))
