"""Who reaches a Service: exact sets, in order of strength, with witnesses that are really taken."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatewright.gateways.effect import Guard
from gatewright.gateways.port import Gateway
from gatewright.manifest.identity import ObjectId
from gatewright.match import Methods, Request, Sources
from gatewright.protection.access import ApiKeys
from gatewright.protection.authorization import NOBODY, Authorization, Way
from gatewright.protection.unknown import Unknown
from gatewright.reach.address import Address, Chain, HostClass, Port
from gatewright.reach.answering import ask
from gatewright.reach.outcome import Forwarded
from gatewright.reach.question import Question
from gatewright.reach.reach import Reach
from gatewright.reach.who import Who, who
from gatewright.reach.worded import condition_words, host_words, method_words, path_words, source_words
from tests.properties.budget import examples
from tests.reach.small import BARE, ENVOY, GATEWAY, reach, route

COMPLETE = ("*.gateway.networking.k8s.io", "Service", "Ingress.networking.k8s.io")


def service(name: str, namespace: str = "shop", port: int = 80, target: int = 0, **selector: str) -> str:
    """A Service with one port."""
    labels = ", ".join(f"{key}: {value}" for key, value in selector.items())
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec: {{selector: {{{labels}}}, ports: [{{port: {port}, targetPort: {target or port}}}]}}\n"
    )


def small(*routes: str) -> Reach:
    return reach(GATEWAY, *routes, target=BARE)


def to(found: Reach, name: str, port: int | None = None) -> Who:
    return who(found, ObjectId("", "Service", "shop", name), port)


def sets(found: Who) -> list[str]:
    """Host, path, method, conditions and source of every set, way by way."""
    return [
        f"{host_words(one.hosts)} {path_words(one.paths)} {method_words(one.methods)} {condition_words(one.conditions)} {source_words(one.sources)}"
        for way in found.ways
        for one in way.matches
    ]


def guarded(found: Reach, name: str, guards: Sequence[Guard]) -> Reach:
    """The same with other guards before one backend's Service."""

    def classes(chain: Chain) -> dict[object, HostClass]:
        return {
            host: HostClass(
                each.host, tuple(attrs.evolve(row, guards=tuple(guards)) if name in str(row.outcome) else row for row in each.rows)
            )
            for host, each in chain.hosts.items()
        }

    def address(one: Address) -> Address:
        ports = {
            key: Port(port.number, port.transport, {host: attrs.evolve(chain, hosts=classes(chain)) for host, chain in port.chains.items()})
            for key, port in one.ports.items()
        }
        return attrs.evolve(one, ports=ports)

    return attrs.evolve(found, addresses=tuple(map(address, found.addresses)))


def test_what_a_better_rule_takes_is_left_out() -> None:
    found = small(route("a", "{path: {value: /a}}", "{path: {value: /a/b}, method: GET}", "{path: {type: Exact, value: /a/c}}"))
    assert sets(to(found, "a-0")) == [
        "* /a and below except exactly /a/c, /a/b and below any method  anywhere",
        "* /a/b and below any method but GET  anywhere",
    ]
    assert sets(to(found, "a-1")) == ["* /a/b and below GET  anywhere"]


def test_a_rule_that_others_shadow_is_no_way() -> None:
    found = small(
        route("old", "{path: {value: /a}}", created="2020-01-01T00:00:00Z"),
        route("new", "{path: {value: /a}}", created="2021-01-01T00:00:00Z"),
    )
    assert len(to(found, "old-0").ways) == 1
    assert to(found, "new-0").ways == ()


def test_a_narrower_hostname_takes_its_requests_away() -> None:
    found = small(route("wide", "", hosts='"*.example.com"'), route("narrow", "", hosts="a.example.com"))
    assert sets(to(found, "wide-0")) == ["*.example.com except a.example.com any path any method  anywhere"]
    (way,) = to(found, "wide-0").ways
    assert way.witness.host != "a.example.com"


def test_where_no_narrower_rule_matches_a_wider_hostname_serves() -> None:
    found = small(route("wide", "", hosts='"*.example.com"'), route("narrow", "{path: {value: /n}}", hosts="a.example.com"))
    assert sets(to(found, "wide-0")) == [
        "*.example.com except a.example.com any path any method  anywhere",
        "a.example.com any path except /n and below any method  anywhere",
    ]


def test_conditions_are_part_of_the_sets() -> None:
    found = small(route("a", "", "{headers: [{name: X-Canary, value: 'yes'}]}"))
    assert sets(to(found, "a-1")) == ["* any path any method header x-canary: yes anywhere"]
    assert sets(to(found, "a-0")) == ["* any path any method not header x-canary: yes anywhere"]
    (way,) = to(found, "a-1").ways
    assert way.witness.headers == (("x-canary", "yes"),)


