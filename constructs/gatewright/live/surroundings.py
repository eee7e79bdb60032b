"""Is everything there that the manifests lean on: namespaces, issuers, Secrets and ConfigMaps with their keys, Services with their ports?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gatewright.gateways.fields import at, items, mapping
from gatewright.live.cluster import Absent, Answer, Found, Withheld
from gatewright.live.conditions import conditions, generation, is_said
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, unknown, wrong
from gatewright.live.reader import Object, Reader, Resource, leaving
from gatewright.live.references import Reference, outside
from gatewright.manifest.identity import ObjectId

# The keys of a Secret or ConfigMap behind a field of Gateway API (apis/v1: Listener, BackendTLSPolicy).
_KEYS = {"certificateRefs": ("tls.crt", "tls.key"), "clientCertificateRef": ("tls.crt", "tls.key"), "caCertificateRefs": ("ca.crt",)}
_DATA = ("f:data", "f:binaryData", "f:stringData")


def namespaces(written: Written, reader: Reader) -> Iterator[Judgement]:
    """One judgement for each namespace that something is written into."""
    for name in sorted(written.namespaces):
        subject, claimed = f"Namespace {name}", "it is there: namespaces are referred to, never made"
        answer = reader.object("v1", "Namespace", "", name)
        if isinstance(answer, Withheld):
            yield unknown("namespace", subject, claimed, answer.reason, "let whoever runs this read namespaces (get)")
        elif isinstance(answer, Absent):
            yield wrong("namespace", subject, claimed, "there is none of this name", "make it, or correct the namespace of the intents")
        elif leaving(answer.body):
            yield wrong("namespace", subject, claimed, *_LEAVING)
        else:
            yield ok("namespace", subject, claimed, "there")


def surroundings(written: Written, reader: Reader) -> Iterator[Judgement]:
    """One judgement or more for each object that is referred to and not written."""
    keys = {**_KEYS, **{field: found for one in written.installations for field, found in one.keys.items()}}
    for to, by in outside(written).items():
        needed = sorted({key for one in by for key in keys.get(one.field, ())})
        claimed = f"it is there{' with ' + ', '.join(needed) if needed else ''}, for {_holders(by)}"
        secret = (to.group, to.kind) in (("", "Secret"), ("", "ConfigMap"))
        answer = _answer(to, reader, metadata_only=secret)
        check = _CHECKS.get(to.kind, "reference")
        if isinstance(answer, Withheld):
            where = f" in {to.namespace}" if to.namespace else ""
            yield unknown(check, str(to), claimed, answer.reason, f"let whoever runs this read it (get{where}){_NEVER_READ if secret else ''}")
        elif isinstance(answer, Absent):
            yield wrong(check, str(to), claimed, "there is none of this name", "make it, or correct the intent that names it")
        elif leaving(answer.body):
            yield wrong(check, str(to), claimed, *_LEAVING)
        elif secret:
            yield _keys(check, to, claimed, needed, answer)
        elif to.kind == "Service":
            yield from _ports(to, claimed, by, answer)
        elif check == "issuer":
            fix = "mend the issuer: without it no certificate is made"
            yield is_said(check, str(to), conditions(at(answer.body, "status")), "Ready", generation(answer.body), fix)
        else:
            yield ok(check, str(to), claimed, "there")


_CHECKS = {"Secret": "secret", "ConfigMap": "config-map", "Service": "service", "Issuer": "issuer", "ClusterIssuer": "issuer"}
_LEAVING = ("it is being deleted", "wait until it is gone, and make it again")
_NEVER_READ = "; only its metadata is ever asked for"


def _holders(by: Sequence[Reference]) -> str:
    names = list(dict.fromkeys(str(one.by) for one in by))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _answer(to: ObjectId, reader: Reader, *, metadata_only: bool) -> Answer:
    if not to.group:
        return reader.object("v1", to.kind, to.namespace, to.name, metadata_only=metadata_only)
    kinds = reader.kinds(to.group)
    if isinstance(kinds, Withheld):
        return kinds
    resource: Resource | None = next((one for one in kinds if one.kind == to.kind), None)
    return Absent() if resource is None else reader.get(resource.path(to.namespace, to.name))


def _keys(check: str, to: ObjectId, claimed: str, needed: Sequence[str], answer: Found) -> Judgement:
    """By the names of the keys that were ever written (``managedFields``): neither a value nor its length is asked for."""
    found = _written_keys(answer.body)
    if not needed:
        return ok(check, str(to), claimed, "there")
    if not found:
        told = "there, but which keys it has cannot be told without reading it"
        return unknown(check, str(to), claimed, told, f"see yourself whether it has {', '.join(needed)}")
    if missing := [key for key in needed if key not in found]:
        return wrong(check, str(to), claimed, f"it has {', '.join(sorted(found))}", f"add {', '.join(missing)}")
    return ok(check, str(to), claimed, f"it has {', '.join(sorted(found))}")


def _written_keys(body: Object) -> frozenset[str]:
    """The names of keys under ``data``, as the managers of the object say."""
    fields = [mapping(at(one, "fieldsV1", part)) for one in items(at(body, "metadata", "managedFields")) for part in _DATA]
    return frozenset(str(key).removeprefix("f:") for one in fields for key in one if str(key).startswith("f:"))


def _ports(to: ObjectId, claimed: str, by: Sequence[Reference], answer: Found) -> Iterator[Judgement]:
    there = [at(one, "port") for one in items(at(answer.body, "spec", "ports"))]
    wanted: Mapping[int, list[Reference]] = {one.port: [each for each in by if each.port == one.port] for one in by if one.port is not None}
    if not wanted:
        yield ok("service", str(to), claimed, "there")
    for port, holders in sorted(wanted.items()):
        at_port = f"it has port {port}, for {_holders(holders)}"
        if port in there:
            yield ok("service", str(to), at_port, "there")
        else:
            yield wrong("service", str(to), at_port, f"its ports are {', '.join(map(str, there)) or 'none'}", "correct the Service, or the port of the backend")
