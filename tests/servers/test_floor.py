"""The deny floor, as the translator shows it: what has no policy of its own is refused, on every HTTPS listener and on no other."""

from __future__ import annotations

import pytest

from tests.servers.egctl import Egctl
from tests.servers.programs import EVERYBODY, Room
from tests.servers.served import by_hand
from tests.servers.xds import Dump

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def dump(egctl: Egctl) -> Dump:
    room = Room(egctl.version)
    room.route("app", access=EVERYBODY)
    return Dump(egctl.xds([*room.compiled().objects, *by_hand(room)])["infra/edge"])


@pytest.mark.parametrize("name", ["bare", "misspelt"])
def test_a_route_without_a_policy_is_refused(dump: Dump, name: str) -> None:
    routes = dump.of(f"shop/{name}")
    assert [(route.judgements, route.otherwise) for route in routes] == [((), "DENY")]


def test_a_route_of_ours_overrides_it(dump: Dump) -> None:
    assert [route.otherwise for route in dump.of("shop/app")] == ["ALLOW"]


def test_the_redirect_is_left_alone(dump: Dump) -> None:
    assert [route.otherwise for route in dump.chains["shop-plain"].routes] == [None]


def test_nothing_is_served_that_nobody_judges(dump: Dump) -> None:
    assert all(route.otherwise for route in dump.chains["shop"].routes)
