"""For every kind of guard: what is weaker shows, in the field that it is weaker in, and the reverse is stronger; what cannot be known is never either.

Over 400 lines: a row for every field of every kind.
"""

from functools import partial
from typing import get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.match import ANYWHERE, Methods, Sources
from gatewright.protection.access import AUTHORIZATION, ApiKeys, BasicUsers, ClientCertificates, ExternalAuthorizer, OidcLogin, Tokens
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import EVERYBODY, NOBODY, Authorization, Claim, Way
from gatewright.protection.bounds import CLIENT, Alterations, ConnectionBounds, CountedLimit, Extensions, Mirrored
from gatewright.protection.browser import CrossOrigin, SameOrigin
from gatewright.protection.client import Direct, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.dimension import DIMENSIONS, KINDS, Comparison, Kind, compare, compared, overall
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.headers import HeaderEdit, Hygiene
from gatewright.protection.limit import RateLimit
from gatewright.protection.order import Weakness
from gatewright.protection.shortfall import covers_origin
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import MODERN_SUITES, Authority, BackendTls, Plaintext, StatedTls, TlsFloor
from gatewright.protection.unknown import Unknown
from tests.properties import strategies as draw
from tests.properties.budget import examples

ID, OTHER = "https://id.example.com", "https://other.example.com"
JWT = Jwt(ID, ("clinic", "shop"), f"{ID}/jwks", expiry_required=True)
PARTNER = Jwt(OTHER, ("shop",), f"{OTHER}/jwks", expiry_required=True)
TOKENS = Tokens((JWT,), claims_as=("x-user",))
LOGIN = OidcLogin(ID, "shop")
KEYS = ApiKeys(("shop/keys",), ("header x-api-key",), forwarded=False)
AUTHZ = ExternalAuthorizer("shop/authz:9000", "grpc")
CERTIFICATES = ClientCertificates(("ConfigMap infra/ca",), names=("DNS shop",), pinned=("ab",), revoked=True)
HUNDRED = RateLimit(100, "minute", "everyone", "shared")
COUNTED = CountedLimit(100, "minute", ("header x-team is a",), "shared")
SECOND = 1_000
BOUNDS = ConnectionBounds(*[100] * len(attrs.fields(ConnectionBounds)))
CORS = CrossOrigin(("https://a.example.com",), ("GET",), ("x-a",), ("x-b",))
EDIT = HeaderEdit(remove=("x-user",))
HOP = BackendTls("orders.shop.svc", Authority("ca"))
PEERS = ForwardedFor(("10.0.0.0/8",))
cert, cors, tokens, jwt, hundred, counts, authz, keys, login = (
    partial(attrs.evolve, one) for one in (CERTIFICATES, CORS, TOKENS, JWT, HUNDRED, COUNTED, AUTHZ, KEYS, LOGIN)
)
FLOOR = TlsFloor("1.2", MODERN_SUITES[:2])
MIXED = Sources.of("10.0.0.0/8")


def ways(*each):
    return Authorization(each)


