"""Worlds drawn at random: Gateways, routes and policies of Envoy Gateway as people write them, mistakes included, with requests that probe them.

Every object is one that the API server takes. A world lives in namespaces of its own (``w7-edge``, ``w7-shop``, ``w7-back``), so that many fit
into one run of the translator. ``plain`` worlds hold nothing that ``egctl`` forgets (``gateways.md`` §4.1): one age for everything, no selectors
of labels, no ListenerSets; the others hold all of these. Long, as it says every kind of object once, and each is a few lines of chances.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Sequence
from typing import Any

import attrs

from tests.servers.certificates import key_pair
from tests.servers.reach.envoy_table import Request
from tests.servers.reach.witnesses import EG, GW, REGEXES, Object, witnesses

CLASS = "eg"
HOSTS = ("a.example.com", "b.example.com", "x.a.example.com", "*.example.com", "*.a.example.com", "shop.test")
PREFIXES = ("/", "/a", "/a/b", "/a/", "/ab", "/login", "/a/b/c")
EXACTS = ("/a", "/a/b", "/", "/login", "/ab", "/a/")
HEADERS = ("x-one", "x-two")
_AGES = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z")
_SAME_AGE = _AGES[0]


@attrs.frozen
class World:
    """``objects`` are all that there is; ``gateways`` the Gateways of it, ``namespace/name``; ``requests`` are asked of each of them."""

    name: str
    objects: tuple[Object, ...]
    gateways: tuple[str, ...]
    requests: tuple[Request, ...]


def draw(seed: int, version: str = "1.9", *, plain: bool = True) -> World:
    """The world of this number."""
    return _Drawn(random.Random(f"{seed} {version} {plain}"), f"w{seed}", version, plain).world()


class _Drawn:
    """One world while it is drawn."""

    def __init__(self, chance: random.Random, name: str, version: str, plain: bool) -> None:
        self.chance, self.name, self.version, self.plain = chance, name, version, plain
        self.edge, self.shop, self.back = f"{name}-edge", f"{name}-shop", f"{name}-back"
        self.objects: list[Object] = []
        self.listeners: list[dict[str, Any]] = []
        self.routes: list[Object] = []
        self.aged = chance.random() < 0.85

    def world(self) -> World:
        self._surroundings()
        gateway = self._gateway("edge")
        gateways = [gateway]
        if self.chance.random() < 0.1:
            gateways.append(self._gateway("second", 2))
        if not self.plain and self.chance.random() < 0.4:
            self._listener_sets()
        for number in range(self.chance.choice([1, 2, 2, 3, 4])):
            self._http_route(f"r{number}")
        for number in range(self.chance.choice([0, 0, 0, 1])):
            self._grpc_route(f"g{number}")
        protocols = {one["protocol"] for one in self.listeners}
        for number in range(self.chance.choice([1, 1, 2]) if "TLS" in protocols else self.chance.random() < 0.03):
            self._stream_route("TLSRoute", f"t{number}")
        for number in range(self.chance.choice([1, 1, 2]) if "TCP" in protocols else self.chance.random() < 0.03):
            self._stream_route("TCPRoute", f"c{number}")
        for number in range(self.chance.choice([0, 1, 1, 2, 2, 3])):
            self._security(f"s{number}")
        for number in range(self.chance.choice([0, 0, 1, 1, 2])):
            self._traffic(f"b{number}")
        for number in range(self.chance.choice([0, 0, 0, 1, 1, 2])):
            self._client(f"k{number}")
        if self.chance.random() < 0.12:
            self._extension("e0")
        for number in range(self.chance.choice([0, 0, 0, 1, 2])):
            self._backend_tls(f"h{number}")
        if self.chance.random() < 0.6:
            self._grant()
        keys = tuple(f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in gateways)
        return World(self.name, tuple(self.objects), keys, witnesses(self.chance, self.listeners, self.routes, self.chance.randint(24, 32)))

    # what all worlds hold

    def _surroundings(self) -> None:
        for namespace, team in ((self.edge, "edge"), (self.shop, "shop"), (self.back, "back")):
            self._add("v1", "Namespace", namespace, None, metadata={"labels": {"kubernetes.io/metadata.name": namespace, "team": team}})
        number = int(self.name.lstrip("w"))
        for index, (namespace, service) in enumerate(
            [(space, one) for space in (self.shop, self.back, self.edge) for one in ("app", "other")]
        ):
            ports = [{"name": "http", "port": 80, "targetPort": 8080}, {"name": "https", "port": 443, "targetPort": 8443}]
            address = f"10.{96 + number // 4096}.{number // 16 % 256}.{number % 16 * 16 + index + 1}"
            self._add("v1", "Service", service, namespace, spec={"clusterIP": address, "selector": {"app": service}, "ports": ports})
        pair = key_pair("*.example.com")
        data = {"tls.crt": encoded(pair.certificate), "tls.key": encoded(pair.key)}
        self._add("v1", "Secret", "tls", self.edge, type="kubernetes.io/tls", data=data)
        self._add("v1", "Secret", "broken", self.edge, type="kubernetes.io/tls", data={"tls.crt": encoded("no"), "tls.key": encoded("no")})
        self._add("v1", "ConfigMap", "ca", self.edge, data={"ca.crt": pair.certificate})
        for namespace in (self.edge, self.shop):
            self._add("v1", "ConfigMap", "ca", namespace, data={"ca.crt": pair.certificate}) if namespace != self.edge else None
            self._add("v1", "Secret", "keys", namespace, data={"client": encoded("key")})
            users = "u:{SHA}" + base64.b64encode(hashlib.sha1(b"p").digest()).decode()
            self._add("v1", "Secret", "users", namespace, data={".htpasswd": encoded(users)})
            self._add(f"{EG}/v1alpha1", "HTTPRouteFilter", "teapot", namespace, spec={"directResponse": {"statusCode": 418}})
            self._add(f"{EG}/v1alpha1", "Backend", "away", namespace, spec={"endpoints": [{"ip": {"address": "192.0.2.9", "port": 8080}}]})

    def _add(self, version: str, kind: str, name: str, namespace: str | None, **fields: Any) -> Object:
        metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **fields.pop("metadata", {})}
        if self.plain:
            metadata |= {"creationTimestamp": _SAME_AGE} if self.aged else {}
        else:
            metadata |= {"creationTimestamp": self.chance.choice(_AGES)}
        made = {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}
        self.objects.append(made)
        return made

    def _maybe(self, share: float) -> bool:
        return self.chance.random() < share

    # ways in

    def _gateway(self, name: str, most: int = 5) -> Object:
        listeners = [self._listener(f"l{number}") for number in range(self.chance.randint(1, most))]
        spec: dict[str, Any] = {"gatewayClassName": CLASS, "listeners": _accepted(listeners)}
        if not self.plain:
            spec["allowedListeners"] = {"namespaces": self._from("Same", "All", "All", "Selector", "None")}
        self.listeners += [{**one, "gateway": name} for one in spec["listeners"]]
        return self._add(
            f"{GW}/v1", "Gateway", name, self.edge, spec=spec, metadata={"labels": {"tier": self.chance.choice(["one", "two"])}}
        )

    def _from(self, *choices: str) -> dict[str, Any]:
        origin = self.chance.choice(choices)
        if origin != "Selector":
            return {"from": origin}
        return {
            "from": origin,
            "selector": self.chance.choice([{"matchLabels": {"team": "shop"}}, {"matchLabels": {"team": "none"}}, _back_or_shop()]),
        }

    def _listener(self, name: str, sets: bool = False) -> dict[str, Any]:
        protocol = self.chance.choice([*["HTTP"] * 6, *["HTTPS"] * 8, "TLS", "TCP"])
        usual = {"HTTP": [80, 80, 8080], "HTTPS": [443, 443, 443, 8443], "TLS": [443, 9443, 9443], "TCP": [9000]}
        port = self.chance.choice(usual[protocol] if self._maybe(0.96) else [80, 443])
        made: dict[str, Any] = {"name": name, "port": port, "protocol": protocol}
        if protocol != "TCP" and self._maybe(0.65):
            made["hostname"] = self.chance.choice(HOSTS)
        if protocol == "HTTPS":
            made["tls"] = {"certificateRefs": [{"name": self.chance.choice(["tls"] * 12 + ["broken", "missing"])}]}
            if sets:
                made["tls"]["certificateRefs"][0]["name"] = "tls"
        if protocol == "TLS":
            made["tls"] = {"mode": "Passthrough"} if self._maybe(0.8) else {"mode": "Terminate", "certificateRefs": [{"name": "tls"}]}
        allowed: dict[str, Any] = {}
        if self._maybe(0.9):
            allowed["namespaces"] = self._from("All", "All", "All", "All", "All", "Same", *([] if self.plain else ["Selector", "Selector"]))
        if self._maybe(0.1):
            kinds = {
                "HTTP": ["HTTPRoute", "GRPCRoute"],
                "HTTPS": ["HTTPRoute", "GRPCRoute"],
                "TLS": ["TLSRoute", "TCPRoute"],
                "TCP": ["TCPRoute"],
            }
            allowed["kinds"] = [{"group": GW, "kind": self.chance.choice(kinds[protocol])}]
        return {**made, **({"allowedRoutes": allowed} if allowed else {})}

    def _listener_sets(self) -> None:
        for number in range(self.chance.choice([1, 2])):
            namespace = self.chance.choice([self.edge, self.edge, self.shop])
            listeners = _accepted([self._listener(f"x{index}", True) for index in range(self.chance.randint(1, 3))])
            name = f"set{number}"
            spec = {"parentRef": {"name": "edge", "namespace": self.edge}, "listeners": listeners}
            self._add(f"{GW}/v1", "ListenerSet", name, namespace, spec=spec)
            self.listeners += [{**one, "set": (namespace, name)} for one in listeners]

    # routes

    def _parents(self) -> list[dict[str, Any]]:
        found = []
        spoken = [one for one in self.listeners if one["protocol"].startswith("HTTP")]
        for _ in range(self.chance.choice([1, 1, 1, 2])):
            listener = self.chance.choice(spoken if spoken and self._maybe(0.95) else self.listeners)
            one: dict[str, Any] = {"name": listener.get("gateway", "edge"), "namespace": self.edge}
            if "set" in listener:
                one |= {"group": GW, "kind": "ListenerSet", "name": listener["set"][1], "namespace": listener["set"][0]}
            if self._maybe(0.45):
                one["sectionName"] = listener["name"] if self._maybe(0.93) else "absent"
            if self._maybe(0.08):
                one["port"] = listener["port"]
            if self._maybe(0.03):
                one["name"] = "absent"
            found.append(one)
        keys = [(one["name"], one["namespace"], one.get("kind"), one.get("sectionName"), one.get("port")) for one in found]
        # The API server asks that parents of one object be told apart, all by a section or all by a port.
        same = len({key[:3] for key in keys}) < len(keys)
        sections, ports = [key[3] for key in keys], [key[4] for key in keys]
        told_apart = len(set(sections)) == len(keys) and None not in sections and len({one is None for one in ports}) == 1
        return found[:1] if same and not told_apart else found

    def _hostnames(self) -> dict[str, Any]:
        number = self.chance.choice([0, 1, 1, 1, 2])
        return {"hostnames": self.chance.sample(HOSTS, number)} if number else {}

    def _http_route(self, name: str) -> None:
        namespace = self.chance.choice([self.shop, self.shop, self.shop, self.edge, self.back])
        rules = [self._rule(index, namespace) for index in range(self.chance.choice([1, 2, 2, 3]))]
        spec = {"parentRefs": self._parents(), **self._hostnames(), "rules": rules}
        labels = {"tier": self.chance.choice(["one", "two"])}
        self.routes.append(self._add(f"{GW}/v1", "HTTPRoute", name, namespace, spec=spec, metadata={"labels": labels}))

    def _rule(self, index: int, namespace: str) -> dict[str, Any]:
        rule: dict[str, Any] = {"name": f"n{index}"} if self._maybe(0.6) else {}
        if matches := [self._match() for _ in range(self.chance.choice([0, 1, 1, 1, 2]))]:
            rule["matches"] = matches
        prefixed = (
            bool(matches) and all(one.get("path", {}).get("type", "PathPrefix") == "PathPrefix" for one in matches) and len(matches) == 1
        )
        filters, answers = self._filters(prefixed)
        if filters:
            rule["filters"] = filters
        if not answers and not self._maybe(0.03):
            rule["backendRefs"] = [self._backend(namespace) for _ in range(self.chance.choice([1, 1, 1, 2]))]
            if self._maybe(0.1):
                rule["timeouts"] = self.chance.choice([{"request": "10s"}, {"request": "10s", "backendRequest": "5s"}, {"request": "0s"}])
        return rule

    def _match(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if self._maybe(0.9):
            kind = self.chance.choice(["PathPrefix", "PathPrefix", "Exact", "RegularExpression"])
            value = self.chance.choice({"PathPrefix": PREFIXES, "Exact": EXACTS, "RegularExpression": [one for one, *_ in REGEXES]}[kind])
            if kind == "RegularExpression" and self._maybe(0.05):
                value = "/a(b"
            made["path"] = {"type": kind, "value": value}
        if self._maybe(0.25):
            made["method"] = self.chance.choice(["GET", "POST", "DELETE"])
        for field, names, share in (("headers", HEADERS, 0.15), ("queryParams", ("q", "p"), 0.12)):
            if stated := [self._test(name) for name in names if self._maybe(share)]:
                made[field] = stated
        return made

    def _test(self, name: str) -> dict[str, Any]:
        return (
            {"name": name, "type": "RegularExpression", "value": "[0-9]+"}
            if self._maybe(0.3)
            else {"name": name, "value": self.chance.choice(["1", "2"])}
        )

    def _backend(self, namespace: str, grpc: bool = False) -> dict[str, Any]:
        one: dict[str, Any] = {"name": self.chance.choice(["app", "app", "app", "other"]), "port": self.chance.choice([80, 80, 443])}
        if self._maybe(0.06):
            one["name"] = "absent"
        elif self._maybe(0.04):
            one["port"] = 81
        elif self._maybe(0.12):
            one["namespace"] = self.chance.choice([self.back, self.shop])
        elif self._maybe(0.05) and namespace != self.back and not grpc:
            one = {"group": EG, "kind": "Backend", "name": "away"}
        if self._maybe(0.2):
            one["weight"] = self.chance.choice([0, 1, 3])
        return one

    def _filters(self, prefixed: bool) -> tuple[list[dict[str, Any]], bool]:
        """The filters, and whether they answer by themselves."""
        kind = self.chance.choice(
            [""] * 10 + ["redirect", "redirect", "rewrite", "request", "response", "mirror", "cors", "teapot", "absent", "strange"]
        )
        if kind == "redirect":
            change = self.chance.choice(
                [
                    {"scheme": "https", "statusCode": 301},
                    {"hostname": "b.example.com", "statusCode": 302},
                    {"statusCode": 308, "scheme": "https"},
                ]
            )
            if self.version == "1.8" and change["statusCode"] == 308:
                change = {"scheme": "https", "statusCode": 301}
            return [{"type": "RequestRedirect", "requestRedirect": change}], True
        if kind == "rewrite":
            path = (
                {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/new"}
                if prefixed
                else {"type": "ReplaceFullPath", "replaceFullPath": "/new"}
            )
            return [{"type": "URLRewrite", "urlRewrite": {"path": path}}], False
        if kind == "request":
            return [
                {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x-new", "value": "1"}], "remove": ["x-old"]}}
            ], False
        if kind == "response":
            return [{"type": "ResponseHeaderModifier", "responseHeaderModifier": {"add": [{"name": "x-new", "value": "1"}]}}], False
        if kind == "mirror":
            return [
                {
                    "type": "RequestMirror",
                    "requestMirror": {"backendRef": {"name": self.chance.choice(["other", "other", "absent"]), "port": 80}},
                }
            ], False
        if kind == "cors":
            return [{"type": "CORS", "cors": {"allowOrigins": ["https://a.example.com"], "allowMethods": ["GET", "POST"]}}], False
        if kind in {"teapot", "absent"}:
            return [{"type": "ExtensionRef", "extensionRef": {"group": EG, "kind": "HTTPRouteFilter", "name": kind}}], self._maybe(0.5)
        if kind == "strange":
            return [{"type": "ExtensionRef", "extensionRef": {"group": "example.com", "kind": "Strange", "name": "one"}}], False
        return [], False

    def _grpc_route(self, name: str) -> None:
        rules: list[dict[str, Any]] = []
        for index in range(self.chance.choice([1, 2])):
            rule: dict[str, Any] = {"name": f"n{index}", "backendRefs": [self._backend(self.shop, True)]}
            if self._maybe(0.8):
                method = self.chance.choice(
                    [
                        {"service": "s.A"},
                        {"service": "s.A", "method": "Do"},
                        {"method": "Do"},
                        {"type": "RegularExpression", "service": "s[.].*"},
                    ]
                )
                match: dict[str, Any] = {"method": method}
                if self._maybe(0.2):
                    match["headers"] = [self._test("x-one")]
                rule["matches"] = [match]
            rules.append(rule)
        spec = {"parentRefs": self._parents(), **self._hostnames(), "rules": rules}
        labels = {"tier": self.chance.choice(["one", "two"])}
        self.routes.append(self._add(f"{GW}/v1", "GRPCRoute", name, self.shop, spec=spec, metadata={"labels": labels}))

    def _stream_route(self, kind: str, name: str) -> None:
        streams = [one for one in self.listeners if one["protocol"] == kind.removesuffix("Route")] or self.listeners
        listener = self.chance.choice(streams)
        parent: dict[str, Any] = {"name": listener.get("gateway", "edge"), "namespace": self.edge}
        if "set" in listener:
            parent |= {"group": GW, "kind": "ListenerSet", "name": listener["set"][1], "namespace": listener["set"][0]}
        if self._maybe(0.7):
            parent["sectionName"] = listener["name"]
        spec: dict[str, Any] = {"parentRefs": [parent], "rules": [{"backendRefs": [self._backend(self.shop, True)]}]}
        version = "v1" if kind == "TLSRoute" or self.version != "1.8" else "v1alpha2"
        if kind == "TLSRoute":
            spec["hostnames"] = self.chance.sample(HOSTS, self.chance.choice([1, 1, 2]))
        self.routes.append(self._add(f"{GW}/{version}", kind, name, self.shop, spec=spec))

    def _grant(self) -> None:
        origins = [
            {
                "group": GW,
                "kind": self.chance.choice(["HTTPRoute", "HTTPRoute", "GRPCRoute"]),
                "namespace": self.chance.choice([self.shop, self.edge]),
            }
        ]
        to: dict[str, Any] = {"group": "", "kind": "Service"}
        if self._maybe(0.3):
            to["name"] = self.chance.choice(["app", "other"])
        self._add(f"{GW}/v1beta1", "ReferenceGrant", "grant", self.back, spec={"from": origins, "to": [to]})

    # policies

    def _targets(self, kinds: Sequence[str]) -> tuple[str, dict[str, Any], str]:
        """The namespace of the policy, its targets and the kind of them."""
        kind = self.chance.choice(kinds)
        routes = [one for one in self.routes if one["kind"] == kind]
        if kind == "Gateway" or not routes:
            gateways = [one for one in self.listeners if "gateway" in one]
            listener = self.chance.choice(gateways)
            ref: dict[str, Any] = {"group": GW, "kind": "Gateway", "name": listener["gateway"]}
            if not self.plain and self._maybe(0.12):
                selector = {"group": GW, "kind": "Gateway", "matchLabels": {"tier": self.chance.choice(["one", "two"])}}
                return self.edge, {"targetSelectors": [selector]}, "Gateway"
            sets = [one for one in self.listeners if "set" in one and one["set"][0] == self.edge]
            if sets and self.version != "1.8" and self._maybe(0.3):
                listener = self.chance.choice(sets)
                ref = {"group": GW, "kind": "ListenerSet", "name": listener["set"][1]}
            if self._maybe(0.45):
                ref["sectionName"] = listener["name"] if self._maybe(0.9) else "absent"
            return self.edge, {"targetRefs": [ref]}, "Gateway"
        route = self.chance.choice(routes)
        if not self.plain and self._maybe(0.15):
            return (
                route["metadata"]["namespace"],
                {"targetSelectors": [{"group": GW, "kind": kind, "matchLabels": {"tier": self.chance.choice(["one", "two"])}}]},
                kind,
            )
        ref = {"group": GW, "kind": kind, "name": route["metadata"]["name"] if self._maybe(0.94) else "absent"}
        named = [rule["name"] for rule in route["spec"]["rules"] if "name" in rule]
        if named and kind in {"HTTPRoute", "GRPCRoute"} and self._maybe(0.25):
            ref["sectionName"] = self.chance.choice(named) if self._maybe(0.9) else "absent"
        return route["metadata"]["namespace"], {"targetRefs": [ref]}, kind

    def _merging(self, kind: str) -> dict[str, Any]:
        return {"mergeType": self.chance.choice(["StrategicMerge", "JSONMerge"])} if kind != "Gateway" and self._maybe(0.25) else {}

    def _security(self, name: str) -> None:
        namespace, targets, kind = self._targets(["Gateway", "Gateway", "HTTPRoute", "HTTPRoute", "HTTPRoute", "GRPCRoute", "TCPRoute"])
        spec: dict[str, Any] = {**targets, **(self._merging(kind) if kind != "TCPRoute" else {})}
        if kind == "TCPRoute" and self._maybe(0.9):
            spec["authorization"] = {"defaultAction": "Deny", "rules": [{"action": "Allow", "principal": {"clientCIDRs": ["10.0.0.0/8"]}}]}
        else:
            features = ["jwt", "apiKeyAuth", "basicAuth", "extAuth", "authorization", "cors", *(["csrf"] if self.version != "1.8" else [])]
            for feature in self.chance.sample(features, self.chance.choice([0, 1, 1, 1, 2, 3])):
                spec[feature] = getattr(self, f"_{feature}")(namespace)
        for rule in spec.get("authorization", {}).get("rules", []):
            claims = "jwt" in rule["principal"] and "jwt" not in spec  # the API server refuses it
            streams = kind == "Gateway" and any(not one["protocol"].startswith("HTTP") for one in self.listeners)  # see test_caveats.py
            if claims or (streams and "clientCIDRs" not in rule["principal"]):
                rule["principal"] = {"clientCIDRs": ["10.0.0.0/8"]}
        self._add(f"{EG}/v1alpha1", "SecurityPolicy", name, namespace, spec=spec)

    def _jwt(self, namespace: str) -> dict[str, Any]:
        providers: list[dict[str, Any]] = [
            {"name": "one", "issuer": "https://id.example.com", "remoteJWKS": {"uri": "https://id.example.com/jwks"}}
        ]
        if self._maybe(0.3):
            providers[0] = {"name": "one", "localJWKS": {"type": "Inline", "inline": '{"keys": []}'}}
        if self._maybe(0.2):
            providers.append({"name": "two", "issuer": "https://two.example.com", "remoteJWKS": {"uri": "https://two.example.com/jwks"}})
        optional = self.chance.choice(
            [{}, {}, {}, {"optional": True}, {"optional": False}, *([{"failOpen": True}] if self.version != "1.8" else [])]
        )
        return {"providers": providers, **optional}

    def _apiKeyAuth(self, namespace: str) -> dict[str, Any]:
        return {"credentialRefs": [{"name": self._secret("keys")}], "extractFrom": [{"headers": ["x-api-key"]}]}

    def _basicAuth(self, namespace: str) -> dict[str, Any]:
        return {"users": {"name": self._secret("users")}}

    def _secret(self, name: str) -> str:
        return name if self._maybe(0.9) else "absent"

    def _extAuth(self, namespace: str) -> dict[str, Any]:
        backend = {"backendRefs": [{"name": "app" if self._maybe(0.9) else "absent", "port": 80}]}
        return {self.chance.choice(["http", "grpc"]): backend, **self.chance.choice([{}, {}, {"failOpen": True}, {"failOpen": False}])}

    def _authorization(self, namespace: str) -> dict[str, Any]:
        made: dict[str, Any] = self.chance.choice([{}, {"defaultAction": "Deny"}, {"defaultAction": "Deny"}, {"defaultAction": "Allow"}])
        made = dict(made)
        rules = []
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            principal: dict[str, Any] = self.chance.choice(
                [
                    {"clientCIDRs": ["10.0.0.0/8"]},
                    {"clientCIDRs": ["0.0.0.0/0", "::/0"]},
                    {"jwt": {"provider": "one", "claims": [{"name": "role", "values": ["buyer"]}]}},
                    {"jwt": {"provider": "one", "scopes": ["read"]}},
                    {"headers": [{"name": "x-user", "values": ["me"]}]},
                ]
            )
            rule: dict[str, Any] = {"action": self.chance.choice(["Allow", "Allow", "Deny"]), "principal": dict(principal)}
            if self._maybe(0.25):
                rule["operation"] = {"methods": self.chance.choice([["GET"], ["GET", "POST"]])}
            rules.append(rule)
        return {**made, **({"rules": rules} if rules else {})}

    def _cors(self, namespace: str) -> dict[str, Any]:
        return {"allowOrigins": [self.chance.choice(["https://a.example.com", "https://*.example.com", "*"])], "allowMethods": ["GET"]}

    def _csrf(self, namespace: str) -> dict[str, Any]:
        return self.chance.choice([{}, {"additionalOrigins": ["https://a.example.com"]}, {"shadowFraction": {"numerator": 100}}])

    def _traffic(self, name: str) -> None:
        namespace, targets, kind = self._targets(["Gateway", "Gateway", "HTTPRoute", "HTTPRoute", "GRPCRoute"])
        if self.version == "1.8" and any(one["kind"] == "ListenerSet" for one in targets.get("targetRefs", [])):
            return
        spec: dict[str, Any] = {**targets, **self._merging(kind)}
        for feature in self.chance.sample(["limit", "timeout", "buffer", "other"], self.chance.choice([1, 1, 2])):
            if feature == "limit":
                spec["rateLimit"] = self._limit()
            elif feature == "timeout":
                spec["timeout"] = {"http": {"requestTimeout": self.chance.choice(["7s", "0s"])}}
            elif feature == "buffer":
                spec["requestBuffer"] = {"limit": "1Ki"}
            else:
                spec["retry"] = {"numRetries": 2}
        self._add(f"{EG}/v1alpha1", "BackendTrafficPolicy", name, namespace, spec=spec)

    def _limit(self) -> dict[str, Any]:
        limit = {"requests": 5, "unit": "Minute"}
        selected = {"clientSelectors": [{"sourceCIDR": {"type": "Distinct", "value": "0.0.0.0/0"}}], "limit": limit}
        if self._maybe(0.3):
            return {"type": "Global", "global": {"rules": [self.chance.choice([selected, {"limit": limit}])]}}
        rules = self.chance.choice([[{"limit": limit}], [selected], [selected, {"limit": {"requests": 9, "unit": "Second"}}]])
        if self._maybe(0.08):
            rules = [selected, {"limit": {"requests": 9, "unit": "Hour"}}]  # its unit does not divide the other's: refused
        return {"type": "Local", "local": {"rules": rules}}

    def _client(self, name: str) -> None:
        namespace, targets, _ = self._targets(["Gateway"])
        spec: dict[str, Any] = dict(targets)
        feature = self.chance.choice(["tls", "mtls", "mtls", "headers", "timeout", "path"])
        if feature == "tls":
            spec["tls"] = {"minVersion": self.chance.choice(["1.0", "1.3"])}
        elif feature == "mtls":
            validation: dict[str, Any] = {
                "caCertificateRefs": [{"kind": "ConfigMap", "group": "", "name": self.chance.choice(["ca"] * 6 + ["absent"])}]
            }
            spec["tls"] = {"clientValidation": {**validation, **({"optional": True} if self._maybe(0.25) else {})}}
        elif feature == "headers":
            spec["headers"] = {"earlyRequestHeaders": {"remove": ["x-user"]}, "enableEnvoyHeaders": False}
        elif feature == "timeout":
            spec["timeout"] = {"http": {"requestReceivedTimeout": "20s"}}
        else:
            spec["path"] = {"escapedSlashesAction": "RejectRequest"}
        self._add(f"{EG}/v1alpha1", "ClientTrafficPolicy", name, namespace, spec=spec)

    def _extension(self, name: str) -> None:
        namespace, targets, _ = self._targets(["Gateway", "HTTPRoute"])
        if self.version == "1.8" and any(one["kind"] == "ListenerSet" for one in targets.get("targetRefs", [])):
            return
        backend = {"name": self.chance.choice(["app", "app", "absent"]), "port": 80}
        spec = {**targets, "extProc": [{"backendRefs": [backend], **({"failOpen": True} if self._maybe(0.3) else {})}]}
        self._add(f"{EG}/v1alpha1", "EnvoyExtensionPolicy", name, namespace, spec=spec)

    def _backend_tls(self, name: str) -> None:
        ref: dict[str, Any] = {"group": "", "kind": "Service", "name": self.chance.choice(["app", "app", "other"])}
        if self._maybe(0.4):
            ref["sectionName"] = self.chance.choice(["http", "https", "https", "absent"])
        validation: dict[str, Any] = {
            "hostname": "app.internal",
            "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": self.chance.choice(["ca", "ca", "ca", "absent"])}],
        }
        if self._maybe(0.3):
            validation = {"hostname": "app.internal", "wellKnownCACertificates": "System"}
        self._add(f"{GW}/v1", "BackendTLSPolicy", name, self.shop, spec={"targetRefs": [ref], "validation": validation})


def _accepted(listeners: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those that the API server would refuse: two of one port, protocol and hostname."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in listeners:
        found.setdefault((one["port"], one["protocol"], one.get("hostname")), one)
    return list(found.values())


def _back_or_shop() -> dict[str, Any]:
    return {"matchExpressions": [{"key": "team", "operator": "In", "values": ["back", "shop"]}]}


def encoded(text: str) -> str:
    """As the data of a Secret."""
    return base64.b64encode(text.encode()).decode()
