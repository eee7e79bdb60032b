"""Are the kinds installed that the manifests are of, in a release that the target reads, with every field that is written?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from gatewright.admission.judge import Judge
from gatewright.admission.schema import load
from gatewright.live.cluster import Absent, Withheld
from gatewright.live.definition import Definition, installed
from gatewright.live.folder import Exposed, Written
from gatewright.live.judgement import Judgement, ok, unknown, wrong
from gatewright.live.reader import Object, Reader, Resource
from gatewright.live.versions import minor, written
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP

BUILT_IN = frozenset({"", "networking.k8s.io", "apps", "batch", "policy", "rbac.authorization.k8s.io"})
_STANDARD = "gateway-api-"
_INDEX, _TOLD = re.compile(r"\[\d+\]"), 3
_READABLE = "let whoever runs this read customresourcedefinitions (get), which hold no secrets"


def definitions(objects: Written, reader: Reader) -> Iterator[Judgement]:
    """One judgement for each kind and version that is written, then for the release and the fields of each definition."""
    for (api_version, kind), manifests in sorted(_by_kind(objects.objects).items()):
        subject, claimed = f"{kind} {api_version}", f"the cluster serves it; {len(manifests)} manifest(s) are of it"
        resource = reader.resource(api_version, kind)
        if isinstance(resource, Withheld):
            yield unknown("crd-installed", subject, claimed, resource.reason, "let whoever runs this use discovery (system:discovery)")
        elif isinstance(resource, Absent):
            group = api_version.rpartition("/")[0]
            releases = [one for exposed in objects.exposures for one in exposed.crds if load(one).kind(group, kind)]
            fix = f"install the CRDs of {', '.join(dict.fromkeys(releases)) or group}"
            yield wrong("crd-installed", subject, claimed, "the cluster serves no such kind in this version", fix)
        else:
            yield ok("crd-installed", subject, claimed, "served")
            if resource.group not in BUILT_IN:
                yield from _definition(objects.exposures, resource, manifests, reader)


def _by_kind(objects: Mapping[ObjectId, Object]) -> Mapping[tuple[str, str], Sequence[Object]]:
    found: defaultdict[tuple[str, str], list[Object]] = defaultdict(list)
    for one in objects.values():
        found[str(one["apiVersion"]), str(one["kind"])].append(one)
    return found


def _definition(exposures: Sequence[Exposed], resource: Resource, manifests: Sequence[Object], reader: Reader) -> Iterator[Judgement]:
    subject = f"CustomResourceDefinition {resource.plural}.{resource.group}"
    found = installed(reader, resource)
    if isinstance(found, Absent | Withheld):
        reason = found.reason if isinstance(found, Withheld) else "the kind is served, but by no CustomResourceDefinition"
        yield unknown("crd-fields", subject, "it accepts what is written", reason, _READABLE)
        return
    yield _fields(subject, found, manifests)
    if resource.group == GATEWAY_GROUP:
        for target, release in sorted({(one.target, release) for one in exposures for release in one.crds if release.startswith(_STANDARD)}):
            yield _bundle(subject, found, target, release)
            yield _channel(subject, found, target, release)


def _fields(subject: str, found: Definition, manifests: Sequence[Object]) -> Judgement:
    """The definition against the manifests themselves: what it does not accept the server refuses or drops."""
    claimed, judge = "it accepts what is written", Judge(found.facts)
    refused: dict[str, str] = {}
    for one in manifests:
        for finding in judge.verdict(one).findings:
            refused.setdefault(f"{_INDEX.sub('[]', finding.path)} {finding.rule}", f"{ObjectId.of(one)}: {finding.message}")
    if not refused:
        return ok("crd-fields", subject, claimed, found.bundle or "every field is there")
    told = " ".join(list(refused.values())[:_TOLD]) + (f" And {len(refused) - _TOLD} more." if len(refused) > _TOLD else "")
    of = f"it is of {found.bundle}: " if found.bundle else ""
    return wrong("crd-fields", subject, claimed, f"{of}{told}", "install the CRDs of the release that the target reads, or newer ones")


def _bundle(subject: str, found: Definition, target: str, release: str) -> Judgement:
    claimed_minor, there = minor(release), minor(found.bundle)
    claimed = f"{target} reads Gateway API {written(claimed_minor) if claimed_minor else release}"
    if claimed_minor is None or there is None:
        return unknown("crd-bundle-version", subject, claimed, f"bundle-version is {found.bundle or 'not written on it'}", "install a released bundle")
    if there < claimed_minor:
        return wrong("crd-bundle-version", subject, claimed, found.bundle, f"install the CRDs of Gateway API {written(claimed_minor)}, or newer ones")
    newer = there > claimed_minor
    return ok("crd-bundle-version", subject, claimed, f"{found.bundle}, newer than what is read: newer fields stay unused" if newer else found.bundle)


def _channel(subject: str, found: Definition, target: str, release: str) -> Judgement:
    wanted = release.rpartition("-")[2]
    claimed = f"{target} reads the {wanted} channel"
    if found.channel == wanted:
        return ok("crd-channel", subject, claimed, found.channel)
    if not found.channel:
        return unknown("crd-channel", subject, claimed, "the definition names no channel", "install a released bundle")
    if wanted == "standard":
        return ok("crd-channel", subject, claimed, f"{found.channel}, which holds all of the standard channel")
    return wrong("crd-channel", subject, claimed, found.channel, f"install the {wanted} channel")
