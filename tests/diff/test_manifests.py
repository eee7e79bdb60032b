"""What changes in manifests, field by field: keyed lists, defaults, renames, secrets, and nothing hidden in silence."""

from __future__ import annotations

import base64
import json
import random

import pytest

from gatewright.diff.manifests import Field, Manifests, manifests
from gatewright.diff.secrets import Hidden, changed, masked
from gatewright.manifest.yaml_read import read
from gatewright.report.manifest_lines import lines
from gatewright.world.world import World

GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  gatewayClassName: eg
  listeners:
  - {name: web, port: 80, protocol: HTTP}
  - name: shop
    port: 443
    protocol: HTTPS
    hostname: shop.example.com
    tls: {certificateRefs: [{name: shop-tls}]}
"""
ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  parentRefs:
  - {name: edge, namespace: infra, sectionName: shop}
  - {name: edge, namespace: infra, sectionName: web}
  hostnames: [a.example.com, b.example.com]
  rules:
  - matches: [{path: {type: PathPrefix, value: /a}}]
    backendRefs: [{name: a, port: 80}, {name: b, port: 80}]
  - matches: [{path: {type: PathPrefix, value: /b}, headers: [{name: x, value: '1'}, {name: y, value: '2'}]}]
    backendRefs: [{name: b, port: 80}]
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: app
        env: [{name: A, value: '1'}, {name: B, value: '2'}]
        ports: [{containerPort: 80}, {containerPort: 81}]
      - {name: side}
"""


def world(*texts: str) -> World:
    return World.of([one for number, text in enumerate(texts) for one in read(text.encode(), f"{number}.yaml")])


def between(before: str, after: str) -> Manifests:
    return manifests(world(before), world(after))


def fields(before: str, after: str) -> tuple[Field, ...]:
    found = between(before, after)
    assert len(found.objects) == 1, found
    assert found.objects[0].change == "changed"
    return found.objects[0].fields


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (GATEWAY, "port: 80, protocol: HTTP}", "protocol: HTTP, port: 80}"),
        (GATEWAY, "  - {name: web, port: 80, protocol: HTTP}\n", ""),
        (GATEWAY, "hostname: shop.example.com", "hostname: shop.example.com\n    allowedRoutes: {namespaces: {from: Same}}"),
        (GATEWAY, "[{name: shop-tls}]", "[{group: '', kind: Secret, name: shop-tls}]"),
        (GATEWAY, "metadata: {", "metadata: {creationTimestamp: null, "),
        (ROUTE, "[a.example.com, b.example.com]", "[b.example.com, a.example.com]"),
        (ROUTE, "[{name: a, port: 80}, {name: b, port: 80}]", "[{name: b, port: 80, weight: 1}, {name: a, port: 80, kind: Service}]"),
        (ROUTE, "[{name: x, value: '1'}, {name: y, value: '2'}]", "[{name: y, value: '2'}, {name: x, value: '1', type: Exact}]"),
        (ROUTE, "  - {name: edge, namespace: infra, sectionName: shop}\n", ""),
        (DEPLOYMENT, "[{name: A, value: '1'}, {name: B, value: '2'}]", "[{name: B, value: '2'}, {name: A, value: '1'}]"),
        (DEPLOYMENT, "[{containerPort: 80}, {containerPort: 81}]", "[{containerPort: 81}, {containerPort: 80}]"),
        (DEPLOYMENT, "      - {name: side}\n", ""),
    ],
)
def test_what_the_api_server_keeps_alike_is_no_change(text: str, old: str, new: str) -> None:
    """Order of keyed lists and of sets, defaults written out, nulls."""
    assert old in text
    after = text.replace(old, new)
    if not new:  # moved to the end of its list
        head, _, rest = after.partition("  hostnames:") if "hostnames:" in after else (after, "", "")
        if "parentRefs" in text:
            after = f"{head}{old}  hostnames:{rest}"
        elif "containers" in text:
            after = text.replace("      containers:\n", f"      containers:\n{old}").removesuffix(old)
        else:
            after = after + old
    assert after != text
    assert between(text, after) == Manifests()


def test_where_an_object_is_written_is_no_change() -> None:
    assert manifests(world(GATEWAY, ROUTE), world(f"{ROUTE}---\n{GATEWAY}")) == Manifests()


