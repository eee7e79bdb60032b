"""Client certificates that a Gateway asks for (``spec.tls.frontend``, Gateway API 1.5 to 1.7): one statement a port, never one a listener."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.manifest.fields import at, items, mapping
from gatewright.standard.topology.route import FieldPath


def frontend(manifest: Mapping[str, object], port: int) -> tuple[Mapping[object, object], FieldPath] | None:
    """What holds for HTTPS on a port of this Gateway, as it is written, and where that is; None: no certificate is asked for.

    What is written: ``caCertificateRefs`` and ``mode``, and nothing of them where it is no object. An item of ``perPort`` stands in place of
    ``default`` as a whole, also where it asks for nothing.
    """
    stated = at(manifest, "spec", "tls", "frontend")
    for index, item in enumerate(items(at(stated, "perPort"))):
        if at(item, "port") == port:
            return _validation(at(item, "tls"), ("spec", "tls", "frontend", "perPort", index, "tls", "validation"))
    return _validation(at(stated, "default"), ("spec", "tls", "frontend", "default", "validation"))


def _validation(holder: object, path: FieldPath) -> tuple[Mapping[object, object], FieldPath] | None:
    validation = at(holder, "validation")
    return None if validation is None else (mapping(validation), path)
