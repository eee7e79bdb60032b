"""`pulumi up` for real: the estate's own program, the real engine, a real API server.

Only the two plugins between them are ours, see ``provider.py`` and ``language.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import pulumi.automation as auto
import pytest

from tests.servers.apiserver.server import ApiServer
from tests.servers.pulumi.conftest import Manifest, manifests, there
from tests.servers.pulumi.project import PASSPHRASE, Project
from tests.servers.pulumi.provider import pruned
from tests.servers.pulumi.steps import Run, guards

pytestmark = pytest.mark.servers

POLICY = {"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "SecurityPolicy", "metadata": {"namespace": "partners"}}


def _policy(name: str) -> Manifest:
    return {**POLICY, "metadata": {"namespace": "partners", "name": name}}


def _versions(server: ApiServer, stack: str) -> dict[str, str]:
    """Resource versions of all objects of the kinds that the stack writes."""
    return {f"{one['kind']} {_id(one)}": one["metadata"]["resourceVersion"] for one in there(server, manifests(stack))}


def _id(one: Manifest) -> str:
    return f"{one['metadata']['namespace']}/{one['metadata']['name']}"


def _backwards(one: Run) -> Run:
    return attrs.evolve(one, steps=tuple(attrs.evolve(step, began=-step.ended, ended=-step.began) for step in one.steps))


def test_a_stack_from_its_first_preview_to_its_end(project: Callable[[str], Project], golden: Callable[[str, str], None]) -> None:
    one = project("azure-clinic")
    planned = one.preview()
    assert _versions(one.server, "azure-clinic") == {}

    made = one.up()
    golden("up", made.text())
    assert planned.did() == made.did()
    assert made.out_of_turn() == made.windows() == []
    assert _backwards(made).windows() != []
    for manifest in manifests("azure-clinic"):
        assert pruned(one.server.get(manifest).body, manifest) == manifest
    versions = {urn: int(each["outputs"]["metadata"]["resourceVersion"]) for urn, each in made.after.items() if "spec" in each.get("inputs", {})}
    pairs = list(guards(made.after.values()))
    assert {guarded for _, guarded in pairs} == {urn for urn in versions if ":HTTPRoute::" in urn or ":Gateway::" in urn}
    assert [pair for pair in pairs if versions[pair[0]] > versions[pair[1]]] == []  # the server's own witness

    settled = _versions(one.server, "azure-clinic")
    assert one.up().steps == ()
    assert one.refresh().steps == ()
    assert _versions(one.server, "azure-clinic") == settled

    gone = one.destroy()
    golden("destroy", gone.text())
    assert gone.out_of_turn() == gone.windows() == []
    assert _backwards(gone).windows() != []
    assert _versions(one.server, "azure-clinic") == {}
    assert one.server.token not in one.written()
    assert PASSPHRASE not in one.written()


@pytest.fixture(scope="module")
def running(project: Callable[[str], Project]) -> Iterator[Project]:
    """A stack that is up. Each test changes another part of it, and leaves it as its program says."""
    one = project("gcp-partners")
    one.up()
    yield one
    one.destroy()
    assert _versions(one.server, "gcp-partners") == {}


def test_only_what_an_intent_changes_is_touched(running: Project, golden: Callable[[str, str], None]) -> None:
    before = _versions(running.server, "gcp-partners")
    running.edit("teams/partners.py", '"/v1/orders"', '"/v2/orders"')
    running.edit("teams/partners.py", 'Scope("orders.write")', 'Scope("orders.place")')
    changed = running.up()
    golden("changed", changed.text())
    assert changed.windows() == []
    after = _versions(running.server, "gcp-partners")
    assert {name for name in after if after[name] != before.get(name)} == {"SecurityPolicy partners/orders", "HTTPRoute partners/orders"}
    assert int(after["SecurityPolicy partners/orders"]) < int(after["HTTPRoute partners/orders"])


def test_a_renamed_intent_is_there_before_the_old_one_goes(running: Project, golden: Callable[[str, str], None]) -> None:
    running.edit("teams/partners.py", '"catalog", namespace=NAMESPACE, gateway', '"wares", namespace=NAMESPACE, gateway')
    renamed = running.up()
    golden("renamed", renamed.text())
    assert renamed.out_of_turn() == renamed.windows() == []
    assert max(one.ended for one in renamed.steps if not one.goes) < min(one.began for one in renamed.steps if one.goes)


def test_what_a_hand_did_is_shown_and_undone(running: Project, golden: Callable[[str, str], None]) -> None:
    opened = {"spec": {"authorization": {"defaultAction": "Allow"}}}
    how = {"content_type": "application/merge-patch+json", "query": {"fieldManager": "kubectl-edit"}}
    assert running.server.request("PATCH", running.server.path_of(_policy("feed")), opened, **how).ok
    assert running.server.delete(_policy("health")).ok
    shown = running.refresh()
    assert shown.did() == ["delete SecurityPolicy partners/health", "update SecurityPolicy partners/feed"]
    assert '"Allow"' in shown.said
    golden("repaired", running.up().text())
    assert running.server.get(_policy("feed")).body["spec"]["authorization"]["defaultAction"] == "Deny"
    assert running.server.get(_policy("health")).ok


def test_another_way_to_a_cluster_is_no_other_cluster(running: Project) -> None:
    running.stack.workspace.env_vars["KUBECONFIG"] = running.leads("kubeconfig-of-a-colleague", "gcp-prod", "partners", host="localhost")
    running.stack.set_config("contexts.gcp-prod", auto.ConfigValue("partners"), path=True)
    assert running.up().did() == ["update Provider gcp-prod"]


def test_a_renamed_cluster_touches_nothing(running: Project) -> None:
    before = _versions(running.server, "gcp-partners")
    running.edit("clusters.py", '"gcp-prod"', '"gcp-main"')
    with pytest.raises(auto.CommandError, match="no context is configured for gcp-main; say which of your kubeconfig leads there") as unknown:
        running.up()
    assert "Traceback" not in str(unknown.value)
    running.stack.set_config("contexts.gcp-main", auto.ConfigValue("gcp-prod"), path=True)
    with pytest.raises(auto.CommandError, match="already exists in the cluster"):
        running.up()
    assert _versions(running.server, "gcp-partners") == before
    running.edit("clusters.py", '"gcp-main"', '"gcp-prod"')
    assert running.up().did() == ["delete Provider gcp-main"]


def test_a_new_listener_opens_after_its_floor_and_closes_before_it(running: Project) -> None:
    floor = "SecurityPolicy infra/public-wholesale"
    listener = 'Listener("wholesale", host="wholesale.example.com", routes_from=[NAMESPACE], certificate=certificate)'
    running.edit("teams/partners.py", "    return [Listener(", f"    return [{listener}, Listener(")
    opened = running.up()
    assert {f"create {floor}", "update Gateway infra/public"} <= set(opened.did())
    assert opened.out_of_turn() == opened.windows() == []
    running.edit("teams/partners.py", f"{listener}, ", "")
    closed = running.up()
    assert {f"delete {floor}", "update Gateway infra/public"} <= set(closed.did())
    assert closed.out_of_turn() == closed.windows() == []


def test_a_route_whose_policy_cannot_be_made_is_not_made_either(running: Project) -> None:
    stray = {**_policy("stock"), "spec": {"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "other"}]}}
    assert running.server.create(stray, dry_run=False).ok
    added = """        ProtectedRoute(
            "stock", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=["/v1/stock"], methods=["GET"], backend=CATALOG,
            access=token, require=[known, Scope("stock.read")], limits=limits, relax=expiry,
        ),
