"""EnvoyExtensionPolicy (CRD 1.8.3, 1.9.1): code of somebody in the path of requests.

Translator: extensions run after the caller is authenticated and before ``authorization`` judges; what of them cannot be set up answers 500,
unless all that failed are ``failOpen``, which are then left out without a trace. Whether a Lua script can be read is not asked here.
``shadowMode`` lets a processor watch and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

import attrs

from gatewright.gateways.effect import Guard
from gatewright.gateways.envoy.effects.contents import Contents, digest
from gatewright.gateways.envoy.effects.covered import ATTACHMENT, At, Covered, leaves, nowhere
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.gateways.envoy.effects.references import References
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items, mapping, text
from gatewright.manifest.identity import ObjectId
from gatewright.protection.bounds import Extensions

_PARTS = ("wasm", "lua", "extProc", "dynamicModule")
FIELDS = Covered(
    read=leaves(
        "dynamicModule.{name,filterName,terminalFilter}",
        "extProc.{failOpen,shadowMode,backendRefs.{group,kind,name,namespace,port}}",
        "lua.{type,inline,valueRef.{kind,name}}",
        "wasm.{failOpen,name,code.{type,http.{url,sha256},image.{url,sha256}}}",
    ),
    harmless=(
        "dynamicModule.config",  # what the code is told: it is not known what it does with it
        "extProc.backendRef",  # the CRD refuses it
        *(f"extProc.backendRefs.{one}" for one in ("fallback", "weight")),
        *(f"extProc.{one}" for one in ("backendSettings", "messageTimeout", "metadata", "processingMode", "statusOnError")),
        "lua.filterContext",
        "lua.valueRef.group",
        *(
            f"wasm.{one}"
            for one in ("config", "env", "rootID", "code.pullPolicy", "code.http.tls", "code.image.tls", "code.image.pullSecretRef")
        ),
    ),
    elsewhere=ATTACHMENT,
)


@attrs.frozen
class Broken:
    """A part of a policy that cannot be set up: ``part`` and ``index`` of ``spec``, and ``why``. ``opens``: it is left out; else 500."""

    part: str
    index: int
    why: str
    opens: bool


def extension_guard(
    spec: Mapping[str, object], at: At = nowhere, *, namespace: str = "", broken: Sequence[Broken] = (), contents: Contents | None = None
) -> Guard | None:  # fmt: skip
    """The extensions of a policy in a namespace, less those that are ``broken``; None: there are none.

    Where nothing else is left, those are stated and not in force.
    """
    left_out = {(one.part, one.index) for one in broken}
    rest = {name: [one for index, one in enumerate(items(field(spec, name))) if (name, index) not in left_out] for name in _PARTS}
    stands = any(rest.values())
    kept = rest if stands else {name: items(field(spec, name)) for name in _PARTS}
    each, opens = list(_each(kept, namespace, contents)), list(_fail_open(kept, namespace))
    if not each:
        return None
    where = next((at(name) for name in _PARTS if kept[name]), None)
    return Guard("extension", Extensions(tuple(sorted(each)), tuple(sorted(opens))), "enforced" if stands else "not-enforced", where)


def _set_up(one: object, *apart: str) -> str:
    """All else that is stated of an extension, by a digest: nobody knows what it does with it."""
    rest = {name: value for name, value in mapping(one).items() if name not in apart}
    return f" set up as {digest(rest)}" if rest else ""


def extension_broken(
    spec: Mapping[str, object], modules: frozenset[str], owner: Callable[..., Policy] | None = None, found: References | None = None
) -> tuple[Broken, ...]:  # fmt: skip
    """What cannot be set up. ``modules``: those that the EnvoyProxy registers; ``owner``: who states a field, whose references are looked up."""
    return tuple(_broken(spec, modules, owner, found))


def extension_notes(spec: Mapping[str, object], broken: Sequence[Broken] = ()) -> tuple[str, ...]:
    """What else somebody should know: code that answers by itself, and what is left out."""
    ending = (one for one in items(field(spec, "dynamicModule")) if field(one, "terminalFilter") is True)
    without = (f"{one.part} {one.index} is left out, since it fails open: {one.why}" for one in broken if one.opens)
    return (*(f"dynamic module {field(one, 'name')} answers by itself: no backend is asked" for one in ending), *without)


def _broken(
    spec: Mapping[str, object], modules: frozenset[str], owner: Callable[..., Policy] | None, found: References | None
) -> Iterator[Broken]:  # fmt: skip
    for index, one in enumerate(items(field(spec, "dynamicModule"))):
        if str(field(one, "name")) not in modules:
            yield Broken("dynamicModule", index, f"dynamic module {field(one, 'name')} is not registered in the EnvoyProxy", opens=False)
    if owner is None or found is None:
        return
    for part in ("wasm", "lua", "extProc"):
        for index, one in enumerate(items(field(spec, part))):
            wrong = next((why for why in _astray(part, one, owner(part, index), found) if why), "")
            if wrong:
                yield Broken(part, index, wrong, opens=part != "lua" and field(one, "failOpen") is True)


def _astray(part: str, one: object, owner: Policy, found: References) -> Iterator[str]:
    """What is wrong with each reference of one extension."""
    if part == "lua" and field(one, "type") == "ValueRef":
        yield found.config_map(owner, text(field(one, "valueRef", "name")) or "")
    elif part == "extProc":
        yield from (found.service(owner, ref) for ref in items(field(one, "backendRefs")))
    elif part == "wasm":
        source = field(one, "code", "image" if field(one, "code", "type") == "Image" else "http")
        if (authority := field(source, "tls", "caCertificateRef")) is not None:
            yield found.authority(owner, authority)
        if (secret := field(source, "pullSecretRef")) is not None:
            yield found.secret(owner, secret, ".dockerconfigjson")


def together(*guards: Guard | None) -> Guard | None:
    """Extensions of several policies on one rule as one guard, stated where the first is; one that is unknown makes all unknown."""
    said = [one for one in guards if one is not None]
    given = [one for one in said if one.state != "not-enforced"] or said[:1]
    values = [one.value for one in given if isinstance(one.value, Extensions)]
    if len(values) < len(given):
        return next(one for one in given if not isinstance(one.value, Extensions))
    if not given:
        return None
    each = tuple(sorted({name for value in values for name in value.each}))
    opens = tuple(sorted({name for value in values for name in value.fails_open}))
    return Guard("extension", Extensions(each, opens), given[0].state, given[0].at)


def _each(spec: Mapping[str, object], namespace: str, contents: Contents | None) -> Iterator[str]:
    for one in items(field(spec, "wasm")):
        rest: dict[object, object] = dict(mapping(one))
        if verified := field(one, "code", "image" if field(one, "code", "type") == "Image" else "http", "tls"):
            rest["tls"] = verified
        yield _wasm(one) + _set_up(rest, "name", "code", "failOpen")
    for one in items(field(spec, "extProc")):
        leads = [contents.leads(namespace, ref) for ref in items(field(one, "backendRefs"))] if contents is not None else []
        led = f" that is {digest(leads)}" if any("," in each for each in leads) else ""
        yield _processor(one, namespace) + led + _set_up(one, "failOpen", "shadowMode", "backendRefs", "backendSettings", "messageTimeout")
    for one in items(field(spec, "lua")):
        yield _lua(one, namespace, contents) + _set_up(one, "type", "inline", "valueRef")
    for one in items(field(spec, "dynamicModule")):
        ends = ", which answers by itself" if field(one, "terminalFilter") is True else ""
        named = f"dynamic module {field(one, 'name')} {field(one, 'filterName') or ''}".rstrip() + ends
        yield named + _set_up(one, "name", "filterName", "terminalFilter")


def _fail_open(spec: Mapping[str, object], namespace: str) -> Iterator[str]:
    yield from (_wasm(one) for one in items(field(spec, "wasm")) if field(one, "failOpen") is True)
    yield from (_processor(one, namespace) for one in items(field(spec, "extProc")) if field(one, "failOpen") is True)


def _wasm(one: object) -> str:
    kind = "image" if field(one, "code", "type") == "Image" else "http"
    url, digest = field(one, "code", kind, "url"), text(field(one, "code", kind, "sha256"))
    return f"Wasm {field(one, 'name') or ''} of {url}".replace("  ", " ") + (f" with SHA-256 {digest}" if digest else "")


def _processor(one: object, namespace: str) -> str:
    asked = []
    for ref in items(field(one, "backendRefs")):
        kind = "" if field(ref, "kind") in (None, "Service") else f"{field(ref, 'kind')}{_group(ref)} "
        port = f":{field(ref, 'port')}" if field(ref, "port") is not None else ""
        asked.append(f"{kind}{field(ref, 'namespace') or namespace}/{field(ref, 'name')}{port}")
    return f"external processor {' or '.join(asked)}" + (", which only watches" if field(one, "shadowMode") is True else "")


def _group(ref: object) -> str:
    return f".{field(ref, 'group')}" if field(ref, "group") not in (None, "", "gateway.envoyproxy.io") else ""


def _lua(one: object, namespace: str = "", contents: Contents | None = None) -> str:
    """The source by its place; a script in the policy by a digest, so that a change of it is seen and nothing of it is shown."""
    if field(one, "type") == "ValueRef":
        kind, name = text(field(one, "valueRef", "kind")) or "ConfigMap", text(field(one, "valueRef", "name")) or ""
        held = contents.told(ObjectId("", kind, namespace, name), "lua") if contents is not None else ""
        return f"Lua of {field(one, 'valueRef', 'kind')} {field(one, 'valueRef', 'name')}{held}"
    return f"Lua {_digest(str(field(one, 'inline')))}"


def _digest(source: str) -> str:
    return sha256(source.encode()).hexdigest()[:12]
