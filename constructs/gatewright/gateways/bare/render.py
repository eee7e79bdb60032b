"""Core objects alone: what every gateway writes, without a policy beside it."""

from __future__ import annotations

from gatewright.manifest.text import JsonObject
from gatewright.protection.entry import Respond
from gatewright.protection.fence import Fenced
from gatewright.protection.lowered import IssuedCertificate, Lowered, LoweredBackend, LoweredGateway, LoweredRoute
from gatewright.protection.transport import BackendTls
from gatewright.standard.backend import backend_tls, fence
from gatewright.standard.certificate import certificate
from gatewright.standard.gateway import gateway, has_plain, redirect_route
from gatewright.standard.grant import backend_grants, certificate_grants, grant
from gatewright.standard.httproute import http_route
from gatewright.standard.limits import parts


def render(lowered: Lowered, class_name: str) -> tuple[JsonObject, ...]:
    """The objects of a value whose every feature the standard carries."""
    if isinstance(lowered, LoweredGateway):
        return _gateway(lowered, class_name)
    if isinstance(lowered, LoweredRoute):
        grants = [made for one in backend_grants(lowered) for made in grant(one)]
        return (*grants, *(http_route(lowered, part, _unanswered) for part in parts(lowered.hosts, lowered.rules)))
    if isinstance(lowered, LoweredBackend):
        return _backend(lowered)
    return grant(lowered)


def _gateway(lowered: LoweredGateway, class_name: str) -> tuple[JsonObject, ...]:
    objects = [made for one in certificate_grants(lowered) for made in grant(one)]
    objects += [certificate(lowered, one, one.certificate) for one in lowered.listeners if isinstance(one.certificate, IssuedCertificate)]
    objects.append(gateway(lowered, class_name, None))
    objects += [redirect_route(lowered, one) for one in lowered.listeners if one.plaintext == "redirect" and has_plain(one)]
    return tuple(objects)


def _backend(lowered: LoweredBackend) -> tuple[JsonObject, ...]:
    objects = [fence(lowered)] if isinstance(lowered.fence, Fenced) else []
    return (*objects, backend_tls(lowered, lowered.hop)) if isinstance(lowered.hop, BackendTls) else tuple(objects)


def _unanswered(answer: Respond) -> JsonObject:
    raise TypeError(f"the standard answers nothing by itself, such as {answer.status}; the feature is refused before anything is rendered")
