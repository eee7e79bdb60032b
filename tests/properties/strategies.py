"""What hypothesis draws: neutral protections in normal form, and programs of intents that mostly hold."""

import attrs
from hypothesis import strategies as st

from gatewright.match import ANY_METHOD, ANYWHERE, Methods, Prefix, Sources
from gatewright.protection.authentication import Anonymous, Jwt
from gatewright.protection.authorization import EVERYBODY, NOBODY, Authorization, Claim, Way
from gatewright.protection.client import Direct, ForwardedFor, ProxyProtocol
from gatewright.protection.entry import Forward, Rule, Target
from gatewright.protection.headers import BROWSER_HEADERS, IDENTITY_HEADERS, Hygiene
from gatewright.protection.limit import RateLimit
from gatewright.protection.lowered import LoweredGateway, LoweredListener, LoweredRoute, SecretCertificate
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import MODERN_SUITES, TlsFloor

# Small enough to enumerate: DELETE, 192.0.2.1 and ::2 are named nowhere.
METHODS = ["GET", "POST", "PUT"]
CIDRS = ["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "::/0", "2001:db8::/32", "203.0.113.7/32"]
VALUES = {"role": ["admin", "buyer"], "tier": ["gold"]}
SCOPES = ["read", "write"]

some = st.sampled_from


def subsets(values, min_size=0):
    return st.lists(some(list(values)), unique=True, min_size=min_size).map(lambda chosen: tuple(sorted(chosen)))


methods = st.one_of(
    st.just(ANY_METHOD),
    subsets(METHODS, 1).map(lambda names: Methods.only(*names)),
    subsets(METHODS, 1).map(lambda names: Methods.all_but(*names)),
)
sources = st.one_of(
    st.just(ANYWHERE),
    subsets(CIDRS, 1).map(lambda cidrs: Sources.of(*cidrs)),
    subsets(["10.0.0.0/8", "2001:db8::/32", "203.0.113.7/32"], 1).map(lambda cidrs: ANYWHERE.minus(Sources.of(*cidrs))),
)
claims = some(sorted(VALUES)).flatmap(lambda name: st.builds(Claim, st.just(name), subsets(VALUES[name], 1), st.booleans()))
claim_lists = st.lists(claims, max_size=2, unique=True).map(tuple)
ways = st.builds(Way, methods, sources, claim_lists, subsets(SCOPES))
public_ways = st.builds(Way, methods, sources)


def authorizations(of=ways):
    return st.one_of(st.just(EVERYBODY), st.just(NOBODY), st.lists(of, min_size=1, max_size=4).map(lambda them: Authorization(tuple(them))))


def jwts(expiry):
    return st.builds(
        Jwt,
        some(["https://id.example.com", "https://other.example.com"]),
        subsets(["a", "b", "c"], 1),
        some(["https://id.example.com/jwks"]),
        expiry,
    )


def limits(scope):
    one = st.builds(
        RateLimit,
        some([1, 20, 100, 2000, 4_294_967_295]),
        some(["second", "minute", "hour", "day"]),
        some(["client-ip", "everyone"]),
        st.just(scope),
        some(["", "", "GET", "POST"]),
    )
    return st.lists(one, max_size=5).map(tuple)


times = st.none() | some([1, 500, 1_000, 15_000, 30_000, 90_000, 3_600_000])
timeouts = st.builds(Timeouts, times, times, times, times)
bodies = st.none() | some([1, 1000, 1024, 1536, 1024**2, 3 * 1024**3])


@st.composite
def policies(draw, expiry=True):
    """Policies in normal form; with ``expiry`` False, such as a gateway that cannot require ``exp`` has them."""
    token = draw(st.booleans())
    asked = draw(jwts(st.booleans() if expiry else st.just(False))) if token else Anonymous()
    decision = draw(authorizations(ways if token else public_ways))
    if isinstance(asked, Jwt) and decision.normal() == NOBODY:
        asked = attrs.evolve(asked, expiry_required=True)  # where nobody passes, nobody passes without exp
    body = draw(bodies)
    return Policy(
        asked, decision, draw(limits(draw(some(["replica", "shared"])))), body, draw(timeouts), body is None and draw(st.booleans())
    ).normal()


def route(policy, **changes):
    forward = Forward((Target("shop", "orders", 8080),))
    plain = LoweredRoute(
        'ProtectedRoute("orders")', "shop", "orders", "infra", "edge", ("shop",), ("shop.example.com",),
        (Rule((Prefix("/orders"),), forward),), policy, (), False,
    )  # fmt: skip
    return attrs.evolve(plain, **changes)


@st.composite
def frontends(draw):
    version = draw(some(["1.0", "1.1", "1.2", "1.3"]))
    return TlsFloor(version, () if version == "1.3" else draw(subsets(MODERN_SUITES)))


hygienes = st.builds(Hygiene, subsets(IDENTITY_HEADERS), st.booleans(), st.booleans(), st.booleans(), st.booleans())
peers = subsets(["10.0.0.0/16", "192.0.2.0/24"], 1)
clients = st.one_of(st.just(Direct()), st.builds(ProxyProtocol, peers), st.builds(ForwardedFor, peers))


def listener_policies(client, headers):
    return st.builds(ListenerPolicy, frontends(), hygienes, st.just(client), subsets(BROWSER_HEADERS), headers, st.booleans())


@st.composite
def gateways(draw, headers):
    """Gateways of two listeners; how addresses are learned is one thing for all of them."""
    of = listener_policies(draw(clients), headers)
    shared, names = draw(of), ["docs", "shop"]
    listeners = tuple(
        LoweredListener(
            name, f"{name}.example.com", 443, ("shop",), SecretCertificate("infra", name), draw(st.just(shared) | of), "redirect", False
        )
        for name in names
    )
    return LoweredGateway('SecureGateway("edge")', "infra", "edge", listeners, shared, draw(st.booleans()), draw(st.booleans()))
