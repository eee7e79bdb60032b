"""What is said of an object, and of which generation."""

from __future__ import annotations

import pytest

from gatewright.live.conditions import generation, is_not_said, is_said


def condition(**changed: object) -> dict[object, object]:
    return {"type": "Accepted", "status": "True", "reason": "Fine", "observedGeneration": 2, **changed}


@pytest.mark.parametrize(("every", "now", "verdict", "found"), [
    ([condition()], 2, "ok", "True: Fine"),
    ([condition(observedGeneration=3)], 2, "pending", "True, but of generation 3; the object is at 2"),  # of an object before this one
    ([condition(observedGeneration=1)], 2, "pending", "True, but of generation 1; the object is at 2"),
    ([condition(status="False", observedGeneration=1)], 2, "pending", "False, but of generation 1; the object is at 2"),
    ([condition(status="False", message="no\n  such thing")], 2, "wrong", "False: Fine: no such thing"),
    ([condition(status="Unknown")], 2, "pending", "Unknown: Fine"),
    ([condition(status=None)], 2, "wrong", "None: Fine"),
    ([condition(observedGeneration=None)], 2, "unknown", "True, but it does not say of which generation"),
    ([condition(observedGeneration="2")], 2, "unknown", "True, but it does not say of which generation"),
    ([condition(observedGeneration=True)], 1, "unknown", "True, but it does not say of which generation"),
    ([condition(observedGeneration=None)], None, "unknown", "True, but the object does not say of which generation"),
    ([condition(status=True)], 2, "wrong", "True: Fine"),
    ([condition(type="Other")], 2, "pending", "no controller has said Accepted"),
    ([], 2, "pending", "no controller has said Accepted"),
])  # fmt: skip
def test_good_news(every: list[dict[object, object]], now: int | None, verdict: str, found: str) -> None:
    one = is_said("check", "Thing a", every, "Accepted", now, "mend it")
    assert (one.verdict, one.found, one.claimed) == (verdict, found, "Accepted is True")
    assert bool(one.fix) == (verdict in ("wrong", "pending"))


@pytest.mark.parametrize("stated", ["3", True, None, 2.0])
def test_a_generation_that_is_no_whole_number_is_none(stated: object) -> None:
    assert generation({"metadata": {"generation": stated}}) is None


@pytest.mark.parametrize(("every", "expected"), [
    ([condition(type="Conflicted", status="False")], []),
    ([condition(type="Conflicted")], [("wrong", "Conflicted is not True")]),
    ([condition(type="Conflicted", observedGeneration=1), condition(type="PartiallyInvalid")],
     [("pending", "Conflicted is not True"), ("wrong", "PartiallyInvalid is not True")]),
    ([condition(type="OverlappingTLSConfig")], []),
    ([condition(type="Conflicted", status="Unknown")], [("pending", "Conflicted is not True")]),
])  # fmt: skip
def test_bad_news(every: list[dict[object, object]], expected: list[tuple[str, str]]) -> None:
    assert [(one.verdict, one.claimed) for one in is_not_said("check", "Thing a", every, 2, "mend it")] == expected


def test_a_long_message_is_cut() -> None:
    one = is_said("check", "Thing a", [condition(status="False", message="x" * 1000)], "Accepted", 2, "mend it")
    assert len(one.found) == 300