def test_an_order_that_is_open_takes_nothing_away_and_is_said() -> None:
    found = small(route("one", "{path: {value: /a}}"), route("other", "{path: {value: /a}}"))
    for name, rival in (("one-0", "other"), ("other-0", "one")):
        (way,) = to(found, name).ways
        assert path_words(way.matches[0].paths) == "/a and below"
        assert any(f"HTTPRoute shop/{rival} rule 0 may be served instead" in doubt for doubt in way.doubts)


def test_an_expression_that_cannot_be_read_is_a_doubt_and_no_error() -> None:
    found = small(route("a", "{path: {type: RegularExpression, value: '/(?=x).*'}}", "{path: {value: /a}}"))
    for name in ("a-0", "a-1"):
        (way,) = to(found, name).ways
        assert way.doubts


def test_mirrors_are_ways_of_their_own() -> None:
    text = (
        route("a", "{path: {value: /a}}") + "    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: shadow, port: 80}}}]\n"
    )
    (way,) = to(small(text), "shadow").ways
    assert way.copied
    assert not to(small(text), "a-0").ways[0].copied


def test_another_service_of_the_same_pods_counts() -> None:
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: shop}\nspec: {template: {metadata: {labels: {app: a, tier: x}}}}\n"
    texts = [route("a", ""), service("a-0", app="a"), service("hidden", tier="x"), service("apart", app="b"), deployment]
    (way,) = to(small(*texts), "hidden").ways
    assert (way.backend.id.name, way.doubts) == ("a-0", ())
    assert to(small(*texts), "apart").ways == ()
    (way,) = to(small(*texts[:-1]), "hidden").ways
    assert any("their selectors may choose the same ones" in doubt for doubt in way.doubts)


def test_only_the_port_that_is_asked_for() -> None:
    found = small(route("a", ""))
    assert len(to(found, "a-0", 80).ways) == 1
    assert to(found, "a-0", 81).ways == ()


def test_a_backend_without_weight_gets_nothing() -> None:
    text = route("a", "").replace("port: 80}", "port: 80, weight: 0}, {name: b, port: 80}")
    assert to(small(text), "a-0").ways == ()
    assert len(to(small(text), "b").ways) == 1


def test_addresses_and_methods_that_nobody_has_are_left_out() -> None:
    authorization = Authorization((Way(Methods.only("GET"), Sources.of("192.0.2.0/24")), Way(Methods.only("POST"))))
    found = guarded(small(route("a", "")), "a-0", [Guard("authorization", authorization)])
    assert sets(to(found, "a-0")) == ["* any path GET  192.0.2.0/24", "* any path POST  anywhere"]
    assert to(found, "a-0").ways[0].witness.source == "192.0.2.1"
    assert to(guarded(found, "a-0", [Guard("authorization", NOBODY)]), "a-0").ways == ()
    assert len(to(guarded(found, "a-0", [Guard("authorization", NOBODY, "not-enforced")]), "a-0").ways) == 1
    found = guarded(found, "a-0", [Guard("ip", Sources.of("10.0.0.0/8"))])
    assert sets(to(found, "a-0")) == ["* any path any method  10.0.0.0/8"]


def test_the_weakest_way_comes_first() -> None:
    routes = [
        route(name, f"{{path: {{value: /{name}}}}}").replace(f"name: {name}-0", "name: svc") for name in ("key", "open", "doubt", "address")
    ]
    found = small(*routes)

    def guards(path: str) -> tuple[Guard, ...]:
        known = {
            "/key": Guard("api-key", ApiKeys(("keys",))), "/doubt": Guard("jwt", Unknown("?"), "unknown"),
            "/address": Guard("ip", Sources.of("10.0.0.0/8")),
        }  # fmt: skip
        return (known[path],) if path in known else ()

    for address in found.addresses:
        for port in address.ports.values():
            for chain in port.chains.values():
                for host, each in list(chain.hosts.items()):
                    chain.hosts[host] = HostClass(each.host, tuple(attrs.evolve(row, guards=guards(row.path.value)) for row in each.rows))  # type: ignore[index]
    assert [way.entry.path.value for way in to(found, "svc").ways] == ["/open", "/doubt", "/address", "/key"]


