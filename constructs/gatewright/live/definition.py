"""A custom resource definition as a cluster has it: which release it says it is, and what it accepts."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.admission.crds import facts_of
from gatewright.admission.schema import Facts
from gatewright.errors import InputError
from gatewright.gateways.fields import at, mapping, text
from gatewright.live.cluster import Absent, Found, Withheld
from gatewright.live.reader import Reader, Resource

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
# Gateway API: apis/v1/doc.go and every CRD of a release (1.4 to 1.7).
BUNDLE, CHANNEL = "gateway.networking.k8s.io/bundle-version", "gateway.networking.k8s.io/channel"
_RELEASE = "app.kubernetes.io/version"  # of charts and published bundles, where a project writes nothing of its own


@attrs.frozen
class Definition:
    """``bundle`` and ``channel`` are empty where the definition does not say."""

    bundle: str
    channel: str
    facts: Facts


def installed(reader: Reader, resource: Resource) -> Definition | Absent | Withheld:
    """The definition behind a kind that the server serves."""
    answer = reader.get(f"{_CRDS}/{resource.plural}.{resource.group}")
    if not isinstance(answer, Found):
        return answer
    try:
        return _definition(answer.body)
    except InputError as error:
        return Withheld(f"it cannot be understood: {error}")


def _definition(body: Mapping[str, object]) -> Definition:
    annotations, labels = mapping(at(body, "metadata", "annotations")), mapping(at(body, "metadata", "labels"))
    bundle = text(annotations.get(BUNDLE)) or text(labels.get(_RELEASE)) or ""
    return Definition(bundle, text(annotations.get(CHANNEL)) or "", facts_of([body]))