# Kind, the field in which it shows, the stronger value, weaker ones.
WEAKER = [
    ("access-log", "access-log", True, [False, None]),
    ("api-key", "api-key", KEYS, [None]),
    ("api-key", "api-key.secrets", KEYS, [ApiKeys(("shop/keys", "shop/more"), KEYS.taken_from, forwarded=False)]),
    ("api-key", "api-key.taken_from", KEYS, [ApiKeys(KEYS.secrets, ("header x-api-key", "query key"), forwarded=False)]),
    ("api-key", "api-key.forwarded", KEYS, [ApiKeys(KEYS.secrets, KEYS.taken_from)]),
    ("authorization", "authorization.methods", NOBODY, [EVERYBODY, None, ways(Way(sources=MIXED))]),
    ("authorization", "authorization.addresses", ways(Way(sources=MIXED)), [EVERYBODY, None, ways(Way(sources=ANYWHERE))]),
    ("authorization", "authorization.claims", ways(Way(claims=(Claim("role", ("buyer",)),))), [None, ways(Way(claims=(Claim("role", ("any", "buyer")),)))]),
    ("authorization", "authorization.scopes", ways(Way(scopes=("read",))), [EVERYBODY, None]),
    ("authorization", "authorization.terms", ways(Way(terms=(("header x-team is a", True),))), [EVERYBODY, None]),
    ("authorization", "authorization.methods", ways(Way(Methods.only("GET"))), [None, ways(Way(Methods.only("GET", "PUT")))]),
    ("api-key", "api-key.clients", keys(clients=("a",)), [keys(clients=("a", "b"))]),
    ("api-key", "api-key.client_as", keys(client_as="x-client"), [KEYS]),
    ("basic", "basic.users", BasicUsers("shop/users", ("a",)), [BasicUsers("shop/users", ("a", "b"))]),
    ("basic", "basic.user_as", BasicUsers("shop/users", user_as="x-user"), [BasicUsers("shop/users")]),
    ("client-certificate", "client-certificate.roots", cert(roots=("a",)), [cert(roots=("a", "b"))]),
    ("client-certificate", "client-certificate.resumed", CERTIFICATES, [cert(resumed=True)]),
    ("external-auth", "external-auth.told", authz(told=("x-user",)), [AUTHZ]),
    ("backend-tls", "backend_tls", HOP, [None, Plaintext()]),
    ("backend-tls", "backend_tls.authority", HOP, [BackendTls(HOP.hostname, Authority())]),
    ("basic", "basic", BasicUsers("shop/users"), [None]),
    ("body-limit", "body-limit", 1024, [None]),
    ("body-limit", "body", 1024, [1025]),
    ("client-address", "client-address", Direct(), [None]),
    ("client-address", "client", Direct(), [Forgeable("any header"), ProxyProtocol(()), ForwardedFor(("0.0.0.0/0",)), ForwardedFor((), 1)]),
    ("client-address", "client", PEERS, [Forgeable("any header"), ForwardedFor(("::/0",))]),
    ("client-certificate", "client-certificate", CERTIFICATES, [None]),
    ("client-certificate", "client-certificate.required", CERTIFICATES, [cert(required=False)]),
    ("client-certificate", "client-certificate.verified", CERTIFICATES, [cert(verified=False, authorities=())]),
    ("client-certificate", "client-certificate.authorities", CERTIFICATES, [cert(authorities=("ConfigMap infra/ca", "S")), cert(authorities=())]),
    ("client-certificate", "client-certificate.names", CERTIFICATES, [cert(names=()), cert(names=("DNS shop", "DNS b"))]),
    ("client-certificate", "client-certificate.pinned", CERTIFICATES, [cert(pinned=()), cert(pinned=("ab", "cd"))]),
    ("client-certificate", "client-certificate.revoked", CERTIFICATES, [cert(revoked=False)]),
    ("client-certificate", "client-certificate.expired", CERTIFICATES, [cert(expired=True)]),
    *[("connection-limit", f"connection-limit.{one.name}", BOUNDS, [attrs.evolve(BOUNDS, **{one.name: value}) for value in (101, None)])
      for one in attrs.fields(ConnectionBounds)],
    ("cors", "cors.origins", None, [CrossOrigin(("https://a.example.com",)), CrossOrigin(("*",)), CORS]),
    ("cors", "cors.origins", CORS, [cors(origins=(*CORS.origins, OTHER)), cors(origins=("https://*.example.com",)), cors(origins=("*",))]),
    ("cors", "cors.origins", CrossOrigin((), ("PUT",), credentials=True), [CORS]),
    ("cors", "cors.methods", CORS, [cors(methods=("GET", "PUT")), cors(methods=("*",))]),
    ("cors", "cors.headers", CORS, [cors(headers=("X-A", "x-c"))]),
    ("cors", "cors.exposed", CORS, [cors(exposed=("x-b", "x-c"))]),
    ("cors", "cors.credentials", CORS, [cors(credentials=True)]),
    ("csrf", "csrf.enforced", SameOrigin(), [None, SameOrigin(enforced=50), SameOrigin(("a.example.com",), 0)]),
    ("csrf", "csrf.enforced", SameOrigin(("a.example.com",)), [None, SameOrigin(enforced=0)]),
    ("csrf", "csrf.enforced", SameOrigin(enforced=1), [None, SameOrigin(enforced=0.5)]),
    ("csrf", "csrf.others", SameOrigin(enforced=1), [SameOrigin(("a.example.com",), 1)]),
    ("csrf", "csrf.others", SameOrigin(), [SameOrigin(("a.example.com",))]),
    ("csrf", "csrf.others", SameOrigin(("a.example.com",)), [SameOrigin(("*.example.com",))]),
    ("extension", "extension.fails_open", Extensions(("wasm waf",)), [Extensions(("wasm waf",), ("wasm waf",))]),
    ("external-auth", "external-auth", AUTHZ, [None]),
    ("external-auth", "external-auth.fails_open", AUTHZ, [authz(fails_open=True)]),
    ("fence", "fence", Fenced(), [None, NotFenced("no NetworkPolicy"), Fenced(("pods app=web",))]),
    ("fence", "fence", Fenced(("pods app=web",)), [None, Fenced(("namespace b", "pods app=web"))]),
    ("header-edit", "header-edit.x-user", EDIT, [None, HeaderEdit(remove=("x-other",)), HeaderEdit(add=(("x-other", "1"),))]),
    ("header-edit", "header-edit.x-user", HeaderEdit(set=(("x-user", "nobody"),)), [HeaderEdit(set=(("x-user", "nobody"),), add=(("x-user", "admin"),))]),
    ("header-edit", "header-edit.x-user", None, [HeaderEdit(add=(("x-user", "admin"),))]),
    ("header-edit", "header-edit.x-user", EDIT, [HeaderEdit(set=(("x-user", "admin"),))]),
    ("header-hygiene", "hygiene.stripped", Hygiene(("x-user",)), [None, Hygiene(), Hygiene(("x-other",)[:0])]),
    ("header-hygiene", "hygiene.underscores", Hygiene(underscores=True), [None, Hygiene()]),
    ("header-hygiene", "hygiene.client_certificate", Hygiene(client_certificate=True), [None, Hygiene()]),
    ("jwt", "jwt", TOKENS, [None]),
    ("jwt", "authentication.issuer", TOKENS, [tokens(any_of=(JWT, jwt(issuer=OTHER))), tokens(any_of=(jwt(issuer=None),))]),
    ("jwt", "authentication.audiences", TOKENS, [tokens(any_of=(jwt(audiences=()),)), tokens(any_of=(jwt(audiences=("clinic", "other", "shop")),))]),
    ("jwt", "authentication.expiry_required", TOKENS, [tokens(any_of=(jwt(expiry_required=False),))]),
    ("jwt", "authentication.optional", TOKENS, [tokens(optional=True)]),
    ("jwt", "authentication.fails_open", TOKENS, [tokens(fails_open=True)]),
    ("jwt", "authentication.taken_from", TOKENS, [tokens(taken_from=(AUTHORIZATION, "query parameter access_token"))]),
    ("jwt", "authentication.claims_as", TOKENS, [tokens(claims_as=())]),
    ("jwt", "authentication", Tokens((), claims_as=("x-user",)), [TOKENS]),
    ("mirror", "mirror", None, [Mirrored((("shop/copy:80", 1.0),))]),
    ("mirror", "mirror", Mirrored((("shop/copy:80", 10.0),)), [Mirrored((("shop/copy:80", 11.0),)), Mirrored((("b/copy:80", 1.0), ("shop/copy:80", 10.0)))]),
    ("oidc", "oidc", LOGIN, [None]),
    ("oidc", "oidc.bearer_passes", LOGIN, [login(bearer_passes=True)]),
    ("path-normalisation", "hygiene.escaped_slashes", Hygiene(escaped_slashes=True), [None, Hygiene()]),
    ("path-normalisation", "hygiene.merged_slashes", Hygiene(merged_slashes=True), [None, Hygiene()]),
    ("rate-limit", "limits", (HUNDRED,), [None, ()]),
    ("rate-limit", "limits", (HUNDRED,), [(hundred(requests=101),), (hundred(unit="second"),), (hundred(scope="replica"),)]),
    ("rate-limit", "limits", (HUNDRED,), [(hundred(by="client-ip"),), (hundred(method="GET"),), (COUNTED,)]),
    ("rate-limit", "limits", (HUNDRED,), [(CountedLimit(100, "minute", (CLIENT,), "shared"),), (CountedLimit(1, "minute", (), "shared", watches=True),)]),
    ("rate-limit", "limits", (COUNTED,), [None, (counts(requests=101),), (counts(unit="second"),), (counts(scope="replica"),)]),
    ("rate-limit", "limits", (COUNTED,), [(counts(watches=True),), (counts(fails_open=True),), (counts(selects=("header x-team is a", "method GET")),)]),
    ("rate-limit", "limits", (HUNDRED, RateLimit(1, "second", "client-ip", "replica")), [(HUNDRED,)]),
    ("rate-limit", "limits", (CountedLimit(7, "week", (), "shared"),), [(CountedLimit(7, "day", (), "shared"),), (CountedLimit(8, "week", (), "shared"),)]),
    ("rate-limit", "limits", (CountedLimit(1, "day", (), "shared"),), [(CountedLimit(7, "week", (), "shared"),)]),
    ("redirect-to-https", "redirect-to-https", True, [False, None]),
    ("response-headers", "response-headers", (("x-frame-options", "DENY"),), [None, ()]),
    ("response-headers", "response-headers", None, [(("Access-Control-Allow-Origin", "*"),)]),
    *[("timeout", f"timeouts.{one.name}", Timeouts(**{one.name: SECOND}), [None, Timeouts(), Timeouts(**{one.name: SECOND + 1})])
      for one in attrs.fields(Timeouts)],
    ("tls-floor", "tls", FLOOR, [None, Plaintext()]),
    ("tls-floor", "tls.min_version", FLOOR, [TlsFloor("1.1", FLOOR.suites)]),
    ("tls-floor", "tls.min_version", TlsFloor("1.3"), [FLOOR, TlsFloor("1.2")]),
    ("tls-floor", "tls.suites", FLOOR, [TlsFloor("1.2"), TlsFloor("1.2", MODERN_SUITES)]),
    ("tls-floor", "tls.suites", FLOOR, [TlsFloor("1.2", (*FLOOR.suites, "AES128-SHA"))]),
    ("upgrade", "upgrades", None, [True, ("websocket",)]),
    ("upgrade", "upgrades", False, [True]),
    ("upgrade", "upgrades", (), [("websocket",)]),
    ("upgrade", "upgrades", ("websocket",), [("connect", "websocket"), True]),
]  # fmt: skip

