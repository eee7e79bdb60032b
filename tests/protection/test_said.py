"""What people read of a guard: short, in plain words, without names of our classes and without anything secret."""

from typing import get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.match import ANYWHERE, Methods, Sources
from gatewright.protection.access import ApiKeys, BasicUsers, ClientCertificates, ExternalAuthorizer, OidcLogin, Tokens
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import EVERYBODY, NOBODY, Authorization, Claim, Way
from gatewright.protection.bounds import Alterations, ConnectionBounds, CountedLimit, Extensions, Mirrored
from gatewright.protection.browser import CrossOrigin, SameOrigin
from gatewright.protection.client import Direct, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.dimension import KINDS, Kind, compared
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.headers import HeaderEdit, Hygiene
from gatewright.protection.limit import RateLimit
from gatewright.protection.said import said, summary, url
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Authority, BackendTls, Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown
from tests.properties.budget import examples
from tests.protection.test_dimension import SAMPLES, of_kind

ID, OTHER = "https://id.example.com", "https://other.example.com"
JWT = Jwt(ID, ("shop",), f"{ID}/jwks", expiry_required=True)
LAX = Jwt(None, (), None, expiry_required=False)
CERTIFICATES = ClientCertificates(("ConfigMap infra/ca",))
BUYER = Way(claims=(Claim("role", ("buyer",)),))
MIXED = Sources.of("10.0.0.0/8")
FIVE = ("a", "b", "c", "d", "e")