@pytest.mark.parametrize("name", ["a-0", "a-1", "b-0", "c-0", "c-1"])
def test_every_witness_is_taken_by_the_entry_that_it_stands_for(name: str) -> None:
    found = small(
        route("a", "{path: {value: /a}}", "{path: {value: /a/b}, method: GET}", hosts='"*.example.com"'),
        route("b", "{path: {value: /a}, queryParams: [{name: q, value: '1'}]}", hosts="x.example.com"),
        route("c", "{headers: [{name: v, type: RegularExpression, value: '[0-9]+'}]}", "{path: {type: Exact, value: /a/c}}"),
    )
    ways = to(found, name).ways
    assert ways
    for way in ways:
        one = way.witness
        (reply,) = ask(found, Question(one.host, one.path, one.method, one.headers, one.query, "http"))
        assert reply.winner is way.entry


_HOSTS = ("a.example.com", "b.example.com", "x.a.example.com")
_MATCHES = [
    f"{{{', '.join(part for part in parts if part)}}}"
    for parts in itertools.product(
        ("path: {value: /}", "path: {value: /a}", "path: {value: /a/b}", "path: {type: Exact, value: /a}"),
        ("", "method: GET", "method: POST"),
        ("", "headers: [{name: v, value: '1'}]"),
    )
]
_REQUESTS = [
    Request(host, path, method, headers)
    for host in _HOSTS
    for path in ("/", "/a", "/a/b", "/ab")
    for method in ("GET", "POST", "PUT")
    for headers in ((), (("v", "1"),), (("v", "2"),))
]


_LISTENERS = [
    GATEWAY,
    f"{GATEWAY}  - {{name: narrow, port: 80, protocol: HTTP, hostname: '*.example.com', allowedRoutes: {{namespaces: {{from: All}}}}}}\n",
    f"{GATEWAY}  - {{name: one, port: 80, protocol: HTTP, hostname: a.example.com}}\n",
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "a.example.com", '"*.example.com"', '"*.a.example.com"', 'b.example.com, "*.example.com"']),
            st.lists(st.sampled_from(_MATCHES), min_size=1, max_size=3),
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(_LISTENERS),
    st.sampled_from([BARE, ENVOY]),
)
@examples(60)
def test_the_sets_hold_exactly_the_requests_that_are_answered_so(
    routes: list[tuple[str, list[str]]], gateway: str, target: Gateway
) -> None:
    """Both ways round, for every request of a small alphabet: what is asked forward is what is found backward."""
    texts = (route(f"r{at}", *rules, hosts=hosts, created=f"2020-01-0{at + 1}T00:00:00Z") for at, (hosts, rules) in enumerate(routes))
    found = reach(gateway, *texts, target=target)
    assume(not any(one.undecided for one in found.attached))  # a hostname twice on one port, which Envoy may not load
    forward: dict[str, set[Request]] = {}
    for one in _REQUESTS:
        (reply,) = ask(found, Question(one.host, one.path, one.method, one.headers, scheme="http"))
        if isinstance(reply.outcome, Forwarded):
            forward.setdefault(reply.outcome.backends[0].id.name, set()).add(one)
    for number, (_, rules) in enumerate(routes):
        for rule in range(len(rules)):
            ways = to(found, f"r{number}-{rule}").ways
            matches = [match for way in ways for match in way.matches]
            hits = {one: sum(match.contains(one) for match in matches) for one in _REQUESTS}
            assert {one for one, count in hits.items() if count} == forward.get(f"r{number}-{rule}", set())
            assert max(hits.values()) <= 1, "disjoint"
            assert all(any(match.contains(way.witness) for match in way.matches) for way in ways)


def test_nothing_is_certain_only_if_nothing_can_be_missing() -> None:
    texts = [GATEWAY, route("a", ""), service("other", app="other")]
    assert to(reach(*texts, target=BARE), "other").doubts == (
        "there may be more of Service, Ingress than the manifests hold, and so side doors that are not seen",
    )
    whole = to(reach(*texts, target=BARE, complete=COMPLETE), "other")
    assert (whole.ways, whole.doubts, whole.stated) == ((), (), True)
    assert not to(reach(*texts, target=BARE, complete=COMPLETE), "absent").stated
    partial = to(reach(*texts, target=BARE, complete=()), "other")
    assert any("HTTPRoute" in doubt for doubt in partial.doubts)


def test_a_route_that_may_be_attached_is_a_doubt() -> None:
    text = route("a", "").replace("name: edge", "name: elsewhere")
    found = to(reach(GATEWAY, text, target=BARE, complete=("Service", "Ingress.networking.k8s.io")), "a-0")
    assert any("HTTPRoute shop/a may be attached to Gateway infra/elsewhere" in doubt for doubt in found.doubts)


def test_side_doors_are_ways() -> None:
    door = service("a-0", app="a").replace("spec: {", "spec: {type: LoadBalancer, ")
    found = to(small(route("a", ""), door), "a-0")
    assert {way.entry.listener.via for way in found.ways} == {"gateway", "load-balancer", "node-port"}