# Some who were refused pass, and some who passed are refused; or nobody can say that it is not so.
SIDEWAYS = [
    ("api-key", KEYS, keys(secrets=("shop/others",))),
    ("authorization", ways(Way(Methods.only("GET"))), ways(Way(Methods.only("PUT")))),
    ("backend-tls", HOP, BackendTls("other", HOP.authority)),
    ("backend-tls", HOP, BackendTls(HOP.hostname, Authority("other"))),
    ("basic", BasicUsers("a/b"), BasicUsers("a/c")),
    ("client-address", Direct(), PEERS),
    ("client-address", Forgeable("a"), ForwardedFor((), 2)),
    ("client-address", ForwardedFor((), 1), ForwardedFor((), 2)),
    ("alteration", Alterations(("path a becomes /b",)), Alterations(("path a becomes /admin",))),
    ("alteration", None, Alterations(("path a becomes /b",))),
    ("backend-tls", HOP, StatedTls(HOP.hostname, HOP.authority, ("TLS 1.0",))),
    ("backend-tls", attrs.evolve(HOP, authority=Authority("ca", content="cd34")), attrs.evolve(HOP, authority=Authority("ca", content="ab12"))),
    ("client-certificate", cert(lists=("Secret a/b",)), cert(lists=("Secret a/c",))),
    ("client-certificate", cert(roots=("a", "b")), cert(roots=("b", "c"))),
    ("external-auth", AUTHZ, authz(asked=("told strict: no",))),
    ("jwt", TOKENS, tokens(keys=("of shop/other:80",))),
    ("jwt", tokens(claims=("sub as x-user",)), tokens(claims=("email as x-user",))),
    ("oidc", LOGIN, login(endpoints=("tokens from https://x.example.com",))),
    ("oidc", LOGIN, login(cookies=("cookieDomain example.com",))),
    ("client-address", PEERS, ForwardedFor(("10.1.0.0/16",))),
    ("client-address", PEERS, attrs.evolve(PEERS, hops=1)),
    ("client-certificate", CERTIFICATES, cert(authorities=("Secret infra/b",))),
    ("connection-limit", ConnectionBounds(idle=1), ConnectionBounds(streams=1)),
    ("cors", CORS, cors(origins=(OTHER,))),
    ("csrf", SameOrigin(("a.example.com",)), SameOrigin(enforced=50)),
    ("extension", Extensions(("a", "b"), ("a",)), Extensions(("b", "a"), ("b",))),
    ("external-auth", AUTHZ, authz(service="b/authz:9000")),
    ("external-auth", AUTHZ, authz(protocol="http")),
    ("external-auth", AUTHZ, authz(headers=("cookie",))),
    ("external-auth", AUTHZ, authz(body=1024)),
    ("fence", Fenced(("a",)), Fenced(("b",))),
    ("header-edit", HeaderEdit(set=(("x-user", "a"),)), HeaderEdit(set=(("x-user", "b"),))),
    ("header-hygiene", Hygiene(("x-a",)), Hygiene(("x-b",))),
    ("jwt", TOKENS, tokens(any_of=(PARTNER,))),
    ("jwt", TOKENS, tokens(any_of=(jwt(jwks=f"{OTHER}/jwks"),))),
    ("jwt", TOKENS, tokens(taken_from=("cookie token",))),
    ("mirror", Mirrored((("a/b:80", 1.0),)), Mirrored((("a/c:80", 1.0),))),
    ("oidc", LOGIN, login(issuer=OTHER)),
    ("oidc", LOGIN, login(client="other")),
    ("rate-limit", (HUNDRED,), (RateLimit(1_000, "hour", "everyone", "shared"),)),
    ("rate-limit", (COUNTED,), (counts(takes=("each request takes 5",)),)),
    ("rate-limit", (CountedLimit(1, "month", (), "shared"),), (CountedLimit(1, "year", (), "shared"),)),
    ("rate-limit", (CountedLimit(1, "month", (), "shared"),), (CountedLimit(1, "day", (), "shared"),)),
    ("response-headers", (("x-frame-options", "DENY"),), (("x-frame-options", "SAMEORIGIN"),)),
    ("timeout", Timeouts(request=1), Timeouts(idle=1)),
    ("tls-floor", TlsFloor("1.2"), TlsFloor("1.2", ("AES128-SHA",))),
    ("upgrade", ("a",), ("b",)),
]  # fmt: skip