SAID = [
    ("access-log", True, "requests are logged"),
    ("access-log", None, "no access log"),
    ("access-log", False, "no access log"),
    ("api-key", None, "no API key"),
    ("api-key", ApiKeys(("shop/keys",), ("header x-api-key",), forwarded=False), "API key out of Secret shop/keys from header x-api-key"),
    ("api-key", ApiKeys(FIVE), "API key out of Secret a, b, c, d and 1 more, which the backend sees"),
    ("api-key", ApiKeys((), forwarded=False), "API key out of no Secret"),
    ("authorization", None, "everybody"),
    ("authorization", EVERYBODY, "everybody"),
    ("authorization", NOBODY, "nobody"),
    ("authorization", Authorization((BUYER,)), "role is buyer"),
    ("authorization", Authorization((Way(Methods.only("GET", "POST"), MIXED, (Claim("groups", ("a", "b"), True),), ("read",)),)),
     "GET, POST if groups contains a or b, scope read, only from 10.0.0.0/8"),
    ("authorization", Authorization((BUYER, Way(Methods.all_but("DELETE")))), "role is buyer; or any method but DELETE"),
    ("authorization", Authorization((Way(Methods.only(), terms=(("header x-team is a", True), ("path under /a", False))),)),
     "no method if header x-team is a, not (path under /a)"),
    ("authorization", Authorization((Way(sources=ANYWHERE.minus(MIXED)),)), "only from anywhere but 10.0.0.0/8"),
    ("authorization", Authorization(tuple(Way(Methods.only(name)) for name in FIVE)), "a only; or b only; or c only; or d only; or one of 1 more ways"),
    ("backend-tls", None, "plaintext to the backend"),
    ("backend-tls", Plaintext(), "plaintext to the backend"),
    ("backend-tls", BackendTls("orders.shop.svc", Authority("ca")), "TLS to the backend, verified for orders.shop.svc by ConfigMap ca"),
    ("basic", None, "no user and password"),
    ("basic", BasicUsers("shop/users"), "user and password out of Secret shop/users"),
    ("body-limit", None, "no body limit"),
    ("body-limit", 1024, "bodies up to 1 KiB"),
    ("body-limit", 1024**2, "bodies up to 1 MiB"),
    ("body-limit", 3 * 1024**3, "bodies up to 3 GiB"),
    ("body-limit", 1536, "bodies up to 1536 bytes"),
    ("body-limit", 0, "bodies up to 0 bytes"),
    ("client-address", None, "client address of unknown worth"),
    ("client-address", Direct(), "client address from the connection"),
    ("client-address", ProxyProtocol(("10.0.0.0/8",)), "client address from the PROXY protocol of 10.0.0.0/8"),
    ("client-address", ForwardedFor((), 1), "client address from X-Forwarded-For of anybody, 1 hop"),
    ("client-address", ForwardedFor(("a",), 2), "client address from X-Forwarded-For of a, 2 hops"),
    ("client-address", Forgeable("header x-real-ip"), "client address that the client can write (header x-real-ip)"),
    ("client-certificate", None, "no client certificate"),
    ("client-certificate", CERTIFICATES, "client certificate required, signed by ConfigMap infra/ca"),
    ("client-certificate", ClientCertificates(("a", "b"), required=False, names=("DNS a", "DNS b"), pinned=("1", "2"), revoked=True, expired=True),
     "client certificate optional, signed by a or b, named DNS a or DNS b, one of 2 pinned, not revoked, also if expired"),
    ("client-certificate", ClientCertificates((), verified=False, pinned=("1",)), "client certificate required, signed by anybody, pinned"),
    ("client-certificate", ClientCertificates(()), "client certificate required, signed by any authority"),
    ("connection-limit", None, "connections without bound"),
    ("connection-limit", ConnectionBounds(), "connections without bound"),
    ("connection-limit", ConnectionBounds(1, 2, 3, 60_000, 1_000, 2, 3, 4, 5),
     "at most 1 connections, 2 streams a connection, 3 requests a connection, connected at most 1 min, idle at most 1 s, "
     "an exchange within 5 ms, TLS within 4 ms, headers within 3 ms, requests within 2 ms"),
    ("connection-limit", ConnectionBounds(idle=0), "idle at most 0 ms"),
    ("cors", None, "pages of no other origin"),
    ("cors", CrossOrigin((), ("GET",)), "pages of no other origin"),
    ("cors", CrossOrigin(("https://a", "*")), "pages of any origin"),
    ("cors", CrossOrigin((ID, OTHER), ("GET",), ("x-a",), ("x-b",), True), f"pages of {ID} or {OTHER}, by GET, sending x-a, reading x-b, with cookies"),
    ("csrf", None, "pages of any origin may change something"),
    ("csrf", SameOrigin(enforced=0), "pages of any origin may change something"),
    ("csrf", SameOrigin(), "requests that change something only from pages of the same origin"),
    ("csrf", SameOrigin(("a",), 12.5), "requests that change something (12.5% of them) only from pages of the same origin or a"),
    ("extension", None, "no extension"),
    ("extension", Extensions(()), "no extension"),
    ("extension", Extensions(("lua a", "wasm b"), ("wasm b",)), "extension lua a, wasm b, passed over if it fails: wasm b"),
    ("external-auth", None, "no external authorization"),
    ("external-auth", ExternalAuthorizer("shop/authz:9000", "grpc"), "shop/authz:9000 is asked over gRPC"),
    ("external-auth", ExternalAuthorizer("shop/authz:9000", "http", True, ("cookie",), 1024),
     "shop/authz:9000 is asked over HTTP, shown cookie, and up to 1 KiB of the body, passes if it does not answer"),
    ("fence", None, "pods not fenced"),
    ("fence", NotFenced(""), "pods not fenced"),
    ("fence", NotFenced("no NetworkPolicy"), "pods not fenced (no NetworkPolicy)"),
    ("fence", Fenced(), "pods fenced"),
    ("fence", Fenced(("namespace shop",)), "pods fenced, but for namespace shop"),
    ("header-edit", None, "no header changed"),
    ("header-edit", HeaderEdit(), "no header changed"),
    ("header-edit", HeaderEdit((("a", "1"),), (("b", "2"),), ("c",)), "sets a, adds b, removes c"),
    ("header-hygiene", None, "request headers as they come"),
    ("header-hygiene", Hygiene(escaped_slashes=True), "request headers as they come"),
    ("header-hygiene", Hygiene(FIVE, True, True), "a, b, c, d and 1 more stripped, names with underscores refused, forwarded client certificates dropped"),
    ("ip", None, "from anywhere"),
    ("ip", ANYWHERE, "from anywhere"),
    ("ip", Sources(()), "from nowhere"),
    ("ip", MIXED, "from 10.0.0.0/8"),
    ("jwt", None, "no JWT"),
    ("jwt", Tokens((JWT,)), f"JWT of {ID} for audience shop, exp required"),
    ("jwt", Tokens((JWT, LAX), True, False, ("header a", "cookie b"), ("x-user",)),
     f"JWT of {ID} for audience shop, exp required; or of any issuer for any audience, with or without exp, from header a or cookie b, "
     "claims into x-user, or no token"),
    ("jwt", Tokens((JWT,), fails_open=True), f"JWT of {ID} for audience shop, exp required, or a token that fails"),
    ("jwt", Tokens((), True, True), "JWT of nobody, or no token or a token that fails"),
    ("alteration", None, "passed on as it comes"),
    ("alteration", Alterations(), "passed on as it comes"),
    ("alteration", Alterations(("the path a becomes /b",), ("http3",)), "the path a becomes /b; http3"),
    ("mirror", None, "no copies"),
    ("mirror", Mirrored(()), "no copies"),
    ("mirror", Mirrored((("shop/copy:80", 12.5), ("b/c:1", 100.0))), "copies of 12.5% to shop/copy:80, 100% to b/c:1"),
    ("oidc", None, "no login"),
    ("oidc", OidcLogin(ID, "shop"), f"login at {ID} as client shop"),
    ("oidc", OidcLogin(ID, "shop", ("email",), True), f"login at {ID} as client shop with scopes email, or a bearer token"),
    ("path-normalisation", None, "paths as they come"),
    ("path-normalisation", Hygiene(("a",), True, True), "paths as they come"),
    ("path-normalisation", Hygiene(escaped_slashes=True, merged_slashes=True), "escaped slashes refused, double slashes merged"),
    ("rate-limit", None, "no rate limit"),
    ("rate-limit", (), "no rate limit"),
    ("rate-limit", (RateLimit(100, "minute", "client-ip", "replica"),), "100 requests per minute by client address in each replica"),
    ("rate-limit", (RateLimit(1, "day", "everyone", "shared", "POST"), RateLimit(2, "day", "everyone", "shared")),
     "1 POST request per day by everybody together over all replicas and 2 requests per day by everybody together over all replicas"),
    ("rate-limit", (CountedLimit(1, "week", (), "replica", True, True),),
     "1 request per week by everybody together in each replica, only counted, none while the counter is away"),
    ("rate-limit", (CountedLimit(2, "week", ("a", "b"), "somewhere", takes=("each request takes 5",)),),
     "2 requests per week for a and b and each request takes 5 somewhere"),
    ("rate-limit", (CountedLimit(2, "week", (), "shared", takes=("c",)),), "2 requests per week for c over all replicas"),
    ("redirect-to-https", True, "redirect to HTTPS"),
    ("redirect-to-https", False, "no redirect to HTTPS"),
    ("redirect-to-https", None, "no redirect to HTTPS"),
    ("response-headers", None, "no response header added"),
    ("response-headers", (), "no response header added"),
    ("response-headers", (("x-frame-options", "DENY"),), "adds x-frame-options: DENY"),
    ("response-headers", (("Set-Cookie", "a=hunter2"), ("x-api-key", "")), "adds Set-Cookie: (sha256 4060…), x-api-key: "),
    ("timeout", None, "no timeout"),
    ("timeout", Timeouts(), "no timeout"),
    ("timeout", Timeouts(15_000, 1_500, 3_600_000, 120_000), "request within 15 s, each attempt within 1500 ms, idle at most 1 h, connected within 2 min"),
    ("tls-floor", None, "plaintext"),
    ("tls-floor", Plaintext(), "plaintext"),
    ("tls-floor", TlsFloor("1.2"), "TLS 1.2 or newer"),
    ("tls-floor", TlsFloor("1.2", ("A", "B")), "TLS 1.2 or newer with A, B"),
    ("tls-floor", TlsFloor("1.3", ("A",)), "TLS 1.3"),
    ("upgrade", None, "no upgrades"),
    ("upgrade", False, "no upgrades"),
    ("upgrade", (), "no upgrades"),
    ("upgrade", True, "upgrades such as WebSocket"),
    ("upgrade", ("connect", "websocket"), "upgrades to connect, websocket"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "words"), SAID)
