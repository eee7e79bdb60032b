"""What is known of kinds, and who decides their rules: the bundled releases, and CRDs that a user names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping

import attrs

from gatewright.admission.judge import Judge
from gatewright.admission.rulebook import Rule, Rulebook
from gatewright.admission.rules.book import Bundled
from gatewright.admission.schema import Facts, Schema, load, releases
from gatewright.errors import InputError, did_you_mean

_GATEWAY_API = re.compile(r"gateway-api-(?P<version>\d+\.\d+)-(?P<channel>standard|experimental)")
_PRODUCT = re.compile(r"(?P<product>.+?)-(?:v?\d.*)")


def editions() -> tuple[str, ...]:
    """The versions and channels of Gateway API that are bundled, oldest first: ``1.7/standard``."""
    found = [found for name in releases() if (found := _GATEWAY_API.fullmatch(name))]
    ordered = sorted(found, key=lambda one: (_numbers(one["version"]), one["channel"]))
    return tuple(f"{one['version']}/{one['channel']}" for one in ordered)


def newest() -> str:
    """The edition that is taken where none is named."""
    return next(name for name in reversed(editions()) if name.endswith("/standard"))


def bundled(edition: str = "", others: Iterable[str] = ()) -> Facts:
    """An edition of Gateway API with the newest release of everything else that is bundled; ``others`` are releases instead of the newest.

    Raises InputError for an edition or a release that there is not, and for two of one product.
    """
    named = set(others) | ({f"gateway-api-{edition.replace('/', '-')}"} if edition else set())
    for one, other in itertools.pairwise(sorted(named, key=order)):
        if _product(one) == _product(other):
            raise InputError(f"{one} and {other}: objects are judged by one release of {_product(one)}; leave one of them")
    edition = edition or newest()
    if edition not in editions():
        raise InputError(f"there is no Gateway API {edition!r}{did_you_mean(edition, editions())}; there are {', '.join(editions())}")
    chosen: dict[str, str] = {}
    for name in sorted(releases(), key=order):
        chosen[_product(name)] = name
    chosen["gateway-api"] = f"gateway-api-{edition.replace('/', '-')}"
    for name in named:
        chosen[_product(name)] = name
    return load(*sorted(chosen.values()))


@attrs.frozen
class Shelf:
    """Several rulebooks: the first that decides all rules of a node is asked."""

    books: tuple[Rulebook, ...]

    def begin(self) -> None:
        """See Rulebook."""
        for book in self.books:
            book.begin()

    def rules(self, schema: Schema) -> tuple[Rule, ...] | None:
        """See Rulebook."""
        return next((rules for book in self.books if (rules := book.rules(schema)) is not None), None)


def built_in() -> Facts:
    """The kinds that need no CRD, as far as they are known: what is left of the bundle where a cluster's own CRDs are read."""
    return load("networking-v1")


def crd_groups() -> frozenset[str]:
    """The groups that exist by CRDs alone: a cluster without a CRD for one of their kinds does not serve it."""
    return frozenset(group for name in releases() for group, _ in load(name).kinds) - {group for group, _ in built_in().kinds}


def judge_of(facts: Facts, crds: Iterable[Mapping[str, object]] = ()) -> Judge:
    """Judges by the CRDs where they define a kind, with CEL itself, and by ``facts`` elsewhere.

    Raises InputError for a CRD that is none, or where the extra ``cel`` is missing.
    """
    given = list(crds)
    if not given:
        return Judge(facts, Bundled())
    from gatewright.admission.cel.book import CelBook  # only where CRDs are named: it brings Google's runtime
    from gatewright.admission.crds import facts_of

    real = facts_of(given)
    return Judge(Facts((*facts.releases, *real.releases), {**facts.kinds, **real.kinds}), Shelf((CelBook(), Bundled())))


def order(release: str) -> tuple[str, tuple[int, ...], str]:
    """A sort key: by product, the oldest release of each first, 1.9 before 1.10."""
    return _product(release), _numbers(release), release


def _product(release: str) -> str:
    found = _PRODUCT.fullmatch(release)
    return found["product"] if found else release


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", name)))