# Something else happens, and nobody passes who was refused.
BESIDE = [
    ("header-edit", None, HeaderEdit(add=(("x-trace", "1"),))),
    ("header-edit", HeaderEdit(add=(("x-a", "1"), ("x-a", "2"))), HeaderEdit(add=(("x-a", "2"), ("x-a", "1")))),
    ("header-edit", HeaderEdit(remove=("x-a",)), None),
    ("oidc", LOGIN, login(scopes=("email",))),
]

# Written in another way.
SAME = [
    ("authorization", None, EVERYBODY),
    ("authorization", ways(Way(sources=MIXED), Way(Methods.only("GET"))), ways(Way(Methods.only("GET")), Way(sources=MIXED))),
    ("backend-tls", None, Plaintext()),
    ("cors", None, CrossOrigin((), ("GET",), credentials=True)),
    ("cors", CORS, cors(methods=("get",), headers=("X-A",))),
    ("cors", CrossOrigin(("*",)), CrossOrigin((OTHER, "*"))),
    ("csrf", None, SameOrigin(("a",), 0)),
    ("client-certificate", cert(verified=False), cert(verified=False, authorities=())),
    ("extension", None, Extensions(())),
    ("fence", None, NotFenced("a")),
    ("fence", NotFenced("a"), NotFenced("b")),
    ("header-edit", None, HeaderEdit()),
    ("header-edit", HeaderEdit(remove=("a", "b")), HeaderEdit(remove=("b", "a"))),
    ("header-hygiene", None, Hygiene(escaped_slashes=True, merged_slashes=True)),
    ("ip", Sources.of("10.0.0.0/8"), None),
    ("jwt", TOKENS, tokens(taken_from=(AUTHORIZATION,))),
    ("jwt", tokens(any_of=(JWT, PARTNER)), tokens(any_of=(PARTNER, JWT))),
    ("mirror", None, Mirrored(())),
    ("oidc", login(scopes=("a", "b")), login(scopes=("b", "a"))),
    ("path-normalisation", None, Hygiene(("x-a",), underscores=True, client_certificate=True)),
    ("rate-limit", None, ()),
    ("rate-limit", None, (CountedLimit(1, "minute", (), "shared", watches=True),)),
    ("rate-limit", (HUNDRED,), (CountedLimit(100, "minute", (), "shared"),)),
    ("rate-limit", (HUNDRED,), (HUNDRED, hundred(requests=200))),
    ("rate-limit", (RateLimit(1, "day", "client-ip", "replica", "GET"),), (CountedLimit(1, "day", ("method GET", CLIENT), "replica"),)),
    ("response-headers", (("X-Frame-Options", "DENY"),), (("x-frame-options", "DENY"),)),
    ("tls-floor", None, Plaintext()),
    ("tls-floor", TlsFloor("1.3", ("A",)), TlsFloor("1.3")),
    ("timeout", None, Timeouts()),
    ("upgrade", None, ()),
    ("upgrade", False, ()),
]  # fmt: skip

