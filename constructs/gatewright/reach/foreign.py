"""Kinds of other projects that nobody here reads: known by name, so that what they may do is said and never taken for nothing."""

from __future__ import annotations

WAYS_IN = (
    ("apisix.apache.org", "ApisixRoute"),
    ("configuration.konghq.com", "TCPIngress"),
    ("configuration.konghq.com", "UDPIngress"),
    ("extensions", "Ingress"),
    ("gateway.solo.io", "VirtualService"),
    ("getambassador.io", "Mapping"),
    ("k8s.nginx.org", "VirtualServer"),
    ("networking.gke.io", "MultiClusterIngress"),
    ("networking.istio.io", "VirtualService"),
    ("projectcontour.io", "HTTPProxy"),
    ("route.openshift.io", "Route"),
    ("serving.knative.dev", "Service"),
    ("traefik.containo.us", "IngressRoute"),
    ("traefik.containo.us", "IngressRouteTCP"),
    ("traefik.io", "IngressRoute"),
    ("traefik.io", "IngressRouteTCP"),
    ("traefik.io", "IngressRouteUDP"),
)
"""They open ways into a cluster, as (group, kind)."""

FENCES = (
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.antrea.io", "ClusterNetworkPolicy"),
    ("crd.antrea.io", "NetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
)
"""They add to NetworkPolicies, or go before them."""
