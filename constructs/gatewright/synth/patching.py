"""Patches applied to what was rendered, and the result read again: what a patch takes away needs somebody who answers for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.errors import InvalidIntent, Problem, shown
from gatewright.gateways.port import Reading, Rendered, Trace
from gatewright.intent.patch import Patch
from gatewright.manifest.copies import copied
from gatewright.manifest.text import Json, JsonObject
from gatewright.protection.order import Weakness, listener_weaknesses, weaknesses
from gatewright.synth.place import Intent, Placed


def patched(intent: Intent, placed: Placed, rendered: Rendered) -> Rendered:
    """The objects after the intent's patches. Raises ``InvalidIntent`` for a patch that meets nothing or weakens without an owner."""
    if not intent.patches:
        return rendered
    objects = tuple(map(copied, rendered.objects))
    problems: list[Problem] = []
    relaxed: list[Trace] = []
    before = placed.target.read(objects)
    for index, patch in enumerate(intent.patches):
        path = f"{intent.label}.patches[{index}]"
        met = [one for one in objects if one["kind"] == patch.kind and patch.name in (None, _name(one))]
        if not met:
            kinds = ", ".join(sorted({str(one["kind"]) for one in objects}))
            problems.append(Problem("patch-of-nothing", path, "no object of this intent is meant", f"{patch.kind} {patch.name or ''}".strip(), kinds,
                                    "name a kind, and a name, that the intent emits"))  # fmt: skip
            continue
        unmet = [one for one in met if not _apply(one, patch)]
        if unmet:
            problems.append(Problem("patch-beside", path, "the object has no such place", shown(patch.path), "a pointer below a field that exists",
                                    "look the path up in the emitted manifest"))  # fmt: skip
            continue
        after = placed.target.read(objects)
        lost = list(_lost(before, after)) or list(_gone(rendered, objects))
        if lost and patch.exemption is None:
            problems.append(Problem("patch-weakens", path, f"it takes away protection: {lost[0]}", shown(patch.path), "patches that weaken nothing",
                                    "state it as an intent, or give the patch reason, owner and until"))  # fmt: skip
        elif lost:
            relaxed += [Trace(intent.label, f"patches[{index}]", None, "", f"relaxed: {one}: {patch.exemption}") for one in lost]
        before = after
    if problems:
        raise InvalidIntent(problems)
    kept = [trace if _stands(trace, objects) else attrs.evolve(trace, object=None, path="", note="taken away by a patch") for trace in rendered.traces]
    return Rendered(objects, lambda: (*kept, *relaxed))


def _lost(before: Reading, after: Reading) -> Iterator[Weakness]:
    for name, policy in before.routes.items():
        yield from weaknesses(after.routes[name], policy) if name in after.routes else [Weakness(name, "gone", "protected")]
    for name, listener in before.listeners.items():
        yield from listener_weaknesses(after.listeners[name], listener) if name in after.listeners else [Weakness(name, "gone", "protected")]


_PROTECTING = ("BackendTLSPolicy", "NetworkPolicy", "ReferenceGrant")  # nothing in their spec is there for anything else


def _gone(rendered: Rendered, objects: tuple[JsonObject, ...]) -> Iterator[Weakness]:
    """What enforces something and is otherwise now, in objects that no reader of the gateway looks at: it cannot be judged, so it counts as lost."""
    for was, now in zip(rendered.objects, objects, strict=True):
        if was["kind"] in _PROTECTING and was["spec"] != now.get("spec"):
            yield Weakness(f"{was['kind']} spec", "another one", "as it was rendered")
    for trace in rendered.traces:
        if trace.object is None or trace.object.kind.endswith("Policy"):
            continue  # policies were read back, or are compared above as a whole
        before, after = _value(trace, rendered.objects), _value(trace, objects)
        if before != after:
            yield Weakness(trace.protection, shown(after), shown(before))


def _stands(trace: Trace, objects: tuple[JsonObject, ...]) -> bool:
    return trace.object is None or _value(trace, objects) is not None


def _value(trace: Trace, objects: tuple[JsonObject, ...]) -> Json:
    for one in objects:
        if trace.object is not None and one["kind"] == trace.object.kind and _name(one) == trace.object.name and _namespace(one) == trace.object.namespace:
            return _at(one, [part for part in trace.path.replace("[", ".[").split(".") if part])
    return None


def _at(value: Json, keys: list[str]) -> Json:
    for key in keys:
        if key.startswith("[") and isinstance(value, list) and int(key[1:-1]) < len(value):
            value = value[int(key[1:-1])]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return None
    return value


def _apply(manifest: JsonObject, patch: Patch) -> bool:
    """Set or remove one field; False where the way to it does not exist."""
    keys = [key.replace("~1", "/").replace("~0", "~") for key in patch.path.split("/")[1:]]
    holder: Json = manifest
    for key in keys[:-1]:
        holder = _step(holder, key)
    last = keys[-1]
    if isinstance(holder, list):
        return _apply_item(holder, last, patch)
    if not isinstance(holder, dict) or (patch.remove and last not in holder):
        return False
    if patch.remove:
        del holder[last]
    else:
        holder[last] = _plain(patch.value)
    return True


def _apply_item(holder: list[Json], last: str, patch: Patch) -> bool:
    if last == "-" and not patch.remove:
        holder.append(_plain(patch.value))
        return True
    if not last.isdigit() or int(last) >= len(holder):
        return False
    if patch.remove:
        del holder[int(last)]
    else:
        holder[int(last)] = _plain(patch.value)
    return True


def _step(value: Json, key: str) -> Json:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isdigit() and int(key) < len(value):
        return value[int(key)]
    return None


def _plain(value: object) -> Json:
    """What a patch sets, as a manifest holds it."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    raise TypeError(f"a patch cannot set {shown(value)}")


def _name(manifest: JsonObject) -> str:
    metadata = manifest["metadata"]
    return str(metadata["name"]) if isinstance(metadata, dict) else ""


def _namespace(manifest: JsonObject) -> str:
    metadata = manifest["metadata"]
    return str(metadata.get("namespace", "")) if isinstance(metadata, dict) else ""