UNDECIDED = [
    ("extension", None, Extensions(("lua a",))),
    ("extension", Extensions(("lua a",), ("lua a",)), Extensions(("lua b",))),
]

EACH_WEAKER = [(kind, field, strong, weak) for kind, field, strong, weaker in WEAKER for weak in weaker]


@pytest.mark.parametrize(("kind", "field", "strong", "weak"), EACH_WEAKER)
def test_what_is_weaker_shows_and_the_reverse_is_stronger(kind, field, strong, weak):
    found, back = compared(kind, strong, weak), compared(kind, weak, strong)
    assert (found.change, back.change) == ("weaker", "stronger")
    assert [one.field for one in found.weaker] == [field]
    assert (found.stronger, back.weaker, back.stronger) == ((), (), found.weaker)
    assert (found.adverse, back.adverse) == (True, False)
    assert DIMENSIONS[kind].short(strong, weak) == ()
    assert all(one.left != one.right for one in found.weaker)


@pytest.mark.parametrize(("kind", "before", "after"), SIDEWAYS)
def test_what_cannot_be_ranked_is_sideways_both_ways(kind, before, after):
    found, back = compared(kind, before, after), compared(kind, after, before)
    assert found.change == back.change == "sideways"
    assert found.weaker == back.stronger != ()
    assert found.stronger == back.weaker != ()
    assert found.adverse


@pytest.mark.parametrize(("kind", "before", "after"), BESIDE)
def test_what_refuses_nobody_changes_sideways_and_is_not_adverse(kind, before, after):
    for found in (compared(kind, before, after), compared(kind, after, before)):
        assert (found.change, found.weaker, found.stronger, found.adverse) == ("sideways", (), (), False)


@pytest.mark.parametrize(("kind", "before", "after"), SAME)
def test_the_same_written_in_another_way_is_the_same(kind, before, after):
    assert compared(kind, before, after) == compared(kind, after, before) == Comparison(kind, "same")


@pytest.mark.parametrize(("kind", "before", "after"), UNDECIDED)
def test_what_nobody_can_judge_is_undecided(kind, before, after):
    assert compared(kind, before, after) == compared(kind, after, before) == Comparison(kind, "undecided")
    assert compared(kind, before, after).adverse
    assert DIMENSIONS[kind].short(before, after)
    assert DIMENSIONS[kind].short(after, before)


def test_extensions_that_differ_are_named():
    short = DIMENSIONS["extension"].short
    assert [str(one) for one in short(Extensions(("lua a",)), None)] == ["extension: lua a is weaker than no extension"]
    assert [str(one) for one in short(None, Extensions(("lua a",)))] == ["extension: no extension is weaker than lua a"]


SAMPLES = {kind: [] for kind in KINDS}
for _kind, _, _strong, _weak in EACH_WEAKER:
    SAMPLES[_kind] += [_strong, _weak]
