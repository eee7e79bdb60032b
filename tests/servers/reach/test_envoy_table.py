"""The reader of Envoy's configuration answers as documented, on worlds whose answers are plain."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.egctl import Egctl
from tests.servers.reach.envoy_table import Request, Seen, answer, clashes
from tests.servers.reach.plain_objects import GATEWAY, SPACE, gateway, listener, made, on, route, security, service
from tests.servers.reach.translated import GATEWAY_CLASS
from tests.servers.reach.witnesses import GW, Object
from tests.servers.xds import Dump

pytestmark = pytest.mark.servers


@pytest.fixture
def seen(egctl: Egctl) -> Any:
    """``seen(objects)(host, path, …)`` asks the Gateway of these objects, in plaintext at port 80 unless it says otherwise."""

    def of(*objects: Object) -> Any:
        dump = Dump(egctl.as_they_are([GATEWAY_CLASS, *objects])[f"{SPACE}/edge"])
        assert not clashes(dump)

        def asked(host: str, path: str = "/", **fields: Any) -> Seen:
            return answer(dump, Request(host, path, **{"scheme": "http", "port": 80, **fields}))

        return asked

    return of


def test_paths_methods_headers_and_queries(seen: Any) -> None:
    rules = [
        on("/a"),
        on("/a/b", "Exact"),
        on("/v[0-9]+", "RegularExpression"),
        on("/a", method="POST"),
        on("/h", headers=[{"name": "X-One", "value": "1"}], queryParams=[{"name": "q", "type": "RegularExpression", "value": "[0-9]+"}]),
    ]
    ask = seen(gateway(listener("l")), service(), route("r", *rules))
    assert [ask("any.test", path).rule for path in ("/a", "/a/", "/a/b", "/a/b/", "/v12")] == [0, 0, 1, 0, 2]
    assert {ask("any.test", path).status for path in ("/ab", "/v", "/v1/", "/", "/A")} == {404}
    assert ask("any.test", "/a", method="POST").rule == 3
    held = {"headers": (("x-one", "1"),), "query": (("q", "12"),)}
    assert ask("any.test", "/h", **held).rule == 4
    assert {ask("any.test", "/h", **{**held, part: ()}).status for part in held} == {404}
    assert ask("any.test", "/h", headers=held["headers"], query=(("q", "1a"),)).outcome == "no-route"


def test_hosts_and_what_answers(seen: Any) -> None:
    away = {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}], "backendRefs": []}
    ask = seen(
        gateway(listener("l")),
        service(),
        service("other", 2),
        route("exact", {}, hosts=("a.example.com",)),
        route("wild", {"backendRefs": [{"name": "other", "port": 80, "weight": 3}, {"name": "app", "port": 80}]}, hosts=("*.example.com",)),
        route("away", away, hosts=("away.test",)),
        route("lost", {"backendRefs": [{"name": "absent", "port": 80}]}, hosts=("lost.test",)),
        route("half", {"backendRefs": [{"name": "absent", "port": 80}, {"name": "app", "port": 80}]}, hosts=("half.test",)),
    )
    assert ask("a.example.com").backends == (("10.0.0.1:80", 1),)
    assert ask("q.b.example.com").route == "HTTPRoute hand/wild"
    assert sorted(ask("b.example.com").backends) == [("10.0.0.1:80", 1), ("10.0.0.2:80", 3)]
    assert ask("example.com").outcome == "no-route"
    assert (ask("away.test").outcome, ask("away.test").status) == ("redirect", 301)
    assert (ask("lost.test").outcome, ask("lost.test").status) == ("response", 500)
    assert (ask("half.test").outcome, sorted(ask("half.test").backends)) == ("backend", [("", 1), ("10.0.0.1:80", 1)])


def test_server_names(seen: Any) -> None:
    tls = [listener("pass", 443, "TLS", hostname="*.pass.test", tls={"mode": "Passthrough"}), listener("bytes", 9000, "TCP"), listener("l")]
    parents = [{"name": "edge", "sectionName": "pass"}]
    streams = [
        made(
            f"{GW}/v1",
            "TLSRoute",
            "t",
            {"parentRefs": parents, "hostnames": ["a.pass.test"], "rules": [{"backendRefs": [{"name": "app", "port": 80}]}]},
        ),
        route("r"),
    ]
    ask = seen(gateway(*tls), service(), *streams)
    assert ask("a.pass.test", scheme="https", port=443).route == "TLSRoute hand/t"
    assert ask("b.pass.test", scheme="https", port=443).outcome == "refused"
    assert ask("a.pass.test", port=443).outcome == "refused", "no TLS, no server name"
    assert ask("a.pass.test", scheme="https").outcome == "refused", "port 80 speaks no TLS"
    assert ask("a.pass.test", port=81).outcome == "refused"


def test_protections_act_where_they_are_stated(seen: Any) -> None:
    jwt = {"providers": [{"name": "one", "issuer": "https://id.test", "remoteJWKS": {"uri": "https://id.test/jwks"}}]}
    ask = seen(
        gateway(listener("l")),
        service(),
        route("floor", hosts=("floor.test",)),
        route("token", hosts=("token.test",)),
        route("lax", hosts=("lax.test",)),
        route("open", hosts=("open.test",)),
        route("asked", hosts=("asked.test",)),
        security("floor", GATEWAY, authorization={"defaultAction": "Deny"}),
        security("token", {**GATEWAY, "kind": "HTTPRoute", "name": "token"}, jwt=jwt),
        security(
            "lax", {**GATEWAY, "kind": "HTTPRoute", "name": "lax"}, jwt={**jwt, "optional": True}, authorization={"defaultAction": "Allow"}
        ),
        security("open", {**GATEWAY, "kind": "HTTPRoute", "name": "open"}),
        security(
            "asked",
            {**GATEWAY, "kind": "HTTPRoute", "name": "asked"},
            extAuth={"failOpen": True, "http": {"backendRefs": [{"name": "app", "port": 80}]}},
        ),
    )
    assert ask("floor.test").protects == {"authorization": "enforced"}
    assert ask("token.test").protects == {"jwt": "enforced"}
    assert ask("lax.test").protects == {"jwt": "not-enforced", "authorization": "not-enforced"}
    assert ask("open.test").protects == {}
    assert ask("asked.test").protects == {"external-auth": "not-enforced"}
