"""Which requests one decision lets through that another refuses, against one-by-one evaluation."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.match import Methods, Sources
from gatewright.protection.authorization import EVERYBODY, NOBODY, Authorization, Claim, Way
from tests.properties import strategies as draw
from tests.properties.budget import examples
from tests.properties.gatekeeper import Token, admits

ADMIN, BUYER = Claim("role", ("admin",)), Claim("role", ("buyer",))
EITHER = Claim("role", ("admin", "buyer"))
TRUE, FALSE, OTHER = ("header x is a", True), ("header x is a", False), ("header y is b", True)
GET, INSIDE = Methods.only("GET"), Sources.of("10.0.0.0/8")


def of(*ways):
    return Authorization(ways)


@pytest.mark.parametrize(
    ("claim", "other", "implies"),
    [
        (ADMIN, ADMIN, True),
        (ADMIN, EITHER, True),
        (EITHER, ADMIN, False),
        (ADMIN, BUYER, False),
        (ADMIN, Claim("tier", ("admin",)), False),
        (ADMIN, Claim("role", ("admin",), listed=True), False),
    ],
)
def test_a_claim_implies_another(claim, other, implies):
    assert claim.implies(other) is implies


@pytest.mark.parametrize(
    ("ways", "normal"),
    [
        ((), ()),
        ((Way(Methods.only()),), ()),
        ((Way(sources=Sources.of()),), ()),
        ((Way(GET), Way()), (Way(),)),
        ((Way(claims=(ADMIN,)), Way()), (Way(),)),
        ((Way(GET), Way(Methods.only("POST"))), (Way(Methods.only("GET", "POST")),)),
        ((Way(GET, INSIDE), Way(GET, Sources.of("192.0.2.0/24"))), (Way(GET, INSIDE.union(Sources.of("192.0.2.0/24"))),)),
        ((Way(GET), Way(claims=(ADMIN,))), (Way(GET), Way(Methods.all_but("GET"), claims=(ADMIN,)))),
        ((Way(claims=(ADMIN, EITHER)),), (Way(claims=(ADMIN,)),)),
        (
            (Way(claims=(Claim("role", ("b", "a", "a")),), scopes=("y", "x", "x")),),
            (Way(claims=(Claim("role", ("a", "b")),), scopes=("x", "y")),),
        ),
        ((Way(claims=(ADMIN, EITHER)), Way(claims=(ADMIN,))), (Way(claims=(ADMIN,)),)),
        ((Way(claims=(ADMIN,)), Way(claims=(BUYER,))), (Way(claims=(ADMIN,)), Way(claims=(BUYER,)))),
        ((Way(scopes=("x", "y")), Way(scopes=("x",))), (Way(scopes=("x",)),)),
        ((Way(terms=(TRUE, FALSE)),), ()),
        ((Way(terms=(OTHER, TRUE, TRUE)),), (Way(terms=(TRUE, OTHER)),)),
        ((Way(terms=(TRUE,)), Way(terms=(TRUE, OTHER))), (Way(terms=(TRUE,)),)),
        ((Way(terms=(TRUE,)), Way(GET)), (Way(GET), Way(Methods.all_but("GET"), terms=(TRUE,)))),
    ],
)
def test_the_normal_form(ways, normal):
    assert of(*ways).normal() == of(*normal)


@pytest.mark.parametrize(
    ("left", "right", "beyond"),
    [
        (EVERYBODY, EVERYBODY, None),
        (NOBODY, NOBODY, None),
        (NOBODY, EVERYBODY, None),
        (EVERYBODY, NOBODY, Way()),
        (of(Way(GET)), EVERYBODY, None),
        (EVERYBODY, of(Way(GET)), Way(Methods.all_but("GET"))),
        (of(Way(claims=(ADMIN,))), of(Way(claims=(EITHER,))), None),
        (of(Way(claims=(EITHER,))), of(Way(claims=(ADMIN,))), Way(claims=(EITHER,))),
        (of(Way(GET)), of(Way(GET, INSIDE), Way(GET, Sources().minus(INSIDE))), None),
        (of(Way(GET)), of(Way(GET, INSIDE)), Way(GET, Sources().minus(INSIDE))),
        (of(Way(scopes=("x", "y"))), of(Way(scopes=("x",))), None),
        (of(Way(scopes=("x",))), of(Way(scopes=("x", "y"))), Way(scopes=("x",))),
        (of(Way(GET), Way(claims=(ADMIN,))), of(Way(GET)), Way(Methods.all_but("GET"), claims=(ADMIN,))),
        (of(Way(terms=(TRUE,))), EVERYBODY, None),
        (EVERYBODY, of(Way(terms=(TRUE,))), Way(terms=(FALSE,))),
        (EVERYBODY, of(Way(terms=(TRUE,)), Way(terms=(FALSE,))), None),
        (of(Way(terms=(TRUE, FALSE))), NOBODY, None),
        (of(Way(terms=(TRUE,))), of(Way(terms=(FALSE,))), Way(terms=(TRUE,))),
        (of(Way(GET, terms=(TRUE,))), of(Way(GET, INSIDE, terms=(TRUE,))), Way(GET, Sources().minus(INSIDE), terms=(TRUE,))),
        (of(Way(claims=(ADMIN,))), of(Way(claims=(ADMIN,), terms=(TRUE, OTHER))), Way(claims=(ADMIN,), terms=(FALSE,))),
    ],
)
def test_what_one_admits_beyond_another(left, right, beyond):
    assert left.admits_beyond(right) == beyond


# Claims of one value: a token that holds just what a way asks tells every two ways apart.
single = st.builds(Claim, draw.some(["role", "tier"]), draw.some(["admin", "buyer"]).map(lambda value: (value,)))
ways = st.builds(
    Way, draw.methods, draw.sources, st.lists(single, max_size=2, unique_by=lambda claim: claim.name).map(tuple), draw.subsets(draw.SCOPES)
)
decisions = st.lists(ways, max_size=3).map(lambda them: Authorization(tuple(them)))
TOKENS = [
    Token({"role": role, "tier": tier}, frozenset(scopes), True)
    for role, tier in product([(), ("admin",), ("buyer",)], repeat=2)
    for scopes in [(), ("read",), ("write",), ("read", "write")]
]
REQUESTS = list(product([*draw.METHODS, "DELETE"], ["10.1.2.3", "10.2.0.1", "192.0.2.1", "203.0.113.7", "2001:db8::1", "::2"]))


@examples(100)
@given(decisions, decisions)
def test_it_agrees_with_asking_for_every_request(left, right):
    more = [
        (token, request)
        for token, request in product(TOKENS, REQUESTS)
        if admits(left, token, *request) and not admits(right, token, *request)
    ]
    beyond = left.admits_beyond(right)
    assert (beyond is None) == (not more)
    if beyond is not None:
        assert any(admits(Authorization((beyond,)), token, *request) for token, request in more)


@examples(60)
@given(draw.authorizations(), draw.authorizations())
def test_with_claims_of_several_values_it_never_calls_a_wider_decision_as_strict(left, right):
    if left.admits_beyond(right) is None:
        tokens = [
            Token({"role": held}, frozenset(scopes), True)
            for held in [(), ("admin",), ("buyer",), ("admin", "buyer")]
            for scopes in [(), ("read",)]
        ]
        assert not any(admits(left, token, *request) and not admits(right, token, *request) for token, request in product(tokens, REQUESTS))


@given(draw.authorizations())
def test_the_normal_form_is_as_strict_as_its_origin(decision):
    assert decision.normal().admits_beyond(decision) is None
    assert decision.admits_beyond(decision.normal()) is None


terms = st.lists(st.tuples(draw.some(["a", "b", "c"]), st.booleans()), max_size=3, unique=True).map(tuple)
guarded = st.lists(st.builds(Way, draw.methods, draw.sources, terms=terms), max_size=3).map(lambda them: Authorization(tuple(them)))


def passes(decision, truths, request):
    """By asking every way; ``truths``: the texts that hold."""
    bare = tuple(Way(way.methods, way.sources) for way in decision.ways if all((text in truths) == held for text, held in way.terms))
    return admits(Authorization(bare), Token({}, frozenset(), True), *request)


@examples(100)
@given(guarded, guarded)
def test_terms_are_compared_as_if_every_truth_were_asked(left, right):
    worlds = [frozenset(text for text, held in zip("abc", truths, strict=True) if held) for truths in product([True, False], repeat=3)]
    more = [(one, request) for one, request in product(worlds, REQUESTS) if passes(left, one, request) and not passes(right, one, request)]
    beyond = left.admits_beyond(right)
    assert (beyond is None) == (not more)
    if beyond is not None:
        assert any(passes(Authorization((beyond,)), one, request) for one, request in more)
    for one, request in product(worlds, REQUESTS):
        assert passes(left, one, request) == passes(left.normal(), one, request)