for _kind, _before, _after in (*SIDEWAYS, *BESIDE, *SAME, *UNDECIDED):
    SAMPLES[_kind] += [_before, _after]


def test_every_kind_has_a_dimension_and_is_tried_here():
    assert set(DIMENSIONS) == set(get_args(Kind)) == {kind for kind, values in SAMPLES.items() if values}
    assert all(kind == one.kind and one.title for kind, one in DIMENSIONS.items())
    assert {kind for kind, *_ in EACH_WEAKER} == set(KINDS) - {"alteration", "ip"}  # never compared in strength; compared as part of the authorization


WORDS = [
    ("api-key", KEYS, None, "api-key: no API key is weaker than API key out of Secret shop/keys from header x-api-key"),
    ("authorization", ways(Way(scopes=("read",))), None, "authorization.scopes: admits everybody is weaker than scope read"),
    ("client-address", Direct(), ProxyProtocol(()),
     "client: client address from the PROXY protocol of anybody is weaker than client address from the connection"),
    ("client-certificate", CERTIFICATES, cert(names=()), "client-certificate.names: any name is weaker than DNS shop"),
    ("connection-limit", ConnectionBounds(2, 1), ConnectionBounds(3, 1), "connection-limit.connections: 3 at most is weaker than 2 at most"),
    ("connection-limit", ConnectionBounds(idle=2), ConnectionBounds(idle=3), "connection-limit.idle: 3 ms is weaker than 2 ms"),
    ("cors", None, CORS, "cors.origins: https://a.example.com is weaker than none"),
    ("csrf", SameOrigin(), SameOrigin(enforced=-1), "csrf.enforced: 0% of requests is weaker than 100%"),
    ("external-auth", authz(body=1024), AUTHZ, "external-auth.body: no body is weaker than 1024 bytes of the body"),
    ("external-auth", AUTHZ, authz(body=1024), "external-auth.body: 1024 bytes of the body is weaker than no body"),
    ("external-auth", AUTHZ, authz(headers=("b", "a")), "external-auth.headers: a, b is weaker than no header"),
    ("extension", Extensions(("a",)), Extensions(("a",), ("a",)), "extension.fails_open: a is weaker than none"),
    ("header-edit", EDIT, None, "header-edit.x-user: as the client sends it is weaker than taken from requests"),
    ("header-edit", None, HeaderEdit(add=(("x-user", "a"),)), "header-edit.x-user: stated by the gateway is weaker than not stated by the gateway"),
    ("jwt", TOKENS, tokens(claims_as=()), "authentication.claims_as: x-user as the client sends it is weaker than filled from the token"),
    ("mirror", Mirrored((("a/b:80", 1.0),)), Mirrored((("a/b:80", 2.5),)), "mirror: 2.5% to a/b:80 is weaker than 1%"),
    ("mirror", None, Mirrored((("a/b:80", 1.0),)), "mirror: 1% to a/b:80 is weaker than no copy"),
    ("tls-floor", TlsFloor("1.2"), TlsFloor("1.2", ("AES128-SHA",)), "tls.suites: AES128-SHA is weaker than the gateway's own choice"),
    ("upgrade", False, True, "upgrades: * is weaker than none"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "before", "after", "words"), WORDS)
def test_a_weakness_says_what_is_weaker_than_what(kind, before, after, words):
    assert [str(one) for one in compared(kind, before, after).weaker] == [words]


def test_which_kinds_decide_who_passes():
    """A tightening of one of these turns a weakening elsewhere into something sideways."""
    assert {kind for kind, one in DIMENSIONS.items() if one.admits} == {
        "api-key", "authorization", "basic", "client-address", "client-certificate", "cors", "csrf", "extension", "external-auth", "fence",
        "ip", "jwt", "oidc", "redirect-to-https", "tls-floor",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_is_the_same_as_itself_and_comparable_to_nothing(kind):
    unread, other = Unknown("somebody's own"), Unknown("something else")
    assert compare(kind, unread, Unknown("somebody's own")) == "same"
    assert DIMENSIONS[kind].short(unread, unread) == ()
    for value in (other, None, *SAMPLES[kind]):
        assert compare(kind, unread, value) == compare(kind, value, unread) == "undecided"
        assert [one.field for one in DIMENSIONS[kind].short(unread, value)] == [kind]
        assert DIMENSIONS[kind].short(value, unread)[0].right == "unknown (somebody's own)"


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"ip"}))
def test_a_value_of_another_kind_is_a_mistake_of_the_caller(kind):
    value = next(one for one in SAMPLES[kind] if one is not None)
    with pytest.raises(TypeError, match="compared here"):
        compare(kind, value, object())


# Values of a kind that are often comparable: a few of each field.


def of(cls, *fields, **named):
    return st.builds(cls, *fields, **named)