@pytest.mark.parametrize("seed", range(10))
def test_shuffled_keys_and_listeners_are_no_change(seed: int) -> None:
    shuffle = random.Random(seed)

    def shuffled(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            pairs = list(value.items())
            shuffle.shuffle(pairs)
            return {name: shuffled(item, name) for name, item in pairs}
        if isinstance(value, list):
            items = [shuffled(item) for item in value]
            if key in ("listeners", "parentRefs", "hostnames", "backendRefs", "headers", "env", "containers"):
                shuffle.shuffle(items)
            return items
        return value

    for text in (GATEWAY, ROUTE, DEPLOYMENT):
        assert between(text, json.dumps(shuffled(read(text.encode(), "a.yaml")[0].manifest))) == Manifests()


@pytest.mark.parametrize("seed", range(30))
def test_every_object_of_either_side_is_looked_at(seed: int) -> None:
    """Against the plain way: names of either side, each asked for; some stand twice."""
    chance = random.Random(seed)

    def some() -> World:
        rows = [("Widget", chance.choice("abcdef"), chance.choice((0, 1, True, False, 2))) for _ in range(chance.randrange(9))]
        return world(
            *(
                f"apiVersion: e.x/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{v: {json.dumps(value)}}}\n"
                for kind, name, value in rows
            )
        )

    before, after = some(), some()
    expected = {}
    for identity in {one.id for one in (*before, *after)}:
        old, new = before.get(identity), after.get(identity)
        if old is None or new is None:
            expected[identity] = "removed" if new is None else "added"
        elif json.dumps(old.manifest) != json.dumps(new.manifest):
            expected[identity] = "changed"
    found = {one.object: one.change for one in manifests(before, after).objects}
    for one in manifests(before, after).objects:
        if one.was is not None:  # told as one
            found |= {one.object: "added", one.was: "removed"}
    assert found == expected


def test_fields_are_named_by_the_keys_of_their_lists() -> None:
    wider = GATEWAY.replace("hostname: shop.example.com", 'hostname: "*.example.com"')
    assert fields(GATEWAY, wider) == (Field("!", "spec.listeners[shop].hostname", "shop.example.com", "*.example.com"),)
    gone, new = fields(ROUTE, ROUTE.replace("sectionName: web", "sectionName: api"))
    assert (gone.sign, gone.path) == ("-", "spec.parentRefs[Gateway/infra/edge/web]")
    assert (new.sign, new.path) == ("+", "spec.parentRefs[Gateway/infra/edge/api]")
    assert new.after == {
        "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge", "namespace": "infra", "sectionName": "api",
    }  # fmt: skip
    assert fields(ROUTE, ROUTE.replace(", b.example.com]", "]")) == (Field("-", "spec.hostnames", "b.example.com"),)


def test_the_order_of_rules_is_a_change() -> None:
    """The first of two rules that match alike is served."""
    head, first, second = ROUTE.partition("  - matches: [{path: {type: PathPrefix, value: /a}}]\n")[0], *ROUTE.split("  - matches")[1:]
    found = fields(ROUTE, f"{head}  - matches{second}  - matches{first}")
    assert {one.path.partition("]")[0] for one in found} <= {"spec.rules[0", "spec.rules[1"}
    assert found


def test_the_order_of_variables_that_name_each_other_is_a_change() -> None:
    """$(A) is expanded only below A (core/v1, EnvVar)."""
    naming = DEPLOYMENT.replace("value: '2'", "value: $(A)")
    (found,) = fields(
        naming, naming.replace("{name: A, value: '1'}, {name: B, value: $(A)}", "{name: B, value: $(A)}, {name: A, value: '1'}")
    )
    assert (found.path, found.before, found.after) == ("spec.template.spec.containers[app].env (order)", "A, B", "B, A")


def test_a_rule_between_others_moves_none() -> None:
    added = ROUTE.replace(
        "  - matches: [{path: {type: PathPrefix, value: /b}",
        "  - backendRefs: [{name: c, port: 80}]\n  - matches: [{path: {type: PathPrefix, value: /b}",
    )
    (found,) = fields(ROUTE, added)
    assert (found.sign, found.path) == ("+", "spec.rules[1]")


def test_added_removed_and_renamed() -> None:
    found = manifests(world(GATEWAY, ROUTE), world(GATEWAY, ROUTE.replace("name: orders", "name: order")))
    assert [(str(one.object), one.change, str(one.was)) for one in found.objects] == [
        ("HTTPRoute shop/order", "renamed", "HTTPRoute shop/orders")
    ]
    found = manifests(world(GATEWAY), world(ROUTE))
    assert sorted((str(one.object), one.change) for one in found.objects) == [
        ("Gateway infra/edge", "removed"),
        ("HTTPRoute shop/orders", "added"),
    ]
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n"
    assert {one.change for one in between(namespace % "a", namespace % "b").objects} == {"added", "removed"}


def test_a_number_is_no_boolean_and_no_text() -> None:
    widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {a: %s}\n"
    for one, other in (("1", "true"), ("1", '"1"'), ("0", "false"), ("null", "{}"), ("[]", "{}"), ("{}", "[]")):
        assert len(fields(widget % one, widget % other)) == 1
    assert between(widget % "1", widget % "1.0") == Manifests()


def test_emptiness_is_not_absence() -> None:
    """selector: {} selects every namespace."""
    selecting = GATEWAY.replace("port: 443", "port: 443\n    allowedRoutes: {namespaces: {from: Selector, selector: %s}}")
    (found,) = fields(selecting % "{matchLabels: {team: shop}}", selecting % "{}")
    assert (found.sign, found.path) == ("-", "spec.listeners[shop].allowedRoutes.namespaces.selector.matchLabels")


# Nothing is ignored in silence.


def test_what_the_api_server_writes_is_left_out_and_said() -> None:
    live = (
        GATEWAY.replace("metadata: {", "metadata: {uid: u, resourceVersion: '1', generation: 2, managedFields: [], ")
        + "status: {addresses: []}\n"
    )
    found = between(GATEWAY, live)
    assert found.objects == ()
    assert found.left_out == ("metadata.generation", "metadata.managedFields", "metadata.resourceVersion", "metadata.uid", "status")
    assert between(live, live) == Manifests()


def test_the_note_of_kubectl_apply_is_left_out_and_said() -> None:
    """It repeats the object, of a Secret in plain text."""
    note = 'metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: \'{"stringData": "hunter2"}\'}, '
    found = between(SECRET, SECRET.replace("metadata: {", note))
    assert found == Manifests((), ("metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]",))


@pytest.mark.parametrize("field", ["caBundle", "tls.crt", "ca.crt", "certificate", "validation"])
def test_nothing_of_tls_is_ignored(field: str) -> None:
    """A default that ignored them once hid a real change: argocd-diff-preview 430."""
    widget = f"apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: w}}\nspec: {{tls: {{{field}: %s}}}}\n"
    assert len(fields(widget % "LS0tLS1CRUdJTiBB", widget % "LS0tLS1CRUdJTiBC")) == 1
    secret = f"{SECRET}data: {{{field}: %s}}\n"
    assert len(fields(secret % "QUFB", secret % "QUFC")) == 1


# Secrets.

CREDENTIALS = (
    ("v1", "Secret", "data: {password: %s}", base64.b64encode),
    ("v1", "Secret", "stringData: {anything: %s}", bytes),
    ("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", "spec: {oidc: {clientSecret: %s}}", bytes),
    ("example.com/v1", "Widget", "spec: {credentials: {user: %s}}", bytes),
    ("example.com/v1", "Widget", "spec: {env: [{name: DB_PASSWORD, value: %s}]}", bytes),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", "spec: {rules: [{filters: [{requestHeaderModifier: {set: [{name: Authorization, value: %s}]}}]}]}", bytes),
    ("v1", "ConfigMap", "data: {api-key: %s}", bytes),
    ("v1", "ConfigMap", "data: {url: 'https://me:%s@example.com/'}", bytes),
    ("v1", "ConfigMap", "data: {a: 'Bearer %s'}", bytes),
    ("v1", "ConfigMap", "data: {a: '-----BEGIN RSA PRIVATE KEY-----%s'}", bytes),
    ("v1", "ConfigMap", "data: {a: 'me:$apr1$%s'}", bytes),
)  # fmt: skip


@pytest.mark.parametrize(("api", "kind", "body", "encoded"), CREDENTIALS)
def test_a_secret_is_never_shown_and_its_change_is(api: str, kind: str, body: str, encoded: object) -> None:
    """Nor where the object is new or gone."""
    head = f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: s, namespace: shop}}\n"
    values = ("correct-horse-battery", "staple-hunter2-tr0ub4dor")
    texts = [head + body % (base64.b64encode(one.encode()).decode() if encoded is base64.b64encode else one) + "\n" for one in values]
    shown = [
        line
        for found in (between(*texts), manifests(world(texts[0]), world()), manifests(world(), world(texts[1])))
        for one in found.objects
        for line in lines(one)
    ]
    (line,) = (line for one in between(*texts).objects for line in lines(one))
    assert "changed (sha256 " in line
    assert not [one for one in shown for value in values if value in one or base64.b64encode(value.encode()).decode() in one]


