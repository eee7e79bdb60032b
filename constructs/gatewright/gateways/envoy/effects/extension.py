"""EnvoyExtensionPolicy (CRD 1.8.3, 1.9.1): code of somebody in the path of requests.

Translator: extensions run after the caller is authenticated and before ``authorization`` judges; what of them cannot be set up answers 500,
unless all that failed are ``failOpen``, which are then left out without a trace. ``shadowMode`` lets a processor watch and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from gatewright.gateways.effect import Guard
from gatewright.gateways.envoy.effects.covered import ATTACHMENT, At, Covered, leaves, nowhere
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items, text
from gatewright.protection.bounds import Extensions

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


def extension_guard(spec: Mapping[str, object], at: At = nowhere, *, namespace: str = "") -> Guard | None:
    """The extensions of a policy in a namespace; None: there are none."""
    each, opens = list(_each(spec, namespace)), list(_fail_open(spec, namespace))
    if not each:
        return None
    where = next((at(name) for name in ("wasm", "lua", "extProc", "dynamicModule") if items(field(spec, name))), None)
    return Guard("extension", Extensions(tuple(sorted(each)), tuple(sorted(opens))), "enforced", where)


def extension_problem(spec: Mapping[str, object], modules: frozenset[str]) -> str:
    """Why rules under this policy answer 500; empty: nothing that is stated in it. ``modules``: those that the EnvoyProxy registers."""
    missing = [str(field(one, "name")) for one in items(field(spec, "dynamicModule")) if str(field(one, "name")) not in modules]
    return f"dynamic module {missing[0]} is not registered in the EnvoyProxy" if missing else ""


def extension_notes(spec: Mapping[str, object]) -> tuple[str, ...]:
    """What else somebody should know: code that answers by itself."""
    ending = (one for one in items(field(spec, "dynamicModule")) if field(one, "terminalFilter") is True)
    return tuple(f"dynamic module {field(one, 'name')} answers by itself: no backend is asked" for one in ending)


def together(*guards: Guard | None) -> Guard | None:
    """Extensions of several policies on one rule as one guard, stated where the first is; one that is unknown makes all unknown."""
    given = [one for one in guards if one is not None]
    values = [one.value for one in given if isinstance(one.value, Extensions)]
    if len(values) < len(given):
        return next(one for one in given if not isinstance(one.value, Extensions))
    if not given:
        return None
    each = tuple(sorted({name for value in values for name in value.each}))
    opens = tuple(sorted({name for value in values for name in value.fails_open}))
    return Guard("extension", Extensions(each, opens), "enforced", given[0].at)


def _each(spec: Mapping[str, object], namespace: str) -> Iterator[str]:
    yield from map(_wasm, items(field(spec, "wasm")))
    yield from (_processor(one, namespace) for one in items(field(spec, "extProc")))
    yield from map(_lua, items(field(spec, "lua")))
    for one in items(field(spec, "dynamicModule")):
        ends = ", which answers by itself" if field(one, "terminalFilter") is True else ""
        yield f"dynamic module {field(one, 'name')} {field(one, 'filterName') or ''}".rstrip() + ends


def _fail_open(spec: Mapping[str, object], namespace: str) -> Iterator[str]:
    yield from (_wasm(one) for one in items(field(spec, "wasm")) if field(one, "failOpen") is True)
    yield from (_processor(one, namespace) for one in items(field(spec, "extProc")) if field(one, "failOpen") is True)


def _wasm(one: object) -> str:
    kind = "image" if field(one, "code", "type") == "Image" else "http"
    url, digest = field(one, "code", kind, "url"), text(field(one, "code", kind, "sha256"))
    return f"Wasm {field(one, 'name') or ''} of {url}".replace("  ", " ") + (f" with SHA-256 {digest[:12]}" if digest else "")


def _processor(one: object, namespace: str) -> str:
    asked = []
    for ref in items(field(one, "backendRefs")):
        kind = "" if field(ref, "kind") in (None, "Service") else f"{field(ref, 'kind')}{_group(ref)} "
        port = f":{field(ref, 'port')}" if field(ref, "port") is not None else ""
        asked.append(f"{kind}{field(ref, 'namespace') or namespace}/{field(ref, 'name')}{port}")
    return f"external processor {' or '.join(asked)}" + (", which only watches" if field(one, "shadowMode") is True else "")


def _group(ref: object) -> str:
    return f".{field(ref, 'group')}" if field(ref, "group") not in (None, "", "gateway.envoyproxy.io") else ""


def _lua(one: object) -> str:
    """The source by its place; a script in the policy by a digest, so that a change of it is seen and nothing of it is shown."""
    if field(one, "type") == "ValueRef":
        return f"Lua of {field(one, 'valueRef', 'kind')} {field(one, 'valueRef', 'name')}"
    return f"Lua {_digest(str(field(one, 'inline')))}"


def _digest(source: str) -> str:
    return sha256(source.encode()).hexdigest()[:12]
