"""NetworkPolicies, which Go code judges and no definition, are judged as the server judges them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gatewright.admission.judge import Judge
from gatewright.admission.schema import load
from tests.servers.apiserver.pool import Pool

pytestmark = pytest.mark.servers
SPECS: list[dict[str, Any]] = [
    {"podSelector": {}},
    {},
    {"podSelector": None},
    {"podSelector": {"matchLabels": {"a": "b c"}}},
    {"podSelector": {"matchLabels": {"a b": "c"}}},
    {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}},
    {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Foo", "values": ["a"]}]}},
    {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["a"]}]}},
    {"podSelector": {}, "policyTypes": ["Foo"]},
    {"podSelector": {}, "policyTypes": ["Ingress", "Egress", "Ingress"]},
    {"podSelector": {}, "policyTypes": ["Ingress", "Ingress"]},
    {"podSelector": {}, "ingress": [{}]},
    {"podSelector": {}, "ingress": [None]},
    {"podSelector": {}, "ingress": None},
    {"podSelector": {}, "ingress": [{"from": [{}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/33"}}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "010.0.0.0/8"}}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.1/8"}}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/8"]}}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]}}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": 0}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": 65536}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": "http"}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": "80"}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": "a-very-long-port-name"}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": "A"}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": 80, "endPort": 79}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": "http", "endPort": 90}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"endPort": 90}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": 80, "protocol": "TPC"}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": 80.0}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": 80.5}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": None}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": True}]}]},
    {"podSelector": {}, "other": 1},
    {"podSelector": {}, "ingress": {}},
    {"podSelector": {}, "policyTypes": [None]},
    {"podSelector": {}, "policyTypes": [""]},
    {"podSelector": {}, "egress": [{"to": [{"namespaceSelector": {}}]}]},
    {"podSelector": {}, "egress": [{"to": [{"namespaceSelector": None}]}]},
    {"podSelector": {}, "egress": [{"to": [None]}]},
    {"podSelector": {}, "egress": [{"ports": [None]}]},
    {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b c"]}]}},
    {"podSelector": {"matchExpressions": [{"key": "", "operator": "Exists"}]}},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "::ffff:10.0.0.0/104"}}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "2001:db8::/032"}}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "::/0", "except": ["10.0.0.0/8"]}}]}]},
    {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "::/0", "except": ["2001:db8::/32", "2001:db8::1/32"]}}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": "a--b"}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": "-a"}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": ""}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": 80, "endPort": 65536}]}]},
    {"podSelector": {}, "egress": [{"to": [{"ipBlock": {}}]}]},
    {"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "namespaceSelector": None}]}]},
    {"podSelector": {}, "ingress": [{"ports": [{"port": 80, "endPort": 90.0}]}]},
    {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": [None]}]}},
    {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": None}]}},
]  # fmt: skip


def policy(spec: dict[str, Any], name: str = "a") -> dict[str, Any]:
    """A policy with that spec."""
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name, "namespace": "network-policy"}, "spec": spec}


def test_policies_are_judged_alike(apiserver: Pool) -> None:
    server, judge = apiserver("networking-v1"), Judge(load("networking-v1"))
    found = []
    for spec in SPECS:
        answer, verdict = server.create(policy(spec)), judge.verdict(policy(spec))
        if answer.ok != (verdict.verdict == "accepted"):
            found.append(f"{json.dumps(spec)}\n  server {answer.status} {answer.message}\n  ours {verdict}")
    assert not found, "\n".join(found)


def test_updates_are_judged_alike(apiserver: Pool) -> None:
    server, judge = apiserver("networking-v1"), Judge(load("networking-v1"))
    old = policy({"podSelector": {"matchLabels": {"a": "b"}}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}, "old")
    stored = server.create(old, dry_run=False)
    assert stored.status == 201, stored.message
    try:
        for spec in SPECS:
            new = {**stored.body, "spec": spec}
            answer, verdict = server.update(new), judge.verdict(new, stored.body)
            assert answer.ok == (verdict.verdict == "accepted"), (spec, answer, verdict)
    finally:
        server.delete(old)
