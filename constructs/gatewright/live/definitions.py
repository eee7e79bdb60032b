"""Are the kinds installed that the manifests are of, in a release that the target reads, with every field that is written?

A custom resource definition says which release it is of, and holds all that it accepts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import attrs

from gatewright.admission.crds import facts_of
from gatewright.admission.judge import Judge
from gatewright.admission.schema import Facts, load
from gatewright.errors import InputError
from gatewright.gateways.fields import at, mapping, text
from gatewright.live.cluster import Absent, Found, Withheld
from gatewright.live.folder import Exposed, Written
from gatewright.live.judgement import Judgement, ok, unknown, unread, wrong
from gatewright.live.reader import Object, Reader, Resource, leaving
from gatewright.live.versions import minor, written
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP

BUILT_IN = frozenset({"", "networking.k8s.io", "apps", "batch", "policy", "rbac.authorization.k8s.io"})
_STANDARD = "gateway-api-"
_CRD, _ACCEPTS = "CustomResourceDefinition", "it accepts what is written"
_INDEX, _TOLD = re.compile(r"\[\d+\]"), 3
READABLE = "let whoever runs this read customresourcedefinitions (get), which hold no secrets"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
# Gateway API: apis/v1/doc.go and every CRD of a release (1.4 to 1.7).
BUNDLE, CHANNEL = "gateway.networking.k8s.io/bundle-version", "gateway.networking.k8s.io/channel"
_RELEASE = "app.kubernetes.io/version"  # of charts and published bundles, where a project writes nothing of its own


@attrs.frozen
class Definition:
    """``bundle`` and ``channel`` are empty where the definition does not say; ``leaving``: it is being deleted."""

    bundle: str
    channel: str
    facts: Facts
    leaving: bool = False


_UNSEEN = Definition("", "", Facts((), {}))


def installed(reader: Reader, resource: Resource) -> Definition | Absent | Withheld:
    """The definition behind a kind that the server serves."""
    answer = reader.get(f"{_CRDS}/{resource.plural}.{resource.group}")
    if not isinstance(answer, Found):
        return answer
    try:
        return _described(answer.body)
    except InputError as error:
        return Withheld(f"it cannot be understood: {error}")


def _described(body: Mapping[str, object]) -> Definition:
    annotations, labels = mapping(at(body, "metadata", "annotations")), mapping(at(body, "metadata", "labels"))
    bundle = text(annotations.get(BUNDLE)) or text(labels.get(_RELEASE)) or ""
    return Definition(bundle, text(annotations.get(CHANNEL)) or "", facts_of([body]), leaving(body))


def definitions(objects: Written, reader: Reader) -> Iterator[Judgement]:
    """One judgement for each kind and version that is written, then for the release and the fields of each definition."""
    for (api_version, kind), manifests in sorted(_by_kind(objects.objects).items()):
        subject, claimed = f"{kind} {api_version}", f"the cluster serves it; {len(manifests)} manifest(s) are of it"
        resource, group = reader.resource(api_version, kind), api_version.rpartition("/")[0]
        known = {name: found for one in objects.exposures for name in one.crds if (found := load(name).kind(group, kind))}
        if isinstance(resource, Withheld):
            name = next((f"{one.plural}.{group}" for one in known.values()), f"{kind}.{group}")
            unseen = (ok("crd-installed", subject, claimed), *_unseen(objects.exposures, name))
            yield from unread(unseen, resource.reason, "let whoever runs this use discovery (system:discovery)")
        elif isinstance(resource, Absent):
            fix = f"install the CRDs of {', '.join(known) or group}"
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
    name = f"{resource.plural}.{resource.group}"
    found = installed(reader, resource)
    if isinstance(found, Definition):
        yield _fields(f"{_CRD} {name}", found, manifests)
        yield from _release_of(exposures, name, found)
    else:
        reason = found.reason if isinstance(found, Withheld) else "the kind is served, but by no CustomResourceDefinition"
        yield from unread(_unseen(exposures, name), reason, READABLE)


def _unseen(exposures: Sequence[Exposed], name: str) -> Iterator[Judgement]:
    """What would have been judged of a definition that cannot be read."""
    if name.partition(".")[2] not in BUILT_IN:
        yield ok("crd-fields", f"{_CRD} {name}", _ACCEPTS)
        yield from _release_of(exposures, name, _UNSEEN)


def _release_of(exposures: Sequence[Exposed], name: str, found: Definition) -> Iterator[Judgement]:
    if name.partition(".")[2] == GATEWAY_GROUP:
        for target, release in sorted({(one.target, release) for one in exposures for release in one.crds if release.startswith(_STANDARD)}):
            yield _bundle(f"{_CRD} {name}", found, target, release)
            yield _channel(f"{_CRD} {name}", found, target, release)


def _fields(subject: str, found: Definition, manifests: Sequence[Object]) -> Judgement:
    """The definition, its rules included, against the manifests themselves: what it does not accept the server refuses or drops."""
    if found.leaving:
        return wrong("crd-fields", subject, _ACCEPTS, "it is being deleted, with every object of it", "install it again, and find out who removed it")
    try:
        judge, untold = _with_rules(found.facts), ""
        verdicts = [judge.verdict(one) for one in manifests]
    except InputError as missing:  # the extra
        judge, untold = Judge(found.facts), f"every field is there, but its rules were not judged: {missing}"
        verdicts = [judge.verdict(one) for one in manifests]
    refused: dict[str, str] = {}
    for one, verdict in zip(manifests, verdicts, strict=True):
        for finding in verdict.findings:
            refused.setdefault(f"{_INDEX.sub('[]', finding.path)} {finding.rule}", f"{ObjectId.of(one)}: {finding.message}")
        if verdict.verdict == "not-judged" or verdict.unjudged:
            untold = untold or f"{ObjectId.of(one)}: {verdict.reason or f'{verdict.unjudged} rule(s) could not be judged'}"
    of = f"it is of {found.bundle}: " if found.bundle else ""
    if refused:
        told = " ".join(list(refused.values())[:_TOLD]) + (f" And {len(refused) - _TOLD} more." if len(refused) > _TOLD else "")
        return wrong("crd-fields", subject, _ACCEPTS, f"{of}{told}", "install the CRDs of the release that the target reads, or newer ones")
    if untold:
        return unknown("crd-fields", subject, _ACCEPTS, f"{of}{untold}")
    return ok("crd-fields", subject, _ACCEPTS, found.bundle or "every field is there")


def _with_rules(facts: Facts) -> Judge:
    from gatewright.admission.cel.book import CelBook  # only here: it brings Google's runtime

    return Judge(facts, CelBook())


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
