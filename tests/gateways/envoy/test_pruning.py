"""Fields that the definitions of 1.8 do not have protect nothing in a cluster of 1.8."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.gateways.envoy.effects.pruning import pruned
from gatewright.protection.access import ClientCertificates
from gatewright.protection.bounds import Extensions
from tests.gateways.envoy.world import GATEWAY_REF, effects_of, gateway, listener, on_rule, policy, ref, route, said

EXPIRED = {"tls": {"clientValidation": {"caCertificateRefs": [{"name": "ca"}], "allowExpiredCertificate": True}}}
WATCHING = {"extProc": [{"backendRefs": [{"name": "x", "port": 80}], "shadowMode": True}]}


def test_what_is_known_is_left_as_it_is():
    spec = {"tls": {"minVersion": "1.2"}, "targetRefs": [{"kind": "Gateway"}]}
    assert pruned("ClientTrafficPolicy", "1.8", spec) == (spec, ())
    assert pruned("ClientTrafficPolicy", "1.8", spec)[0] is spec


@pytest.mark.parametrize("version", ["1.9", ""])
def test_the_newest_knows_everything(version):
    assert pruned("ClientTrafficPolicy", version, EXPIRED)[0] is EXPIRED


def test_what_is_not_known_is_dropped_and_told():
    kept, dropped = pruned("ClientTrafficPolicy", "1.8", EXPIRED)
    assert kept == {"tls": {"clientValidation": {"caCertificateRefs": [{"name": "ca"}]}}}
    assert dropped == (("spec", "tls", "clientValidation", "allowExpiredCertificate"),)
    assert "allowExpiredCertificate" in str(EXPIRED), "what was read stays as it was"


def test_items_of_lists_keep_their_places():
    kept, dropped = pruned("EnvoyExtensionPolicy", "1.8", {"extProc": [{}, {"shadowMode": True}], "mergeType": "JSONMerge"})
    assert kept == {"extProc": [{}, {}]}
    assert dropped == (("spec", "extProc", 1, "shadowMode"), ("spec", "mergeType"))


def test_rules_of_an_authorization_are_doubted_and_not_cut():
    spec = {"authorization": {"rules": [{"cel": "x"}]}}
    assert pruned("SecurityPolicy", "1.8", spec) == (spec, ())


@pytest.mark.parametrize("junk", [None, 1, "x", [], [1], {"tls": []}, {"tls": {"clientValidation": [None]}}, {1: {2: 3}}])
def test_nothing_makes_it_fall(junk):
    pruned("ClientTrafficPolicy", "1.8", junk if isinstance(junk, dict) else {"tls": junk})
    assert pruned("Strange", "1.8", {"a": junk}) == ({"a": junk}, ())


def found(version: str, kind: str, target: Any, spec: Any, of: str) -> Any:
    effects = effects_of([gateway(listener("web", 443, "HTTPS")), route(), policy("p", target, kind=kind, **spec)], version)
    where = next(each for served in effects.topology.gateways.values() for each in served.listeners)
    guards = (*effects.on_listener(where), *on_rule(effects).guards)
    return next(one.value for one in guards if one.kind == of), [one.path for one in effects.ignored()]


def test_expired_certificates_are_refused_where_nobody_reads_that_they_may_pass():
    for version, passes in (("1.8", False), ("1.9", True)):
        value, ignored = found(version, "ClientTrafficPolicy", GATEWAY_REF, EXPIRED, "client-certificate")
        assert isinstance(value, ClientCertificates)
        assert (value.expired, bool(ignored)) == (passes, not passes)


def test_a_processor_that_only_watches_changes_everything_where_that_is_not_read():
    value, ignored = found("1.8", "EnvoyExtensionPolicy", ref(), WATCHING, "extension")
    assert value == Extensions(("external processor app/x:80",))
    assert ignored == [("spec", "extProc", 0, "shadowMode")]
    assert said(on_rule(effects_of([gateway(), route(), policy("p", ref(), kind="EnvoyExtensionPolicy", **WATCHING)])), "extension") == (
        Extensions(("external processor app/x:80, which only watches",))
    )