def test_words_of_a_guard(kind, value, words):
    assert said(kind, value) == words


def test_every_kind_has_words_and_is_tried_here():
    assert {kind for kind, _, _ in SAID} == set(get_args(Kind))
    assert all(said(kind, Unknown("a Lua script")) == "unknown (a Lua script)" for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_of_another_kind_is_a_mistake_of_the_caller(kind):
    with pytest.raises(TypeError, match=f"no {kind}: object"):
        said(kind, object())


CLASSES = {type(value).__name__ for values in SAMPLES.values() for value in values} - {
    "NoneType",
    "bool",
    "int",
    "tuple",
    "Unknown",
    "Authorization",
}


@pytest.mark.parametrize("kind", KINDS)
@examples(30)
@given(st.data())
def test_any_value_is_one_short_line_without_names_of_classes(kind, data):
    words = said(kind, data.draw(of_kind(kind)))
    assert 0 < len(words) <= 400
    assert "\n" not in words
    assert "  " not in words
    assert not words.endswith((" ", ",", ";"))
    assert not any(name in words for name in CLASSES)
    assert not any(mark in words for mark in ("None", "True", "False", "()", "[", "{"))


JWT_AND_BUYER = {"jwt": Tokens((JWT,)), "authorization": Authorization((BUYER,))}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "anybody"),
        ({"authorization": EVERYBODY, "jwt": None, "tls-floor": TlsFloor("1.3"), "rate-limit": ()}, "anybody"),
        ({"authorization": None}, "anybody"),
        ({"authorization": NOBODY, "jwt": Tokens((JWT,))}, "nobody"),
        (JWT_AND_BUYER, f"JWT ({ID}), role is buyer"),
        ({"authorization": Authorization((Way(sources=MIXED),))}, "only from 10.0.0.0/8"),
        ({"authorization": Authorization((Way(sources=MIXED),)), "ip": MIXED}, "only from 10.0.0.0/8"),
        ({"authorization": Authorization((BUYER,)), "ip": MIXED}, "role is buyer, only from 10.0.0.0/8"),
        ({"ip": MIXED}, "only from 10.0.0.0/8"),
        ({"ip": Sources(()), "jwt": Tokens((JWT,))}, "nobody"),
        ({"ip": ANYWHERE}, "anybody"),
        ({"ip": Unknown("a range that is none")}, "client addresses unknown (a range that is none)"),
        ({"jwt": Tokens((JWT, LAX))}, f"JWT ({ID} or any issuer)"),
        ({"jwt": Tokens((JWT, JWT), optional=True)}, f"JWT or none ({ID})"),
        ({"jwt": Tokens((), fails_open=True)}, "JWT or none (nobody)"),
        ({"jwt": Tokens((JWT,)), "client-certificate": CERTIFICATES}, f"client certificate and JWT ({ID})"),
        ({"client-certificate": attrs.evolve(CERTIFICATES, required=False)}, "client certificate or none"),
        ({"client-certificate": attrs.evolve(CERTIFICATES, verified=False)}, "any client certificate"),
        ({"client-certificate": attrs.evolve(CERTIFICATES, verified=False, required=False)}, "any client certificate or none"),
        ({"oidc": OidcLogin(ID, "shop")}, f"login ({ID})"),
        ({"oidc": OidcLogin(ID, "shop", bearer_passes=True)}, f"login or a bearer token ({ID})"),
        ({"api-key": ApiKeys(("a/b",)), "basic": BasicUsers("a/c")}, "API key and user and password"),
        ({"external-auth": ExternalAuthorizer("shop/authz:9000", "grpc")}, "shop/authz:9000 agrees"),
        ({"external-auth": ExternalAuthorizer("shop/authz:9000", "grpc", fails_open=True)}, "shop/authz:9000 agrees or is away"),
        ({"jwt": Unknown("two policies")}, "JWT unknown (two policies)"),
        ({"basic": Unknown("a"), "authorization": Unknown("b")}, "user and password unknown (a), authorization unknown (b)"),
        ({"extension": Extensions(("lua a",))}, "anybody, unless an extension decides otherwise"),
        ({**JWT_AND_BUYER, "extension": Unknown("a")}, f"JWT ({ID}), role is buyer, unless an extension decides otherwise"),
        ({"extension": None}, "anybody"),
        ({"extension": Extensions(())}, "anybody"),
    ],
)
def test_who_may_pass_in_one_phrase(values, words):
    assert summary(values) == words
    assert summary(dict(reversed(values.items()))) == words