def test_the_name_of_a_secret_is_shown() -> None:
    """Masking it would hide that another one is used."""
    head = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {name: s, namespace: shop}\n"
    policy = f"{head}spec: {{oidc: {{clientSecret: {{name: %s}}}}}}\n"
    assert any("new-client" in line for one in between(policy % "old-client", policy % "new-client").objects for line in lines(one))


def test_text_and_base64_of_one_secret_are_one_value() -> None:
    coded = base64.b64encode(b"hunter2").decode()
    assert between(f"{SECRET}stringData: {{a: hunter2}}\n", f"{SECRET}data: {{a: {coded}}}\n") == Manifests()


def test_digests_are_as_long_as_they_must_be_and_no_longer() -> None:
    assert changed(Hidden("ab12" + "0" * 60), Hidden("cd34" + "0" * 60)) == "changed (sha256 ab12… → cd34…)"
    assert changed(Hidden("ab12ef" + "0" * 58), Hidden("ab12cd" + "0" * 58)) == "changed (sha256 ab12e… → ab12c…)"
    assert str(masked({"apiVersion": "v1", "kind": "Secret", "data": {"a": "QUFB"}})["data"]).count("Hidden") == 1


def test_two_secrets_swapped_are_a_change() -> None:
    text = f"{SECRET}stringData: {{a: one-value, b: other-value}}\n"
    assert [one.path for one in fields(text, text.replace("a: one-value, b: other-value", "a: other-value, b: one-value"))] == [
        "data.a",
        "data.b",
    ]
