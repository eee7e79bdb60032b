"""Twelve pull requests on the estate, each as a person would edit its manifests, with the request that tells most about it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import attrs

from gatewright.manifest import yaml_write
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.phase import file_name
from tests.estate.programs import compiled, estate

Object: TypeAlias = dict[str, Any]
STANDARD, VENDOR = "gateway.networking.k8s.io", "gateway.envoyproxy.io"
SHOP = "shop.example.com"
CLUSTER = "aws-prod-eu-west-1"


class Files:
    """The manifests of one cluster by the name of their file, to be edited in place."""

    def __init__(self, files: Mapping[str, Object]) -> None:
        self.files = copy.deepcopy(dict(files))

    def __call__(self, kind: str, name: str) -> Object:
        """``files("HTTPRoute", "shop/orders")``. Raises KeyError."""
        return self.files[self._file(kind, name)]

    def take(self, kind: str, name: str) -> Object:
        """The same, and its file is deleted."""
        return self.files.pop(self._file(kind, name))

    def add(self, file: str, manifest: Object) -> None:
        """A file that was not there."""
        assert file not in self.files
        self.files[file] = manifest

    def reorder(self, order: Callable[[Iterable[str]], list[str]]) -> None:
        """The same files in another order; of one that is named anew the new name counts."""
        self.files = {file: self.files[file] for file in order(self.files)}

    def texts(self) -> dict[str, str]:
        """Each file as it is written."""
        return {file: yaml_write.dump_all([manifest]) for file, manifest in self.files.items()}

    def _file(self, kind: str, name: str) -> str:
        namespace, _, own = name.partition("/")
        found = [
            file
            for file, one in self.files.items()
            if one["kind"] == kind and (one["metadata"]["namespace"], one["metadata"]["name"]) == (namespace, own)
        ]
        if len(found) != 1:
            raise KeyError(f"{kind} {name}: {found}")
        return found[0]


def main() -> Files:
    """What runs in production, in Ireland: each manifest in a file of its own, as ``gatewright synth`` names it."""
    (found,) = (one for _, cluster, one in compiled(estate()) if cluster == CLUSTER)
    return Files({file_name(ObjectId.of(one)): one for one in found.objects})


def targets() -> list[str]:
    """``--target`` for each class of the cluster."""
    (cluster,) = (one for _, one in estate().clusters() if one.name == CLUSTER)
    each = ((one.target.installation.class_name, one.target.title.split()[-1]) for one in cluster.exposures.values())
    return [word for name, version in each for word in ("--target", f"{name}=envoy-gateway@{version}")]


def without_floor(files: Files) -> None:
    """The shop's listener as most gateways are: routes without a policy of their own are open."""
    files.take("SecurityPolicy", "infra/public-shop")


@attrs.frozen
class Pull:
    """``title`` and ``said``: the heading. ``asked``: options of ``gatewright explain``. ``floor``: whether the floor hides what is shown."""

    title: str
    said: str
    change: Callable[[Files], object]
    asked: tuple[str, ...]
    floor: bool = False
    base: Callable[[Files], object] = lambda files: None


def rule(files: Files, route: str, number: int = 0) -> Object:
    """A rule of an HTTPRoute, ``shop/orders``."""
    found: Object = files("HTTPRoute", route)["spec"]["rules"][number]
    return found


def listener(files: Files, name: str, gateway: str = "infra/public") -> Object:
    """A listener of a Gateway."""
    found: Object
    (found,) = (one for one in files("Gateway", gateway)["spec"]["listeners"] if one["name"] == name)
    return found


def ask(path: str, *more: str, host: str = SHOP) -> tuple[str, ...]:
    """Options for one request."""
    return ("--host", host, "--path", path, *more)


def service(name: str, **more: Any) -> Object:
    """A backendRef."""
    return {"group": "", "kind": "Service", "name": name, "port": 443, **more}


def route(name: str, path: str, backend: str, namespace: str = "shop", section: str = "shop") -> Object:
    """An HTTPRoute as somebody writes it who copied another one."""
    return {
        "apiVersion": f"{STANDARD}/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "parentRefs": [{"name": "public", "namespace": "infra", "sectionName": section}],
            "hostnames": [SHOP],
            "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": path}}], "backendRefs": [{"name": backend, "port": 443}]}],
        },
    }