"""
    running.edit("teams/partners.py", "    ]  # fmt: skip", f"{added}    ]  # fmt: skip")
    with pytest.raises(auto.CommandError, match="partners/stock already exists in the cluster"):
        running.up()
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"namespace": "partners", "name": "stock"}}
    assert running.server.get(route).status == 404
    assert running.server.delete(stray).ok
    mended = set(running.up().did())  # how much of what stands beside them the failed run had made is the engine's affair
    assert {"create HTTPRoute partners/stock", "create SecurityPolicy partners/stock"} <= mended
    assert all(step.startswith("create ") and "stock" in step for step in mended)


def test_what_cannot_be_enforced_is_said_without_a_traceback(running: Project) -> None:
    running.edit("teams/partners.py", 'traffic="stream", relax=expiry', 'traffic="stream"')
    with pytest.raises(auto.CommandError, match=r'ProtectedRoute\("feed"\).* Envoy Gateway 1\.8 cannot enforce') as caught:
        running.preview()
    assert "Traceback" not in str(caught.value)
    running.edit("teams/partners.py", 'traffic="stream"', 'traffic="stream", relax=expiry')


def test_a_secret_that_is_a_secret_to_pulumi_stays_one(running: Project) -> None:
    running.stack.set_config("issuer", auto.ConfigValue("hush-hush-issuer", secret=True))
    running.edit("settings.py", 'ClusterIssuer("letsencrypt"),', 'ClusterIssuer(__import__("pulumi").Config().require_secret("issuer")),')
    assert running.up().did() == ["update Certificate infra/public-partners-tls"]
    certificate = {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"namespace": "infra", "name": "public-partners-tls"}}
    assert running.server.get(certificate).body["spec"]["issuerRef"]["name"] == "hush-hush-issuer"
    running.refresh()
    assert "public-partners-tls" in running.written()
    assert "hush-hush-issuer" not in running.written()
