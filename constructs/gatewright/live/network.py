"""Does the network enforce NetworkPolicy, as was stated? Recognised by the DaemonSets of network plugins; an unknown one is unknown."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.gateways.fields import at, items, text, texts
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, unknown, wrong
from gatewright.live.reader import Object, Reader, Resource

# DaemonSets of plugins that enforce NetworkPolicy wherever they run: the names of each project's own manifests.
_ENFORCING = {
    "calico-node": "Calico",
    "canal": "Canal",
    "cilium": "Cilium",
    "anetd": "GKE Dataplane V2",
    "antrea-agent": "Antrea",
    "azure-npm": "Azure Network Policy Manager",
    "kube-router": "kube-router",
    "ovnkube-node": "OVN-Kubernetes",
    "weave-net": "Weave Net",
    "kube-network-policies": "kube-network-policies",
}
_NOT_ENFORCING = {"kube-flannel-ds": "Flannel", "kube-flannel": "Flannel"}
# The VPC CNI brings an agent along that enforces only where its flag says so.
_VPC, _AGENT, _FLAG = "aws-node", "aws-eks-nodeagent", "--enable-network-policy=true"
_CLAIMED = "network_policy=True: its network enforces NetworkPolicy"


def network(written: Written, reader: Reader) -> Iterator[Judgement]:
    """One judgement where it was stated that NetworkPolicy is enforced; None and False claim nothing."""
    places = [one.place for one in written.folders if one.network_policy]
    if not places:
        return
    subject, fix = f"the network of {', '.join(places)}", "ask whoever runs the network; a policy that nobody enforces keeps nobody out"
    resource = reader.resource("apps/v1", "DaemonSet")
    if not isinstance(resource, Resource):
        yield unknown("network-policy", subject, _CLAIMED, "DaemonSets cannot be read", fix)
        return
    listing = reader.every(resource, ("kube-system", "calico-system", "kube-flannel", "tigera-operator"))
    found = {name: one for one in listing.objects if (name := text(at(one, "metadata", "name")))}
    vpc = found.get(_VPC)
    enforcing = {title: found.get(name) for name, title in _ENFORCING.items() if name in found} | dict.fromkeys(_vpc(vpc), vpc)
    against = [title for name, title in _NOT_ENFORCING.items() if name in found]
    ready = [title for title, one in enforcing.items() if at(one, "status", "numberReady")]
    if ready:
        yield ok("network-policy", subject, _CLAIMED, ", ".join(ready))
    elif enforcing:
        yield wrong("network-policy", subject, _CLAIMED, f"{next(iter(enforcing))}, of which no pod is ready", "read the events of its DaemonSet")
    elif vpc is not None:
        yield wrong("network-policy", subject, _CLAIMED, f"{_VPC} runs without {_FLAG}", "enable network policy on the VPC CNI, or state network_policy=False")
    elif against:
        told = f"{against[0]}, which does not enforce it"
        yield wrong("network-policy", subject, _CLAIMED, told, "install a plugin that enforces it, or state network_policy=False")
    else:
        told = f"DaemonSets cannot be read: {next(iter(listing.withheld.values()))}" if listing.withheld else "no plugin that gatewright knows"
        yield unknown("network-policy", subject, _CLAIMED, told, fix)


def _vpc(daemon_set: Object | None) -> Iterator[str]:
    for one in items(at(daemon_set, "spec", "template", "spec", "containers")):
        if at(one, "name") == _AGENT and _FLAG in (*texts(at(one, "args")), *texts(at(one, "command"))):
            yield "the VPC CNI's network policy agent"
