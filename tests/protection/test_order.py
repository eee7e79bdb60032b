"""Every single weakening of every field shows, with the field's name; no tightening ever does."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.match import ANYWHERE, Methods, Sources
from gatewright.protection.authentication import Anonymous, Jwt
from gatewright.protection.authorization import EVERYBODY, NOBODY, Authorization, Claim, Way
from gatewright.protection.client import Direct, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.headers import Hygiene
from gatewright.protection.limit import RateLimit
from gatewright.protection.order import Weakness, hop_weaknesses, listener_weaknesses, weaknesses
from gatewright.protection.policy import UNPROTECTED, ListenerPolicy, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Authority, BackendTls, Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown
from tests.properties import strategies as draw
from tests.properties.budget import examples

UNREAD = Unknown("somebody's own")
JWT = Jwt("https://id.example.com", ("clinic", "shop"), "https://id.example.com/jwks", expiry_required=True)
CLAIM = Claim("role", ("admin", "buyer"))
WAY = Way(Methods.only("GET", "POST"), Sources.of("10.0.0.0/8"), (CLAIM,), ("read", "write"), (("header x-team is a", True),))
LIMIT = RateLimit(100, "minute", "everyone", "shared")
TIMES = Timeouts(4_000, 3_000, 2_000, 1_000)
POLICY = Policy(JWT, Authorization((WAY,)), (LIMIT,), 1_000, TIMES, upgrades=False)
TLS = TlsFloor("1.2", ("A", "B"))
HYGIENE = Hygiene(("x-a", "x-b"), True, True, True, True)
LISTENER = ListenerPolicy(TLS, HYGIENE, ProxyProtocol(("10.0.0.0/8",)), (("x", "1"), ("y", "2")), 1_000, refuses_unlisted=True)
HOP = BackendTls("orders.shop.svc", Authority("ca"))


def claim(**changes):
    return way(claims=(attrs.evolve(CLAIM, **changes),))


def way(**changes):
    return attrs.evolve(POLICY, authorization=Authorization((attrs.evolve(WAY, **changes),)))


def jwt(**changes):
    return attrs.evolve(POLICY, authentication=attrs.evolve(JWT, **changes))


def limit(**changes):
    return attrs.evolve(POLICY, limits=(attrs.evolve(LIMIT, **changes),))


def times(**changes):
    return attrs.evolve(POLICY, timeouts=attrs.evolve(TIMES, **changes))


def policy(**changes):
    return attrs.evolve(POLICY, **changes)


def tls(**changes):
    return attrs.evolve(LISTENER, frontend=attrs.evolve(TLS, **changes))


def hygiene(**changes):
    return attrs.evolve(LISTENER, hygiene=attrs.evolve(HYGIENE, **changes))


def listener(**changes):
    return attrs.evolve(LISTENER, **changes)


# Class, how one of its fields is changed, and for each field the weaker values with the name under which they show.
WEAKER = [
    (Policy, policy, POLICY, weaknesses, {
        "authentication": ("authentication", [Anonymous(), UNREAD]),
        "authorization": ("authorization", [EVERYBODY, UNREAD, Authorization((WAY, Way(Methods.only("PUT"))))]),
        "limits": ("limits", [(), UNREAD]),
        "body": ("body", [None, 1_001]),
        "timeouts": ("timeouts", [Timeouts()]),
        "upgrades": ("upgrades", [True]),
    }),
    (Jwt, jwt, POLICY, weaknesses, {
        "issuer": ("authentication.issuer", [None, "https://other.example.com"]),
        "audiences": ("authentication.audiences", [(), ("clinic", "shop", "all"), ("other",)]),
        "jwks": ("authentication.jwks", [None, "https://other.example.com/jwks"]),
        "expiry_required": ("authentication.expiry_required", [False]),
        "optional": ("authentication.optional", [True]),
    }),
    (Way, way, POLICY, weaknesses, {
        "methods": ("authorization.methods", [Methods.only("GET", "POST", "PUT"), Methods()]),
        "sources": ("authorization.addresses", [ANYWHERE, Sources.of("10.0.0.0/7")]),
        "claims": ("authorization.claims", [()]),
        "scopes": ("authorization.scopes", [(), ("read",)]),
        "terms": ("authorization.terms", [(), (("header x-team is a", False),)]),
    }),
    (Claim, claim, POLICY, weaknesses, {
        "name": ("authorization.claims", ["tier"]),
        "any_of": ("authorization.claims", [("admin", "buyer", "guest"), ("guest",)]),
        "listed": ("authorization.claims", [True]),
    }),
    (RateLimit, limit, POLICY, weaknesses, {
        "requests": ("limits", [101]),
        "unit": ("limits", ["second"]),
        "by": ("limits", ["client-ip"]),
        "scope": ("limits", ["replica"]),
        "method": ("limits", ["GET"]),
    }),
    (Timeouts, times, POLICY, weaknesses, {
        name: (f"timeouts.{name}", [None, getattr(TIMES, name) + 1]) for name in ("request", "backend", "idle", "connect")
    }),
    (ListenerPolicy, listener, LISTENER, listener_weaknesses, {
        "frontend": ("tls", [Plaintext(), UNREAD]),
        "hygiene": ("hygiene", [Hygiene()]),
        "client": ("client", [
            Forgeable("who knows"), UNREAD, ProxyProtocol(()), ForwardedFor(()), ForwardedFor((), 1),
            ProxyProtocol(("0.0.0.0/0",)), ProxyProtocol(("everybody",)), ForwardedFor(("0.0.0.0/1", "128.0.0.0/1")), ForwardedFor(("::/0",)),
        ]),
        "browser": ("browser", [(), (("x", "1"),), (("x", "1"), ("y", "3"))]),
        "headers": ("headers", [None, 1_001]),
        "refuses_unlisted": ("refuses_unlisted", [False]),
    }),
    (TlsFloor, tls, LISTENER, listener_weaknesses, {
        "min_version": ("tls.min_version", ["1.0", "1.1"]),
        "suites": ("tls.suites", [(), ("A", "B", "C"), ("C",)]),
    }),
    (Hygiene, hygiene, LISTENER, listener_weaknesses, {
        "stripped": ("hygiene.stripped", [(), ("x-a",)]),
        **{name: (f"hygiene.{name}", [False]) for name in ("underscores", "client_certificate", "escaped_slashes", "merged_slashes")},
    }),
]  # fmt: skip
CASES = [
    pytest.param(change(**{field: value}), whole, order, name, id=f"{kind.__name__}.{field}-{number}")
    for kind, change, whole, order, fields in WEAKER
    for field, (name, values) in fields.items()
    for number, value in enumerate(values)  # sets print in another order in each process, so values are no ids
]


@pytest.mark.parametrize(("kind", "fields"), [(kind, fields) for kind, _, _, _, fields in WEAKER])
def test_every_field_is_weakened_here(kind, fields):
    assert set(fields) == {field.name for field in attrs.fields(kind)}


@pytest.mark.parametrize(("weak", "whole", "order", "name"), CASES)
def test_every_weakening_shows(weak, whole, order, name):
    found = order(weak, whole)
    assert found
    assert {one.field for one in found} <= {one.field for one in found if one.field == name or one.field.startswith(f"{name}.")}
    assert all(one.left and one.right and one.left != one.right for one in found)


@pytest.mark.parametrize(
    ("tight", "order", "whole"),
    [
        (jwt(audiences=("shop",)), weaknesses, POLICY),
        (policy(authorization=NOBODY), weaknesses, POLICY),
        (way(methods=Methods.only("GET")), weaknesses, POLICY),
        (way(sources=Sources.of("10.1.0.0/16")), weaknesses, POLICY),
        (way(claims=(CLAIM, Claim("tier", ("gold",)))), weaknesses, POLICY),
        (way(scopes=("all", "read", "write")), weaknesses, POLICY),
        (claim(any_of=("admin",)), weaknesses, POLICY),
        (policy(limits=(LIMIT, RateLimit(1, "second", "client-ip", "replica"))), weaknesses, POLICY),
        (limit(requests=99), weaknesses, POLICY),
        (limit(unit="hour"), weaknesses, POLICY),
        (policy(body=999), weaknesses, POLICY),
        (times(request=1, backend=1, idle=1, connect=1), weaknesses, POLICY),
        (policy(authentication=Anonymous()), weaknesses, policy(authentication=Anonymous())),
        (POLICY, weaknesses, UNPROTECTED),
        (POLICY, weaknesses, policy(authentication=Anonymous())),
        (POLICY, weaknesses, jwt(optional=True)),
        (POLICY, weaknesses, jwt(expiry_required=False)),
        (POLICY, weaknesses, jwt(issuer=None, audiences=())),
        (tls(min_version="1.3", suites=()), listener_weaknesses, LISTENER),
        (tls(suites=("A",)), listener_weaknesses, LISTENER),
        (tls(), listener_weaknesses, tls(suites=())),
        (LISTENER, listener_weaknesses, listener(frontend=Plaintext())),
        (hygiene(stripped=("x-a", "x-b", "x-c")), listener_weaknesses, LISTENER),
        (listener(client=Direct()), listener_weaknesses, LISTENER),
        (listener(client=ForwardedFor(("10.0.0.0/8",))), listener_weaknesses, LISTENER),
        (listener(client=ProxyProtocol(())), listener_weaknesses, listener(client=Forgeable("x"))),
        (listener(browser=(("x", "1"), ("y", "2"), ("z", "3"))), listener_weaknesses, LISTENER),
        (listener(headers=999), listener_weaknesses, LISTENER),
        (LISTENER, listener_weaknesses, ListenerPolicy()),
        (HOP, hop_weaknesses, HOP),
        (HOP, hop_weaknesses, BackendTls("other", Authority("other"))),
        (HOP, hop_weaknesses, BackendTls("other", Authority())),
        (HOP, hop_weaknesses, Plaintext()),
        (Plaintext(), hop_weaknesses, Plaintext()),
        (UNREAD, hop_weaknesses, UNREAD),
    ],
)
def test_no_tightening_shows(tight, order, whole):
    assert order(tight, whole) == ()


@pytest.mark.parametrize(
    ("left", "right", "name"),
    [
        (Plaintext(), HOP, "backend_tls"),
        (UNREAD, HOP, "backend_tls"),
        (HOP, UNREAD, "backend_tls"),
        (UNREAD, Plaintext(), "backend_tls"),
        (Plaintext(), UNREAD, "backend_tls"),
        (BackendTls(HOP.hostname, Authority()), HOP, "backend_tls.authority"),
    ],
)
def test_weaker_hops_show(left, right, name):
    assert [one.field for one in hop_weaknesses(left, right)] == [name]


@pytest.mark.parametrize("field", ["authentication", "authorization", "limits"])
def test_nothing_is_as_strong_as_what_could_not_be_read(field):
    unread = policy(**{field: UNREAD})
    other = policy(**{field: Unknown("something else")})
    assert weaknesses(unread, unread) == ()
    assert [one.field for one in weaknesses(POLICY, unread)] == [field]
    assert [one.field for one in weaknesses(unread, POLICY)] == [field]
    assert [one.field for one in weaknesses(other, unread)] == [field]
    assert weaknesses(unread, POLICY)[0].left == "unknown (somebody's own)"


@pytest.mark.parametrize(("field", "name"), [("frontend", "tls"), ("client", "client")])
def test_nor_as_a_listener_that_could_not_be_read(field, name):
    unread = listener(**{field: UNREAD})
    assert listener_weaknesses(unread, unread) == ()
    assert [one.field for one in listener_weaknesses(LISTENER, unread)] == [name]
    assert [one.field for one in listener_weaknesses(unread, LISTENER)] == [name]


@examples(60)
@given(draw.policies())
def test_a_policy_is_as_strong_as_itself(policy):
    assert weaknesses(policy, policy) == ()


@examples(60)
@given(st.data())
def test_a_listener_is_as_strong_as_itself(data):
    policy = data.draw(draw.listener_policies(data.draw(draw.clients), draw.times))
    assert listener_weaknesses(policy, policy) == ()


FIELDS = [field.name for field in attrs.fields(Policy)]


@examples(150)
@given(draw.policies(), draw.policies(), draw.policies(), st.sampled_from(FIELDS))
def test_as_strong_as_is_transitive_in_each_field(first, second, third, field):
    """In one field at a time, or three random policies would hardly ever be comparable."""
    one, two, three = (attrs.evolve(UNPROTECTED, **{field: getattr(policy, field)}) for policy in (first, second, third))
    for a, b, c in ((one, two, three), (two, three, one), (three, one, two)):
        if not weaknesses(a, b) and not weaknesses(b, c):
            assert weaknesses(a, c) == ()


def test_words():
    weak = way(methods=Methods(), sources=ANYWHERE, claims=(), scopes=(), terms=())
    assert str(weaknesses(weak, POLICY)[0]) == (
        "authorization.claims: admits everybody is weaker than "
        "role in admin, buyer and scope read and scope write and from 10.0.0.0/8 and by GET, POST and header x-team is a"
    )
    assert weaknesses(EVERYTHING, policy(authorization=NOBODY))[0].right == "nobody"
    assert str(Weakness("body", "no bound", "1 bytes")) == "body: no bound is weaker than 1 bytes"
    assert str(weaknesses(policy(limits=()), POLICY)[0]) == "limits: no limit is weaker than 100 requests per minute by everyone together per shared"
    assert "50 GET requests per hour by each client address per replica" in str(
        weaknesses(policy(limits=(RateLimit(50, "hour", "client-ip", "replica", "GET"),)), POLICY)[0]
    )
    assert str(weaknesses(way(methods=Methods.all_but("PUT")), POLICY)[0]).startswith("authorization.methods: admits role in admin, buyer")
    assert "by any method but GET, POST, PUT" in str(weaknesses(way(methods=Methods.all_but("PUT")), POLICY)[0])
    assert str(weaknesses(times(request=None), POLICY)[0]) == "timeouts.request: no bound is weaker than 4000 ms"
    assert str(listener_weaknesses(hygiene(stripped=()), LISTENER)[0]) == "hygiene.stripped: x-a, x-b pass is weaker than they are stripped"
    assert str(listener_weaknesses(tls(suites=("C",)), LISTENER)[0]) == "tls.suites: C is weaker than A, B"
    assert str(hop_weaknesses(BackendTls("a", Authority()), HOP)[0]) == "backend_tls.authority: system roots is weaker than ConfigMap ca"


EVERYTHING = policy(authorization=EVERYBODY)


@pytest.mark.parametrize(
    ("left", "right", "field"),
    [
        ((Way(Methods.only("GET"), ANYWHERE),), (Way(Methods.only("GET"), WAY.sources),), "addresses"),
        ((Way(Methods(), WAY.sources),), (Way(Methods.only("GET"), WAY.sources),), "methods"),
        ((Way(scopes=("a",)),), (Way(scopes=("a", "b")),), "scopes"),
        ((Way(claims=(CLAIM,)),), (Way(claims=(Claim("tier", ("gold",)),)),), "claims"),
        ((Way(),), (), "methods"),
        ((Way(),), (Way(Methods.only("GET"), WAY.sources),), "methods"),
    ],
)
def test_the_field_in_which_a_way_falls_short(left, right, field):
    found = weaknesses(policy(authorization=Authorization(left)), policy(authorization=Authorization(right)))
    assert [one.field for one in found] == [f"authorization.{field}"]