few = draw.subsets(["a", "b", "c"])
flag = st.booleans()
count = st.sampled_from([None, 1, 2])
jwts = of(Jwt, st.sampled_from([None, "i"]), draw.subsets(["a", "b"]), st.sampled_from(["k", "l"]), flag)
units, scopes = st.sampled_from(["second", "minute"]), st.sampled_from(["replica", "shared"])
numbers, longer = st.sampled_from([1, 60, 100]), st.sampled_from(["second", "minute", "week", "month"])
rates = of(RateLimit, numbers, units, st.sampled_from(["client-ip", "everyone"]), scopes, st.sampled_from(["", "GET"]))
counted = of(CountedLimit, numbers, longer, draw.subsets([CLIENT, "method GET", "x"]), scopes, flag, flag, draw.subsets(["y"]))
origins = draw.subsets(["*", "https://*.example.com", "https://a.example.com", "https://*.a.example.com", "https://*", "https://a.example.com:8443"])
headers = draw.subsets([("x-user", "a"), ("x-user", "b"), ("x-trace", "a")])
VALUES = {
    "access-log": flag,
    "alteration": of(Alterations, few, few),
    "api-key": of(ApiKeys, few, few, flag, st.none() | few, st.sampled_from(["", "x-a"])),
    "authorization": draw.authorizations(),
    "backend-tls": st.just(Plaintext()) | of(BackendTls, st.sampled_from("ab"), of(Authority, st.sampled_from([None, "a", "b"])))
    | of(StatedTls, st.just("a"), st.just(Authority()), few),
    "basic": of(BasicUsers, st.sampled_from("ab"), st.none() | few, st.sampled_from(["", "x-a"])),
    "body-limit": st.integers(0, 3),
    "client-address": st.sampled_from([Direct(), PEERS, ForwardedFor(("10.1.0.0/16",)), ForwardedFor(()), ProxyProtocol(()), Forgeable("a")]),
    "client-certificate": of(ClientCertificates, few, flag, flag, few, few, flag, flag, st.none() | few, few, flag),
    "connection-limit": of(ConnectionBounds, count, count, count),
    "cors": of(CrossOrigin, origins, few, draw.subsets(["*", "a", "A"]), few, flag),
    "csrf": of(SameOrigin, draw.subsets(["a.b", "*.b", "*"]), st.sampled_from([0, 50, 100.0])),
    "extension": of(Extensions, few, few),
    "external-auth": of(ExternalAuthorizer, st.sampled_from("ab"), st.sampled_from(["grpc", "http"]), flag, few, count, few, few, few),
    "fence": st.just(NotFenced("a")) | of(Fenced, few),
    "header-edit": of(HeaderEdit, headers, headers, draw.subsets(["x-user", "x-trace"])),
    "header-hygiene": of(Hygiene, few, flag, flag),
    "ip": draw.sources,
    "jwt": of(Tokens, st.lists(jwts, max_size=2).map(tuple), flag, flag, draw.subsets([AUTHORIZATION, "cookie a"]), few, few, few),
    "mirror": of(Mirrored, st.dictionaries(st.sampled_from("ab"), st.sampled_from([1.0, 100.0])).map(lambda to: tuple(sorted(to.items())))),
    "oidc": of(OidcLogin, st.sampled_from("ab"), st.sampled_from("ab"), few, flag, few, few, few),
    "path-normalisation": of(Hygiene, few, flag, flag, flag, flag),
    "rate-limit": st.lists(rates | counted, max_size=2).map(tuple),
    "redirect-to-https": flag,
    "response-headers": draw.subsets([("x-a", "1"), ("x-a", "2"), ("access-control-allow-origin", "*")]),
    "timeout": of(Timeouts, count, count, count, count),
    "tls-floor": st.just(Plaintext()) | of(TlsFloor, st.sampled_from(["1.1", "1.2", "1.3"]), draw.subsets([*MODERN_SUITES[:2], "AES128-SHA"])),
    "upgrade": flag | few,
}
OPPOSITE = {"weaker": "stronger", "stronger": "weaker"}


def of_kind(kind):
    return st.none() | st.builds(Unknown, st.sampled_from("ab")) | VALUES[kind]


def as_strong(kind, left, right):
    return compare(kind, right, left) in ("same", "stronger") or (compare(kind, right, left) == "sideways" and not compared(kind, right, left).weaker)


@pytest.mark.parametrize("kind", KINDS)
@examples(40)
@given(st.data())
def test_laws(kind, data):
    first, second, third = (data.draw(of_kind(kind)) for _ in range(3))
    assert compare(kind, first, first) == "same"
    assert compare(kind, second, first) == OPPOSITE.get(compare(kind, first, second), compare(kind, first, second))
    for one, two, three in ((first, second, third), (second, third, first), (third, first, second)):
        if as_strong(kind, one, two) and as_strong(kind, two, three):
            assert as_strong(kind, one, three)


# Several kinds at once.