def policy(name: str, namespace: str = "shop", **spec: Any) -> Object:
    """A SecurityPolicy for the HTTPRoute of the same name."""
    return {
        "apiVersion": f"{VENDOR}/v1alpha1",
        "kind": "SecurityPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"targetRefs": [{"group": STANDARD, "kind": "HTTPRoute", "name": name}], **spec},
    }


# The pull requests.


def host_widened(files: Files) -> None:
    listener(files, "shop")["hostname"] = "*.example.com"
    for name in ("site", "orders"):
        files("HTTPRoute", f"shop/{name}")["spec"]["hostnames"] = ["*.example.com"]


def policy_renamed(files: Files) -> None:
    found = files.take("SecurityPolicy", "shop/orders")
    found["metadata"]["name"] = "order"
    found["spec"]["targetRefs"][0]["name"] = "order"
    files.add("60-securitypolicy-shop_order.yaml", found)


def gateway_policy(files: Files) -> None:
    """A gateway that asks everybody for a token, and one route whose team had nothing to add to that."""
    tokens = copy.deepcopy(files("SecurityPolicy", "shop/orders")["spec"]["jwt"])
    del tokens["providers"][0]["remoteJWKS"]["backendRefs"]
    files("SecurityPolicy", "infra/public-shop")["spec"] = {
        "targetRefs": files("SecurityPolicy", "infra/public-shop")["spec"]["targetRefs"],
        "jwt": tokens,
    }
    files.take("SecurityPolicy", "shop/profile")


def own_policy(files: Files) -> None:
    cors = {"allowOrigins": ["https://help.example.com"], "allowMethods": ["GET"], "maxAge": "1h"}
    files.add("60-securitypolicy-shop_profile.yaml", policy("profile", cors=cors))


def longer_path(files: Files) -> None:
    files.add("orders-export.yaml", route("orders-export", "/api/orders/export", "orders"))


def longer_path_opened(files: Files) -> None:
    longer_path(files)
    files.add("orders-export-policy.yaml", policy("orders-export", cors={"allowOrigins": ["https://reports.example.com"]}))


def plaintext(files: Files) -> None:
    found = listener(files, "shop")
    found.update(protocol="HTTP", port=80)
    del found["tls"]
    listeners = files("Gateway", "infra/public")["spec"]["listeners"]
    listeners.remove(listener(files, "shop-plain"))
    files.take("HTTPRoute", "infra/public-shop-redirect")


def grant_widened(files: Files) -> None:
    del files("ReferenceGrant", "identity/route-shop-profile")["spec"]["to"][0]["name"]


def routes_of_all(files: Files) -> None:
    listener(files, "shop")["allowedRoutes"]["namespaces"] = {"from": "All"}


def limit_removed(files: Files) -> None:
    del files("BackendTrafficPolicy", "identity/token")["spec"]["rateLimit"]


def backend_moved(files: Files) -> None:
    rule(files, "shop/orders")["backendRefs"] = [service("orders", namespace="fulfilment")]
    files.add(
        "orders-grant.yaml",
        {
            "apiVersion": f"{STANDARD}/v1beta1",
            "kind": "ReferenceGrant",
            "metadata": {"name": "shop-orders", "namespace": "fulfilment"},
            "spec": {
                "from": [{"group": STANDARD, "kind": "HTTPRoute", "namespace": "shop"}],
                "to": [{"group": "", "kind": "Service", "name": "orders"}],
            },
        },
    )


def canary(files: Files) -> None:
    rule(files, "shop/orders")["backendRefs"] = [service("orders", weight=95), service("orders-next", weight=5)]


def refactored(files: Files) -> None:
    """Two rules become two routes, a policy follows a renamed route, files get other names, and lists another order."""
    split = files("HTTPRoute", "shop/checkout")
    rest = copy.deepcopy(split)
    rest["metadata"]["name"] = "checkout-v1"
    rest["spec"]["rules"] = [split["spec"]["rules"].pop()]
    files.add("checkout-v1.yaml", rest)
    for kind in ("SecurityPolicy", "BackendTrafficPolicy"):
        files(kind, "shop/checkout")["spec"]["targetRefs"].append({"group": STANDARD, "kind": "HTTPRoute", "name": "checkout-v1"})
    for kind in ("HTTPRoute", "SecurityPolicy", "BackendTrafficPolicy"):
        renamed = files.take(kind, "shop/orders")
        renamed["metadata"]["name"] = "orders-api"
        for ref in renamed["spec"].get("targetRefs", ()):
            ref["name"] = "orders-api"
        files.add(f"orders/{kind.lower()}.yaml", renamed)
    files("Gateway", "infra/public")["spec"]["listeners"].reverse()
    files("SecurityPolicy", "shop/orders-api")["spec"]["authorization"]["rules"].reverse()
    files.reorder(sorted)


