"""Patches applied to what was rendered, and the result judged again: a change needs somebody who answers for it unless it is known to be harmless.

Known to be harmless is what holds no protection, by a short list, and what the gateway's reader sees and finds no weaker. Everything else may
take away protection: what cannot be judged is not harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TypeGuard

import attrs

from gatewright.admission.finding import Finding, NotJudged
from gatewright.admission.schema import Facts, load
from gatewright.admission.structure import check
from gatewright.errors import InvalidIntent, Problem, shown
from gatewright.gateways.port import Gateway, Reading, Rendered, Trace
from gatewright.intent.patch import Patch
from gatewright.manifest.copies import copied
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import Json, JsonObject
from gatewright.protection.order import Weakness, listener_weaknesses, weaknesses
from gatewright.synth.place import Intent, Placed

Keys = tuple[str | int, ...]
_HARMLESS = (
    "Gateway spec.addresses",
    "Certificate spec.duration",
    "Certificate spec.renewBefore",
    "Certificate spec.subject",
)
_JUDGED = ("HTTPRoute spec.rules[].timeouts",)
# Domains of labels and annotations that something acts on: load balancers, issuers of certificates, tools that apply, prune or skip objects.
_ACTED_ON = ("kubernetes.io", "k8s.io", "gke.io", "google.com", "argoproj.io", "fluxcd.io", "helm.sh", "pulumi.com")
_DESCRIBING, _OURS = "app.kubernetes.io/", "app.kubernetes.io/managed-by"


def patched(intent: Intent, placed: Placed, rendered: Rendered) -> Rendered:
    """The objects after the intent's patches. Raises ``InvalidIntent`` for a patch that meets nothing, that no server would take, or that may weaken
    and has no owner."""
    if not intent.patches:
        return rendered
    objects = rendered.objects
    problems: list[Problem] = []
    relaxed: list[Trace] = []
    facts = load(*placed.target.crds)
    for index, patch in enumerate(intent.patches):
        path = f"{intent.label}.patches[{index}]"
        after = tuple(map(copied, objects))
        wrong = list(_misplaced(path, patch, after)) or list(_refused(path, objects, after, facts))
        if wrong:
            problems += wrong
            continue
        lost = list(_lost(placed.target, objects, after, facts))  # against what the patches before this one left
        if lost and patch.exemption is None:
            more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
            problems.append(Problem("patch-weakens", path, f"it takes away protection, or nobody can tell that it does not: {lost[0]}{more}",
                                    shown(patch.path), "patches that weaken nothing",
                                    "state it as an intent, or give the patch reason, owner and until"))  # fmt: skip
        elif lost:
            relaxed += [Trace(intent.label, f"patches[{index}]", None, "", f"relaxed: {one}: {patch.exemption}") for one in lost]
        objects = after
    if problems:
        raise InvalidIntent(problems)
    kept = [trace if _stands(trace, objects) else attrs.evolve(trace, object=None, path="", note="taken away by a patch") for trace in rendered.traces]
    return Rendered(objects, lambda: (*kept, *relaxed))


def _misplaced(path: str, patch: Patch, objects: tuple[JsonObject, ...]) -> Iterator[Problem]:
    """Applies the patch; what is wrong where it meets no object, or an object without such a place."""
    met = [one for one in objects if one["kind"] == patch.kind and patch.name in (None, ObjectId.of(one).name)]
    if not met:
        kinds = ", ".join(sorted({str(one["kind"]) for one in objects}))
        yield Problem("patch-of-nothing", path, "no object of this intent is meant", f"{patch.kind} {patch.name or ''}".strip(), kinds,
                      "name a kind, and a name, that the intent emits")  # fmt: skip
    elif not all(_apply(one, patch) for one in met):
        yield Problem("patch-beside", path, "the object has no such place", shown(patch.path), "a pointer below a field that exists",
                      "look the path up in the emitted manifest")  # fmt: skip


def _refused(path: str, before: Sequence[JsonObject], after: Sequence[JsonObject], facts: Facts) -> Iterator[Problem]:
    """What the schema says against the objects and did not say before."""
    for was, now in zip(before, after, strict=True):
        known = _findings(was, facts)
        for one in _findings(now, facts) if was != now else ():
            if one not in known:
                yield Problem("patch-invalid", path, f"the API server would refuse {ObjectId.of(now)} ({one.rule})", f"{one.path}: {one.got}", one.allowed,
                              "mend the path or the value")  # fmt: skip


def _findings(manifest: JsonObject, facts: Facts) -> list[Finding]:
    found = check(manifest, facts)
    return [] if isinstance(found, NotJudged) else found


@attrs.frozen
class _Change:
    """One field that is otherwise now; None: it is not there. ``index`` is that of its object."""

    index: int
    kind: str
    label: str
    keys: Keys
    was: Json
    now: Json

    def __str__(self) -> str:
        path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys)[1:]
        return f"{self.label} {path}: {_words(self.was)} \u2192 {_words(self.now)}"

    def leaves(self) -> Iterator[_Change]:
        """The change itself, or of what was added or removed whole each field below."""
        whole = self.now if self.was is None else self.was if self.now is None else None
        below = whole.items() if isinstance(whole, dict) else enumerate(whole) if _objects(whole) else ()
        if not (whole and below):
            yield self
            return
        for key, value in below:
            was, now = (None, value) if self.was is None else (value, None)
            yield from attrs.evolve(self, keys=(*self.keys, key), was=was, now=now).leaves()

    def holds(self, fields: tuple[str, ...]) -> bool:
        """Whether it is at or below one of these fields."""
        return any(_at_or_below(field, self.kind, self.keys, self.now) for field in fields)


def _lost(target: Gateway, before: tuple[JsonObject, ...], after: tuple[JsonObject, ...], facts: Facts) -> Iterator[str]:
    """In words, what the change between two states takes away or may take away."""
    acted_on = (*_ACTED_ON, *sorted({group for group, _ in facts.kinds if group}))
    changes = [one for one in _changed(before, after) if not all(_idle(leaf, target, acted_on) for leaf in one.leaves())]
    reading = target.read(after)
    weaker = list(dict.fromkeys(map(str, _weaker(target.read(before), reading))))
    yield from weaker
    for one in changes:
        if weaker or not all(_seen(leaf, target, after, reading) for leaf in one.leaves()):
            yield str(one)
    for was, now in zip(before, after, strict=True):
        if was != now and isinstance(judged := check(now, facts), NotJudged):
            yield f"{ObjectId.of(now)}: {judged.reason}"


def _weaker(before: Reading, after: Reading) -> Iterator[Weakness]:
    for name in sorted({*before.routes, *after.routes}):
        was, now = before.routes.get(name), after.routes.get(name)
        yield from weaknesses(now, was) if was and now else _come_or_gone(name, now is not None)
    for name in sorted({*before.listeners, *after.listeners}):
        old, new = before.listeners.get(name), after.listeners.get(name)
        yield from listener_weaknesses(new, old) if old and new else _come_or_gone(name, new is not None)
        if old and new and old.client != new.client:
            yield Weakness("client", str(new.client), str(old.client))  # the order compares no peers: another network is another intent


def _come_or_gone(name: str, come: bool) -> tuple[Weakness]:
    return (Weakness(name, "one that no intent stated", "none") if come else Weakness(name, "gone", "protected"),)


def _changed(before: Sequence[JsonObject], after: Sequence[JsonObject]) -> Iterator[_Change]:
    for index, (was, now) in enumerate(zip(before, after, strict=True)):
        for keys, old, new in _differences(was, now, ()):
            yield _Change(index, str(now["kind"]), str(ObjectId.of(now)), keys, old, new)


def _differences(was: Json, now: Json, keys: Keys) -> Iterator[tuple[Keys, Json, Json]]:
    """Every field that differs; objects in lists are compared by their place, other lists as a whole."""
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted({*was, *now}):
            yield from _differences(was.get(key), now.get(key), (*keys, key))
    elif isinstance(was, list) and isinstance(now, list) and _objects([*was, *now]):
        for place, (old, new) in enumerate(zip_longest(was, now)):
            yield from _differences(old, new, (*keys, place))
    else:
        yield keys, was, now


def _objects(value: Json) -> TypeGuard[list[Json]]:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _idle(leaf: _Change, target: Gateway, acted_on: tuple[str, ...]) -> bool:
    """Whether the field holds no protection."""
    if leaf.keys[:-1] in _NOTES or (leaf.kind == "Gateway" and leaf.keys[:-1] in _NOTES_BELOW):
        domain, _, _ = str(leaf.keys[-1]).rpartition("/")
        if str(leaf.keys[-1]).startswith(_DESCRIBING):
            return leaf.keys[-1] != _OURS
        return not any(domain == one or domain.endswith(f".{one}") for one in acted_on)
    return leaf.holds(_HARMLESS) or leaf.holds(target.patchable.harmless)


_NOTES: tuple[Keys, ...] = (("metadata", "labels"), ("metadata", "annotations"))
_NOTES_BELOW: tuple[Keys, ...] = (("spec", "infrastructure", "labels"), ("spec", "infrastructure", "annotations"))


def _seen(leaf: _Change, target: Gateway, after: Sequence[JsonObject], reading: Reading) -> bool:
    """Whether the reader models this very field: it reads something else once the field alone is as it was."""
    if leaf.now is None or not (leaf.holds(_JUDGED) or leaf.holds(target.patchable.judged)):
        return False
    objects = list(map(copied, after))
    holder: Json = objects[leaf.index]
    for key in leaf.keys[:-1]:
        holder = _step(holder, str(key))
    last = leaf.keys[-1]
    if isinstance(holder, dict) and leaf.was is None:
        del holder[str(last)]
    elif isinstance(holder, dict):
        holder[str(last)] = leaf.was
    return target.read(objects) != reading


def _at_or_below(field: str, kind: str, keys: Keys, now: Json) -> bool:
    """``Kind a.b[].c`` or ``Kind a.b=value``."""
    pattern, _, value = field.partition("=")
    of, _, path = pattern.partition(" ")
    parts = path.replace("[]", ".[]").split(".")
    along = ["[]" if isinstance(key, int) else key for key in keys[: len(parts)]]
    return of == kind and along == parts and (not value or now == value)


def _words(value: Json) -> str:
    return "nothing" if value is None else shown(value)


def _stands(trace: Trace, objects: tuple[JsonObject, ...]) -> bool:
    return trace.object is None or _value(trace, objects) is not None


def _value(trace: Trace, objects: tuple[JsonObject, ...]) -> Json:
    for one in objects:
        if trace.object is not None and ObjectId.of(one) == trace.object:
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
