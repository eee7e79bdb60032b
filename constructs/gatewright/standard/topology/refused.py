"""Objects of Gateway API that the API server would not take: in a cluster they are not there, or still as they were before.

A field that the definitions do not know is no reason: the server drops it. What is read from a cluster was taken (it has a ``uid``).
Nor is a version that another release serves; one that none serves is, for such an object is nowhere.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import attrs

from gatewright.admission.finding import Finding
from gatewright.admission.json_path import steps
from gatewright.admission.judge import Judge
from gatewright.admission.rulebook import Rule
from gatewright.admission.rules.book import Bundled
from gatewright.admission.schema import Schema, load, releases
from gatewright.manifest.fields import at, items
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.world.world import World

_PLAIN = re.compile(r"(?:/[A-Za-z0-9_~-]{1,100}){1,9}|/")  # a path about which no rule says anything
_VERSION = re.compile(r"[a-z0-9]{1,30}")
_RULE = frozenset({"matches", "backendRefs", "timeouts"})
_BACKEND = frozenset({"group", "kind", "namespace", "name", "port", "weight"})


def refused(world: World, editions: Iterable[str]) -> Mapping[ObjectId, str]:
    """Why, by object, in words; of several editions (``gateway-api-1.7-standard``) each must refuse it."""
    judges = [_judges(one) for one in sorted(set(editions))]
    found: dict[ObjectId, str] = {}
    for group, kind in world.kinds if judges else ():
        if group == GATEWAY_GROUP:
            for loaded in world.of_kind(group, kind):
                told = [refusal(_fitting(one, loaded.manifest, kind), loaded.manifest) for one in judges]
                if all(told):
                    found.setdefault(loaded.id, told[0])
    return found


def refusal(judges: tuple[Judge, ...], manifest: JsonObject) -> str:
    """Why every one of these judges refuses an object; empty: one of them takes it, or does not know the kind."""
    if at(manifest, "metadata", "uid") is not None:
        return ""
    first = ""
    for judge in judges:
        told = _told(judge, manifest)
        if not told:
            return ""
        first = first or told
    return first


def _told(judge: Judge, manifest: JsonObject) -> str:
    verdict = judge.verdict(manifest)
    unknown = [one for one in verdict.findings if one.rule == "unknown"]
    if unknown:
        verdict = judge.verdict(_without(manifest, unknown))
    if any(one.rule == "version" for one in verdict.findings) or str(manifest.get("apiVersion")).count("/") > 1:
        return _unserved(manifest)
    if verdict.verdict != "rejected":
        return ""
    told = next((one for one in verdict.findings if one.rule != "unknown"), None)
    if told is None:
        return ""
    if told.source == "cel":
        words = f"{told.path}: {told.message.removesuffix('.')}"
    else:  # never what was got: it may be a credential
        words = f"{told.path} is missing" if told.rule == "required" else f"{told.path} must be {told.allowed}"
    return f"the API server refuses it: {words}"


def _unserved(manifest: JsonObject) -> str:
    """That no release serves an object's version; empty: one does."""
    api_version, kind = str(manifest.get("apiVersion")), str(manifest.get("kind"))
    group, _, version = api_version.partition("/")
    known = _served(group, kind)
    if version in known or not known:
        return ""
    named = api_version if _VERSION.fullmatch(version) else f"that version of {group}"
    return f"no release known here serves {named} {kind}; {' and '.join(known)} {'is' if len(known) == 1 else 'are'}"


@lru_cache(maxsize=64)
def _served(group: str, kind: str) -> tuple[str, ...]:
    """The versions of a kind that any release serves."""
    found = [known.versions for release in releases() if (known := load(release).kind(group, kind)) is not None]
    return tuple(sorted({name for versions in found for name, one in versions.items() if one.served}))


def _without(manifest: JsonObject, unknown: Iterable[Finding]) -> JsonObject:
    """Without the fields that are dropped."""
    kept = copy.deepcopy(manifest)
    for one in unknown:
        *way, last = steps(one.path) or ("",)
        holder: object = kept
        for step in way:
            holder = _below(holder, step)
        if isinstance(holder, dict):
            holder.pop(str(last), None)
    return kept


def _below(holder: object, step: str | int) -> object:
    if isinstance(holder, list) and isinstance(step, int):
        return holder[step] if step < len(holder) else None
    return holder.get(step) if isinstance(holder, dict) else None


@attrs.frozen
class _Judges:
    """``whole``: the edition in both channels, since a field that one of them bounds may be another in the other; ``bare``: without rules."""

    whole: tuple[Judge, ...]
    bare: tuple[Judge, ...]


@attrs.frozen
class _NoRules:
    """Of a node's rules none is asked, and none is counted as open."""

    def begin(self) -> None:
        """Nothing is counted."""

    def rules(self, schema: Schema) -> tuple[Rule, ...]:
        """None."""
        return ()


@lru_cache(maxsize=16)
def _judges(edition: str) -> _Judges:
    facts = [load(one) for one in (edition, edition.replace("-standard", "-experimental")) if one in releases()]
    return _Judges(tuple(Judge(one, Bundled()) for one in facts), tuple(Judge(one, _NoRules()) for one in facts))


def _fitting(judges: _Judges, manifest: JsonObject, kind: str) -> tuple[Judge, ...]:
    """Rules across fields take most of the time, and a route of one parent with plain paths and backends has none to break."""
    return judges.bare if kind == "HTTPRoute" and _is_ordinary(manifest) else judges.whole


def _is_ordinary(manifest: JsonObject) -> bool:
    spec = manifest.get("spec")
    if len(items(at(spec, "parentRefs"))) != 1:
        return False
    for rule in items(at(spec, "rules")):
        if not isinstance(rule, dict) or not rule.keys() <= _RULE or not _is_bounded(rule.get("timeouts")):
            return False
        for match in items(rule.get("matches")):
            path = match.get("path") if isinstance(match, dict) and len(match) == 1 else None
            if not isinstance(path, dict) or path.get("type") == "RegularExpression" or not _PLAIN.fullmatch(str(path.get("value"))):
                return False
        for ref in items(rule.get("backendRefs")):
            if not isinstance(ref, dict) or not ref.keys() <= _BACKEND or ref.get("port") is None:
                return False
    return True


def _is_bounded(times: object) -> bool:
    """Whether no bound of a part can be above that of the whole."""
    return not isinstance(times, dict) or len(times) < 2 or times.get("request") == times.get("backendRequest")