def test_a_proof_of_another_kind_is_a_mistake_of_the_caller():
    with pytest.raises(TypeError, match="object"):
        summary({"jwt": object()})


SECRET = "hunter2"
WITH_SECRETS = [
    ("jwt", Tokens((Jwt(f"https://me:{SECRET}@id.example.com", (), f"https://me:{SECRET}@id.example.com/jwks", expiry_required=True),))),
    ("oidc", OidcLogin(f"https://me:{SECRET}@id.example.com", "shop")),
    ("external-auth", ExternalAuthorizer(f"http://me:{SECRET}@authz/check", "http")),
    ("external-auth", ExternalAuthorizer(f"shop/authz:80/check?key={SECRET}", "http")),
    ("authorization", Authorization((Way(terms=((f"header x-api-key is {SECRET}", True),)),))),
    ("authorization", Authorization((Way(terms=((f"the CEL expression request.headers['x-api-key'] == '{SECRET}' is true", False),)),))),
    ("rate-limit", (CountedLimit(1, "hour", (f"header x-api-key not is {SECRET}",), "shared"),)),
    ("header-edit", HeaderEdit((("authorization", SECRET), ("x-user", SECRET)), (("x-remote-user", SECRET),))),
]


@pytest.mark.parametrize(("kind", "value"), WITH_SECRETS)
def test_no_secret_is_said(kind, value):
    other = {
        "jwt": Tokens((JWT,)),
        "oidc": OidcLogin(ID, "shop"),
        "external-auth": ExternalAuthorizer("a", "http"),
        "authorization": EVERYBODY,
        "rate-limit": (),
        "header-edit": HeaderEdit((("x-user", "b"),)),
    }
    found = [compared(kind, before, after) for before, after in ((value, other[kind]), (other[kind], value), (value, None), (None, value))]
    texts = [said(kind, value), *(str(weakness) for one in found for weakness in one.weaker + one.stronger)]
    assert any(one.weaker for one in found)
    assert not any(SECRET in text for text in texts)
    if kind != "header-edit":
        assert SECRET not in summary({kind: value})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:hunter2@id.example.com/a?b=c@d", "https://id.example.com/a?(sha256 9136…)"),
        ("shop/authz:80/check?key=hunter2#x", "shop/authz:80/check?(sha256 8525…)#x"),
        ("matching /v[0-9]?(a|b)", "matching /v[0-9]?(a|b)"),
        ("https://id.example.com/@me", "https://id.example.com/@me"),
        ("https://a@b@id.example.com", "https://id.example.com"),
        ("shop/authz:9000", "shop/authz:9000"),
    ],
)
def test_a_url_is_said_without_its_user(text, shown):
    assert url(text) == shown
