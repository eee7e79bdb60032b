"""Who inside the cluster reaches the pods behind a Service."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.gateways.effect import Guard
from gatewright.manifest.identity import ObjectId
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.unknown import Unknown
from gatewright.reach.fence import Fences
from gatewright.reach.pods import Pods
from tests.reach.small import world

A = ObjectId("", "Service", "shop", "a")
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {namespace: shop, name: a}\nspec: {selector: {app: a}, ports: [{port: 80, targetPort: 8080}]}\n"
NAMED = "apiVersion: v1\nkind: Service\nmetadata: {namespace: shop, name: a}\nspec: {selector: {app: a}, ports: [{port: 80, targetPort: web}]}\n"
PROXIES = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: infra}}, podSelector: {matchLabels: {role: proxy}}}"
ADMITTED = "pods role=proxy of namespace infra"
ALL = ("NetworkPolicy.networking.k8s.io",)


def deployment(name: str, labels: str, ports: str = "[{name: web, containerPort: 8080}]") -> str:
    return (f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{namespace: shop, name: {name}}}\n"
            f"spec: {{template: {{metadata: {{labels: {{{labels}}}}}, spec: {{containers: [{{name: c, ports: {ports}}}]}}}}}}\n")  # fmt: skip


def policy(
    name: str,
    selector: str = "{matchLabels: {app: a}}",
    ingress: str = f"[{{from: [{PROXIES}]}}]",
    types: str = "",
    namespace: str = "shop",
) -> str:
    kinds = f", policyTypes: {types}" if types else ""
    return (f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{namespace: {namespace}, name: {name}}}\n"
            f"spec: {{podSelector: {selector}, ingress: {ingress}{kinds}}}\n")  # fmt: skip


def before(*texts: str, complete: tuple[str, ...] = ()) -> Guard:
    return Fences.of(Pods.of(world(*texts, complete=complete))).before(A, 80)


def admitted(*texts: str, complete: tuple[str, ...] = ()) -> tuple[str, ...]:
    guard = before(*texts, complete=complete)
    assert isinstance(guard.value, Fenced), guard
    assert guard.state == "enforced"
    return guard.value.admits


def test_without_policies_the_pods_are_open_if_none_is_missing() -> None:
    guard = before(SERVICE, complete=ALL)
    assert isinstance(guard.value, NotFenced)
    assert (guard.value.reason, guard.state) == ("no NetworkPolicy selects pods app=a of namespace shop", "not-enforced")


def test_without_policies_nobody_knows_if_some_may_be_missing() -> None:
    assert isinstance(before(SERVICE).value, Unknown)


def test_a_policy_that_selects_the_pods_is_a_fence_with_those_it_admits() -> None:
    guard = before(SERVICE, policy("p"))
    assert (guard.value, guard.state) == (Fenced((ADMITTED,)), "enforced")
    assert guard.at
    assert str(guard.at.object) == "NetworkPolicy shop/p"


def test_policies_add_up() -> None:
    assert admitted(SERVICE, policy("p"), policy("q", ingress="[{from: [{podSelector: {}}]}]")) == ("all pods of namespace shop", ADMITTED)


def test_a_policy_that_admits_nobody() -> None:
    assert admitted(SERVICE, policy("p", ingress="[]")) == ()
    assert admitted(SERVICE, policy("p", selector="{}", ingress="[]", types="[Ingress]")) == ()


@pytest.mark.parametrize(
    "ingress",
    [
        "[{}]",
        "[{from: []}]",
        "[{from: null, ports: []}]",
        "[{from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}]}]",
        "[{ports: [{port: 8080}]}]",
    ],
)
def test_whoever_admits_anybody_is_no_fence(ingress: str) -> None:
    guard = before(SERVICE, policy("closed"), policy("opened", ingress=ingress))
    assert (guard.value, guard.state) == (NotFenced("NetworkPolicy shop/opened admits anybody"), "not-enforced")


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        ("{podSelector: {matchLabels: {b: '2', a: '1'}}}", "pods a=1,b=2 of namespace shop"),
        ("{podSelector: {}}", "all pods of namespace shop"),
        ("{namespaceSelector: {}}", "all pods of every namespace"),
        ("{namespaceSelector: {matchLabels: {team: x}}}", "all pods of namespaces team=x"),
        ("{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [b, a]}]}}", "all pods of namespace a or b"),
        ("{podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [p, q]}, {key: b, operator: Exists}, {key: c, operator: DoesNotExist}]}}",
         "pods a not in (p|q),b,no c of namespace shop"),
        ("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}", "addresses 10.0.0.0/8 except 10.1.0.0/16"),
        ("{ipBlock: {cidr: 0.0.0.0/0}}", "addresses 0.0.0.0/0"),
    ],
)  # fmt: skip
def test_who_is_admitted_in_words(peer: str, words: str) -> None:
    assert admitted(SERVICE, policy("p", ingress=f"[{{from: [{peer}]}}]")) == (words,)


@pytest.mark.parametrize(
    ("ports", "reached"),
    [
        ("[{port: 8080}]", True),
        ("[{port: 80}]", False),
        ("[{port: 8000, endPort: 8100}]", True),
        ("[{port: 8081, endPort: 8100}]", False),
        ("[{protocol: UDP, port: 8080}]", False),
        ("[{protocol: UDP}, {protocol: TCP}]", True),
        ("[{port: web}]", True),
        ("[{port: admin}]", None),
    ],
)
def test_only_those_who_come_to_the_port_count(ports: str, reached: bool | None) -> None:
    found = admitted(SERVICE, deployment("a", "app: a"), policy("p", ingress=f"[{{from: [{PROXIES}], ports: {ports}}}]"))
    assert found == {True: (ADMITTED,), False: (), None: (f"perhaps {ADMITTED}",)}[reached]


@pytest.mark.parametrize(("ports", "reached"), [("[{port: web}]", True), ("[{port: 8080}]", True), ("[{port: 81}]", False)])
def test_a_port_may_be_named_by_the_service(ports: str, reached: bool) -> None:
    found = admitted(NAMED, deployment("a", "app: a"), policy("p", ingress=f"[{{from: [{PROXIES}], ports: {ports}}}]"))
    assert found == ((ADMITTED,) if reached else ())


def test_a_name_of_pods_that_are_not_here_may_be_any_number() -> None:
    assert admitted(NAMED, policy("p", ingress=f"[{{from: [{PROXIES}], ports: [{{port: 8080}}]}}]")) == (f"perhaps {ADMITTED}",)


def test_a_policy_for_other_pods_or_another_namespace_or_what_leaves_is_none() -> None:
    texts = (SERVICE, policy("p", selector="{matchLabels: {app: b}}"), policy("p", namespace="other"), policy("q", types="[Egress]"))
    assert isinstance(before(*texts, complete=ALL).value, NotFenced)


def test_a_policy_without_types_is_for_what_comes_in() -> None:
    assert admitted(SERVICE, policy("p", types="[]")) == (ADMITTED,)


def test_labels_that_nobody_knows_leave_it_open_whether_a_policy_is_for_the_pods() -> None:
    assert isinstance(before(SERVICE, policy("p", selector="{matchLabels: {tier: web}}"), complete=ALL).value, Unknown)
    assert admitted(SERVICE, deployment("a", "app: a, tier: web"), policy("p", selector="{matchLabels: {tier: web}}")) == (ADMITTED,)
    assert isinstance(
        before(SERVICE, deployment("a", "app: a, tier: db"), policy("p", selector="{matchLabels: {tier: web}}"), complete=ALL).value,
        NotFenced,
    )


def test_whom_a_policy_admits_that_may_be_for_the_pods_is_perhaps_admitted() -> None:
    found = admitted(SERVICE, policy("p"), policy("q", selector="{matchLabels: {tier: web}}", ingress="[{}]"))
    assert found == ("perhaps anybody", ADMITTED)


@pytest.mark.parametrize(
    ("expression", "selects"),
    [("{key: app, operator: In, values: [a, b]}", True), ("{key: app, operator: NotIn, values: [a]}", False), ("{key: app, operator: Exists}", True),
     ("{key: app, operator: DoesNotExist}", False), ("{key: tier, operator: DoesNotExist}", None)],
)  # fmt: skip
def test_expressions_select_pods_by_what_is_known_of_them(expression: str, selects: bool | None) -> None:
    value = before(SERVICE, policy("p", selector=f"{{matchExpressions: [{expression}]}}"), complete=ALL).value
    assert type(value) is {True: Fenced, False: NotFenced, None: Unknown}[selects]


def test_one_kind_of_pods_that_is_open_opens_the_service() -> None:
    texts = (
        SERVICE,
        deployment("a", "app: a, tier: web"),
        deployment("b", "app: a, tier: canary"),
        policy("p", selector="{matchLabels: {tier: web}}"),
    )
    value = before(*texts, complete=ALL).value
    assert isinstance(value, NotFenced)
    assert "tier=canary" in value.reason


def test_of_pods_that_are_not_known_nothing_is_known() -> None:
    assert isinstance(before(policy("p"), complete=ALL).value, Unknown)
    assert isinstance(before(SERVICE.replace("selector: {app: a}, ", ""), policy("p"), complete=ALL).value, Unknown)


def test_of_pods_elsewhere_a_policy_for_the_whole_namespace_says_nothing() -> None:
    elsewhere = SERVICE.replace("selector: {app: a}", "type: ExternalName, externalName: x.other.svc")
    assert isinstance(before(elsewhere, policy("p", selector="{}", ingress="[]")).value, Unknown)


FOREIGN = "apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{{namespace}name: f}}\nspec: {{}}\n"


@pytest.mark.parametrize(
    ("group", "kind", "namespace"),
    [
        ("cilium.io", "CiliumNetworkPolicy", "namespace: shop, "),
        ("policy.networking.k8s.io", "AdminNetworkPolicy", ""),
        ("projectcalico.org", "GlobalNetworkPolicy", ""),
    ],
)
def test_policies_of_other_kinds_may_admit_more_or_fence(group: str, kind: str, namespace: str) -> None:
    other = FOREIGN.format(group=group, kind=kind, namespace=namespace)
    assert admitted(SERVICE, policy("p"), other) == (f"perhaps whom a {kind} ({group}) admits, which is not read", ADMITTED)
    assert isinstance(before(SERVICE, other, complete=ALL).value, Unknown)


def test_policies_of_other_kinds_in_another_namespace_do_not_matter() -> None:
    assert admitted(
        SERVICE, policy("p"), FOREIGN.format(group="cilium.io", kind="CiliumNetworkPolicy", namespace="namespace: other, ")
    ) == (ADMITTED,)


def test_the_same_question_has_the_identical_answer() -> None:
    found = Fences.of(Pods.of(world(SERVICE, policy("p"))))
    assert found.before(A, 80) is found.before(A, 80)


@pytest.mark.parametrize(
    "spec",
    [
        "null",
        "[]",
        "7",
        "{podSelector: 7}",
        "{podSelector: {matchLabels: []}}",
        "{podSelector: {matchLabels: {app: 7}}}",
        "{podSelector: null}",
        "{podSelector: {}, ingress: 7}",
        "{podSelector: {}, ingress: [null, 7, {from: 7, ports: 7}]}",
        "{podSelector: {}, ingress: [{from: [null, 7, {}], ports: [null, {port: []}]}]}",
        "{podSelector: {matchExpressions: [{key: app}]}}",
        "{podSelector: {}, policyTypes: 7, ingress: [{from: [{ipBlock: 7}]}]}",
    ],
)
def test_whatever_a_policy_holds_nothing_is_raised(spec: str) -> None:
    text = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{namespace: shop, name: p}}\nspec: {spec}\n"
    for more in ((), (deployment("a", "app: a"),)):
        assert isinstance(before(SERVICE, text, *more).value, Fenced | NotFenced | Unknown)


def test_a_selector_that_cannot_be_read_is_never_a_fence() -> None:
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: shop, name: p}\nspec: {podSelector: {matchLabels: {app: 7}}}\n"
    assert isinstance(before(SERVICE, text, complete=ALL).value, Unknown)


def test_so_many_policies_that_may_be_meant_leave_it_unknown() -> None:
    texts = [policy(f"p{number}", selector=f"{{matchLabels: {{tier: t{number}}}}}") for number in range(100)]
    assert isinstance(before(SERVICE, policy("p"), *texts).value, Unknown)


@pytest.mark.parametrize("selector", ["{matchLabels: {app: a}}", "{matchLabels: {tier: web}}", "{matchLabels: {app: b}}", "7"])
def test_policies_that_were_renamed_are_the_same_fence_and_those_that_admit_others_are_not(selector: str) -> None:
    one, other = (before(SERVICE, policy(name, selector)).value for name in "pq")
    assert one == other
    if selector not in ("{matchLabels: {app: b}}",):
        assert before(SERVICE, policy("p", selector, "[{from: [{namespaceSelector: {}}]}]")).value != one


PEERS = {"one": "{podSelector: {matchLabels: {p: one}}}", "two": "{podSelector: {matchLabels: {p: two}}}"}
TERMS = st.sampled_from(
    [
        "{key: app, operator: In, values: [a]}",
        "{key: app, operator: In, values: [b]}",
        "{key: app, operator: NotIn, values: [b]}",
        "{key: tier, operator: In, values: [web]}",
        "{key: tier, operator: In, values: [web, db]}",
        "{key: tier, operator: NotIn, values: [web]}",
        "{key: tier, operator: Exists}",
        "{key: tier, operator: DoesNotExist}",
        "{key: app, operator: Exists}",
    ]
)
POLICIES = st.lists(st.tuples(st.lists(TERMS, max_size=2), st.sets(st.sampled_from([*PEERS, "anybody"]))), max_size=4)


def _holds(term: str, labels: dict[str, str]) -> bool:
    """What the term says, by a reading of its own."""
    key, operator, values = re.fullmatch(r"\{key: (\w+), operator: (\w+)(?:, values: \[([\w, ]*)\])?\}", term).groups()  # type: ignore[union-attr]
    listed = (values or "").split(", ")
    return {
        "In": labels.get(key) in listed,
        "NotIn": labels.get(key) not in listed,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[operator]


@given(POLICIES, st.sampled_from([None, {}, {"tier": "web"}, {"tier": "db"}]))
def test_whatever_the_pods_are_nobody_comes_in_who_is_not_named(
    policies: list[tuple[list[str], set[str]]], known: dict[str, str] | None
) -> None:
    texts = []
    for number, (terms, peers) in enumerate(policies):
        rules = ", ".join("{}" if one == "anybody" else f"{{from: [{PEERS[one]}]}}" for one in sorted(peers))
        texts.append(policy(f"p{number}", f"{{matchExpressions: [{', '.join(terms)}]}}", f"[{rules}]"))
    if known is not None:
        texts.append(deployment("d", ", ".join(["app: a", *(f"{key}: {value}" for key, value in known.items())])))
    value = before(SERVICE, *texts, complete=ALL).value
    for more in ({}, {"tier": "web"}, {"tier": "db"}, {"tier": "other"}) if known is None else (known,):
        labels = {"app": "a", **more}
        selecting = [peers for terms, peers in policies if all(_holds(term, labels) for term in terms)]
        entering = {"anybody"} if not selecting else set().union(*selecting)
        if isinstance(value, Fenced):
            named = {one: one.removeprefix("perhaps ") for one in value.admits}
            words = {"anybody" if one == "anybody" else f"pods p={one} of namespace shop" for one in entering}
            assert selecting
            assert words <= set(named.values())
            assert {one for one in named if not one.startswith("perhaps ")} <= words
        elif isinstance(value, NotFenced):
            assert "anybody" in entering
        else:
            assert known is None
