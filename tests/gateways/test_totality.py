"""Every field of every protection, on every target at every version, is enforced, conditional or refused with a reason and a source."""

import importlib
import pkgutil

import attrs
import pytest

from gatewright import protection
from gatewright.admission import schema
from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.gateways.registry import TARGETS, every_target
from gatewright.protection.feature import FEATURES, OF_FIELD

# No protections: how they are composed, compared, named or fenced, and what intents come down to besides.
OTHERS = {
    "compose": {"Layer", "Composed"},
    "order": {"Weakness"},
    "entry": {"Entry", "Rule", "Target"},
    "exemption": {"Exemption"},
    "unknown": {"Unknown"},
    "fence": {"Fenced", "NotFenced"},
    "client": {"Forgeable"},
    "access": {"Tokens", "OidcLogin", "ApiKeys", "BasicUsers", "ExternalAuthorizer", "ClientCertificates"},  # read, not yet written: no intent asks for them
    "bounds": {"Alterations", "ConnectionBounds", "Extensions", "Mirrored", "CountedLimit"},
    "browser": {"CrossOrigin", "SameOrigin"},
    "dimension": {"Dimension", "Comparison"},
    "transport": {"Plaintext", "Authority", "StatedTls"},
    "lowered": {"Caller", "LoweredBackend", "LoweredGateway", "LoweredGrant", "LoweredRoute", "Origin", "Relaxed"},
}
TARGETED = [*every_target(), EnvoyGateway("1.9", backend_api=True, rate_limit_service="fail-closed")]
GROUPS = {
    "Gateway": "gateway.networking.k8s.io", "HTTPRoute": "gateway.networking.k8s.io", "BackendTLSPolicy": "gateway.networking.k8s.io",
    "ReferenceGrant": "gateway.networking.k8s.io", "Certificate": "cert-manager.io", "NetworkPolicy": "networking.k8s.io",
}  # fmt: skip


def protections():
    for found in pkgutil.iter_modules(protection.__path__):
        module = importlib.import_module(f"gatewright.protection.{found.name}")
        for name, value in vars(module).items():
            if isinstance(value, type) and attrs.has(value) and value.__module__ == module.__name__ and name not in OTHERS.get(found.name, ()):
                yield value


def test_every_value_class_is_a_protection_or_named_as_something_else():
    known = {f"{module}.{name}" for module, names in OTHERS.items() for name in names}
    modules = {one.name: importlib.import_module(f"gatewright.protection.{one.name}") for one in pkgutil.iter_modules(protection.__path__)}
    found = {f"{module}.{name}" for module, members in modules.items() for name in vars(members)}
    assert known <= found


@pytest.mark.parametrize("kind", list(protections()), ids=lambda kind: kind.__name__)
def test_every_field_of_every_protection_has_features(kind):
    fields = {field.name for field in attrs.fields(kind)}
    assert set(OF_FIELD[kind]) == fields
    assert all(names and set(names) <= set(FEATURES) for names in OF_FIELD[kind].values())


@pytest.mark.parametrize("target", TARGETED, ids=lambda target: target.title)
def test_every_feature_has_a_row_and_every_row_a_feature(target):
    assert set(target.rows()) == set(FEATURES)


@pytest.mark.parametrize(("target", "feature"), [(target, feature) for target in TARGETED for feature in FEATURES], ids=str)
def test_every_row_says_where_or_why_not(target, feature):
    row = target.rows()[feature]
    if row.verdict == "refused":
        assert row.reason
        assert row.source
        assert not row.field
        return
    assert row.field
    assert row.reason or row.verdict == "enforced"
    assert "  " not in row.reason
    facts = schema.load(*target.crds)
    for pattern in row.field.split(" | "):
        kind, _, path = pattern.partition(" ")
        group = GROUPS.get(kind, "gateway.envoyproxy.io")
        known = facts.kind(group, kind)
        assert known, f"{target.crds} have no {kind}"
        served = [version.schema for version in known.versions.values() if version.served]
        assert any(one.at(path.replace("[]", "")) for one in served), f"{kind} has no {path} in {target.crds}"


@pytest.mark.parametrize("name", list(TARGETS))
def test_every_condition_that_needs_a_setting_can_be_met(name):
    from gatewright.gateways.bare.claims import KNOWN
    from gatewright.gateways.bare.target import GatewayApi

    full = {"envoy-gateway": EnvoyGateway("1.9", rate_limit_service="fail-closed"), "gateway-api": GatewayApi("1.7", supports=KNOWN)}[name]
    needed = {row.needs for row in full.rows().values() if row.needs}
    assert needed <= full.settings


def test_targets_say_their_names_once():
    titles = [target.title for target in every_target()]
    assert len(titles) == len(set(titles))
    assert titles == ["Envoy Gateway 1.8", "Envoy Gateway 1.9", "Gateway API 1.5", "Gateway API 1.6", "Gateway API 1.7"]