def mirrored(files: Files) -> None:
    copies = {"type": "RequestMirror", "requestMirror": {"backendRef": service("orders-replay"), "percent": 10}}
    rule(files, "shop/orders").setdefault("filters", []).append(copies)


PULLS: Mapping[str, Pull] = {
    "01-host-widened": Pull(
        "A listener and two of its routes are for *.example.com in place of shop.example.com.",
        "Said in the pull request: “one wildcard instead of a listener per host”.",
        host_widened,
        ask("/api/orders/7", host="pay.example.com"),
    ),
    "02-policy-detached": Pull(
        "A SecurityPolicy is renamed from orders to order, and its target with it; there is no HTTPRoute of that name.",
        "Said in the pull request: “naming: singular everywhere”.",
        policy_renamed,
        ask("/api/orders/7"),
        floor=True,
    ),
    "03-route-policy-replaces": Pull(
        "The gateway asks everybody for a token; a route gets a SecurityPolicy of its own that only says CORS.",
        "Said in the pull request: “the help pages read profiles from the browser”.",
        own_policy,
        ask("/api/profile"),
        base=gateway_policy,
    ),
    "04-longer-path": Pull(
        "A hand-written HTTPRoute for /api/orders/export, below the protected /api/orders, without a policy of its own.",
        "Said in the pull request: “export for the finance reports”.",
        longer_path,
        ask("/api/orders/export/2026"),
        floor=True,
    ),
    "04-longer-path-with-policy": Pull(
        "A hand-written HTTPRoute for /api/orders/export, with a SecurityPolicy of its own that only says CORS.",
        "Said in the pull request: “export for the finance reports, and it answers 403, so with a policy now”.",
        longer_path_opened,
        ask("/api/orders/export/2026"),
    ),
    "05-plaintext": Pull(
        "The shop's listener speaks HTTP on port 80 in place of HTTPS on port 443, and the redirect to HTTPS is gone.",
        "Said in the pull request: “TLS ends at the load balancer now”.",
        plaintext,
        ask("/api/orders/7", "--scheme", "http"),
    ),
    "06-grant-widened": Pull(
        "A ReferenceGrant loses the name of the Service that it is for.",
        "Said in the pull request: “the shop needs a second service of identity soon”.",
        grant_widened,
        ask("/api/profile"),
    ),
    "07-routes-of-every-namespace": Pull(
        "The shop's listener takes routes of every namespace.",
        "Said in the pull request: “the preview environments attach here too”.",
        routes_of_all,
        ask("/api/orders/7"),
    ),
    "08-rate-limit-removed": Pull(
        "The rate limit of the token endpoint is removed.",
        "Said in the pull request: “429s in the load test”.",
        limit_removed,
        ask("/oauth2/token", "--method", "POST", host="id.example.com"),
    ),
    "09-backend-moved": Pull(
        "Orders are sent to the Service of another namespace, which grants it.",
        "Said in the pull request: “orders move to the fulfilment team”.",
        backend_moved,
        ask("/api/orders/7"),
    ),
    "10-canary": Pull(
        "One in twenty requests for orders goes to a new version.",
        "Said in the pull request: “orders-next gets 5 %”.",
        canary,
        ask("/api/orders/7"),
    ),
    "11-refactored": Pull(
        "Routes are split and renamed with their policies, files get other names, lists another order; nothing else changes.",
        "Said in the pull request: “tidy up, no functional change”.",
        refactored,
        ask("/api/checkout", "--method", "POST"),
    ),
    "12-mirror": Pull(
        "A tenth of the requests for orders is copied to another Service.",
        "Said in the pull request: “replay production traffic in the lab”.",
        mirrored,
        ask("/api/orders/7"),
    ),
}
"""By the name of the golden file."""