W, S, X = (Weakness("a", "b", "c"),), (Weakness("d", "e", "f"),), ()
LOST_JWT, NEW_LOGIN = Comparison("jwt", "weaker", W), Comparison("oidc", "stronger", (), S)
NEW_TIMEOUT, LOST_LIMIT = Comparison("timeout", "stronger", (), S), Comparison("rate-limit", "weaker", W)
OTHER_JWT, OTHER_TIMES = Comparison("jwt", "sideways", W, S), Comparison("timeout", "sideways", W, S)
DOUBT, HEADER, STILL = Comparison("basic", "undecided"), Comparison("header-edit", "sideways"), Comparison("cors", "same")


@pytest.mark.parametrize(
    ("changes", "change"),
    [
        ([], "same"),
        ([STILL], "same"),
        ([LOST_JWT], "weaker"),
        ([LOST_JWT, STILL], "weaker"),
        ([NEW_LOGIN], "stronger"),
        ([LOST_JWT, NEW_LOGIN], "sideways"),
        ([LOST_LIMIT, NEW_LOGIN], "sideways"),
        ([LOST_JWT, NEW_TIMEOUT], "weaker"),
        ([LOST_LIMIT, NEW_TIMEOUT], "weaker"),
        ([OTHER_JWT], "sideways"),
        ([OTHER_JWT, LOST_LIMIT], "sideways"),
        ([OTHER_JWT, NEW_LOGIN], "sideways"),
        ([OTHER_TIMES], "sideways"),
        ([OTHER_TIMES, NEW_TIMEOUT], "sideways"),
        ([OTHER_TIMES, NEW_LOGIN], "sideways"),
        ([OTHER_TIMES, LOST_LIMIT], "weaker"),
        ([DOUBT], "undecided"),
        ([DOUBT, LOST_JWT], "weaker"),
        ([DOUBT, OTHER_JWT], "sideways"),
        ([DOUBT, NEW_LOGIN], "undecided"),
        ([DOUBT, HEADER], "undecided"),
        ([HEADER], "sideways"),
        ([HEADER, NEW_TIMEOUT], "stronger"),
        ([HEADER, LOST_LIMIT], "weaker"),
    ],
)
def test_several_changes_come_to_one(changes, change):
    assert overall(changes) == overall(changes[::-1]) == change


CHANGES = st.lists(st.sampled_from([LOST_JWT, NEW_LOGIN, NEW_TIMEOUT, LOST_LIMIT, OTHER_JWT, OTHER_TIMES, DOUBT, HEADER, STILL]))


@examples(100)
@given(CHANGES)
def test_a_weakening_is_never_hidden(changes):
    whole = overall(changes)
    assert (whole in ("weaker", "sideways", "undecided")) or not any(one.adverse for one in changes)
    assert (whole == "same") == all(one.change == "same" for one in changes)
    if whole == "stronger":
        assert not any(one.adverse for one in changes)


@examples(60)
@given(CHANGES)
def test_the_way_back_is_the_opposite_unless_something_more_passes_both_ways(changes):
    back = [attrs.evolve(one, change=OPPOSITE.get(one.change, one.change), weaker=one.stronger, stronger=one.weaker) for one in changes]
    if overall(changes) == "stronger":
        assert overall(back) == "weaker"
    assert (overall(changes) == "same") == (overall(back) == "same")


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("*", "https://a.example.com", True),
        ("https://*.example.com", "https://a.example.com", True),
        ("https://*.example.com", "https://a.b.example.com", True),
        ("https://*.example.com", "https://*.a.example.com", True),
        ("https://*.example.com", "https://*.example.com", True),
        ("https://*.example.com", "https://example.com", False),
        ("https://*.example.com", "https://.example.com", False),
        ("https://*.example.com", "http://a.example.com", False),
        ("https://*.example.com", "https://a.example.com:8443", False),
        ("https://*.example.com", "https://a.example.org", False),
        ("https://*.example.com", "https://evil.com/.example.com", False),
        ("https://*.example.com", "*", False),
        ("https://*", "https://a.example.com", True),
        ("https://*", "https://a.example.com:8443", False),
        ("https://*:8443", "https://a.example.com:8443", True),
        ("https://a.*.com", "https://a.example.com", False),
        ("https://a.example.com", "https://b.example.com", False),
        ("https://a", "https://aa", False),
        ("*.example.com", "a.example.com", True),
        ("https://aa.example.com", "https://*.example.com", False),
        ("https://*xx", "https://xx", False),
        ("https://*", "https://", False),
    ],
)
def test_origins_cover_origins(wide, narrow, covered):
    assert covers_origin(wide, narrow) == covered


@pytest.mark.parametrize(
    ("kind", "known", "unknown"),
    [
        ("api-key", keys(clients=("a",)), KEYS),
        ("backend-tls", attrs.evolve(HOP, authority=Authority("ca", content="ab12")), HOP),
        ("basic", BasicUsers("shop/users", ("a",)), BasicUsers("shop/users")),
        ("client-certificate", cert(roots=("a",)), CERTIFICATES),
    ],
)
def test_what_is_known_on_one_side_alone_cannot_be_compared(kind, known, unknown):
    assert (compare(kind, known, unknown), compare(kind, unknown, known)) == ("undecided", "undecided")
    assert compare(kind, None, known) == "stronger" if kind != "backend-tls" else True
