"""What objects that policies name hold, as far as they are among the manifests: names and digests, never a key or a password.

A comparison sees by these that other people hold keys, that other authorities are believed, or that other code runs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from gatewright.gateways.fields import at, items, mapping, text
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.world.world import World

_PEM = re.compile(r"-----BEGIN (?:TRUSTED )?CERTIFICATE-----(.*?)-----END", re.DOTALL)


def digest(value: object) -> str:
    """Twelve hexadecimal digits that another value has not, whatever the order of keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode(errors="surrogatepass")).hexdigest()[:12]


def flat(value: object, path: str = "") -> Iterator[str]:
    """Each leaf as ``path value``, in the order of names; of what stands under a name that sounds like a secret nothing is taken here."""
    if isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from flat(value[key], f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for one in value:
            yield from flat(one, path)
    elif value is not None:
        yield f"{path} {value}"


@attrs.frozen(eq=False)
class Contents:
    """The contents of objects in one world. Nothing is told of an object that is not here."""

    world: World
    _verified: dict[tuple[str, str, str], list[str]] = attrs.field(factory=dict, init=False)

    def names(self, one: ObjectId) -> tuple[str, ...] | None:
        """The keys of a Secret, sorted: of API keys those are the clients. None: it is not here, or holds nothing that is shown."""
        held = self._held(one)
        return tuple(sorted(map(str, held))) if held else None

    def users(self, one: ObjectId) -> tuple[str, ...] | None:
        """Who is in the ``.htpasswd`` of a Secret, sorted, without their passwords; None: that is not here."""
        written = self._text(one, ".htpasswd")
        if written is None:
            return None
        lines = (line.strip() for line in written.splitlines())
        return tuple(sorted({line.partition(":")[0] for line in lines if ":" in line and not line.startswith("#")}))

    def certificates(self, ones: Sequence[ObjectId], keys: Sequence[str] = ("ca.crt",)) -> tuple[str, ...] | None:
        """A digest of each certificate that stands under the first of the keys there is, or the only one, sorted; None: not all are here."""
        found: set[str] = set()
        for one in ones:
            written = self._text(one, *keys)
            if written is None:
                return None
            found |= {digest("".join(each.split())) for each in _PEM.findall(written)} or {digest(written)}
        return tuple(sorted(found)) if ones else None

    def digest(self, one: ObjectId, *keys: str) -> str:
        """Of what stands under the first of the keys there is, or the only one; of a ConfigMap without these of all. Empty: it is not here."""
        written = self._text(one, *keys)
        if written is not None:
            return digest(written)
        return digest(dict(self._held(one))) if one.kind == "ConfigMap" and self._held(one) else ""

    def told(self, one: ObjectId, *keys: str) -> str:
        """`` (sha256 …)``, or nothing."""
        found = self.digest(one, *keys)
        return f" (sha256 {found})" if found else ""

    def leads(self, namespace: str, ref: object) -> str:
        """Where a reference from a namespace to a Service or Backend leads: its pods or endpoints, and how TLS to it is verified, in words."""
        kind = text(at(ref, "kind")) or "Service"
        one = ObjectId(text(at(ref, "group")) or "", kind, text(at(ref, "namespace")) or namespace, text(at(ref, "name")) or "")
        port = at(ref, "port")
        name = f"{'' if kind == 'Service' else f'{kind} '}{one.namespace}/{one.name}{f':{port}' if port is not None else ''}"
        loaded = self.world.get(one)
        said = [name, *(self._pods(loaded, port) if loaded is not None else ()), *sorted(self._tls(one))]
        return ", ".join(said)

    def _pods(self, loaded: Loaded, port: object) -> Iterator[str]:
        spec = at(loaded.manifest, "spec")
        if loaded.id.kind != "Service":
            yield f"set up as {digest(spec)}"
            return
        if (name := text(at(spec, "externalName"))) is not None:
            yield f"which is {name}"
        labels = ",".join(f"{key}={value}" for key, value in sorted(mapping(at(spec, "selector")).items(), key=str))
        target = next((at(each, "targetPort") or port for each in items(at(spec, "ports")) if at(each, "port") == port), port)
        yield f"pods {labels or 'led by hand'} at {target}"

    def _tls(self, one: ObjectId) -> Iterator[str]:
        """Every BackendTLSPolicy that names it."""
        if not self._verified:
            self._verified["", "", ""] = []
            for loaded in self.world.of_kind(GATEWAY_GROUP, "BackendTLSPolicy"):
                validation = at(loaded.manifest, "spec", "validation")
                for ref in items(at(loaded.manifest, "spec", "targetRefs")):
                    key = (loaded.id.namespace, str(at(ref, "kind")), str(at(ref, "name")))
                    words = f"TLS verified for {at(validation, 'hostname')} as {digest(validation)}"
                    self._verified.setdefault(key, []).append(words)
        yield from self._verified.get((one.namespace, one.kind, one.name), ())

    def _held(self, one: ObjectId) -> Mapping[object, object]:
        loaded = self.world.get(one)
        if loaded is None:
            return {}
        return {
            **mapping(at(loaded.manifest, "data")),
            **mapping(at(loaded.manifest, "binaryData")),
            **mapping(at(loaded.manifest, "stringData")),
        }

    def _text(self, one: ObjectId, *keys: str) -> str | None:
        """In clear; None: there is none, or it is not shown."""
        loaded, held = self.world.get(one), self._held(one)
        key = next((key for key in keys if key in held), str(next(iter(held))) if len(held) == 1 else "")
        written = text(held.get(key)) if key else None
        if loaded is None or not written:
            return None
        if one.kind != "Secret" or key in mapping(at(loaded.manifest, "stringData")):
            return written
        try:
            return base64.b64decode(written, validate=True).decode(errors="replace")
        except (binascii.Error, ValueError):
            return written
