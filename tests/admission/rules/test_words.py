"""What a broken rule says: where, what was got and what is allowed; and what cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.admission.rulebook import ABSENT, Broken
from gatewright.admission.rules.book import RULES
from gatewright.admission.rules.duration import nanoseconds
from gatewright.admission.rules.hostname import is_ip
from gatewright.admission.rules.reading import Unreadable

NAMES = {rule.name: rule for rule in RULES.values()}
LISTENER = {"name": "a", "port": 80, "protocol": "HTTP"}
PARENT = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "a"}


def broken(name: str, value: Any, old: Any = ABSENT) -> Broken:
    found = NAMES[name].decide(value, old)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "value", "path", "got", "allowed"),
    [
        ("listener-names-unique", [LISTENER, {**LISTENER, "port": 81}], "[1]", "'a'", "another name for each"),
        ("listener-without-tls", [LISTENER, {**LISTENER, "tls": {}}], "[1].tls", "{}", "no tls, or another protocol"),
        (
            "https-listener-terminates",
            [{"protocol": "HTTPS", "tls": {"mode": "Passthrough"}}],
            "[0].tls.mode",
            "'Passthrough'",
            "mode Terminate, or no tls",
        ),
        ("tls-listener-has-mode", [{"protocol": "TLS"}], "[0]", "no tls", "tls, or another protocol"),
        (
            "terminating-listener-has-certificate",
            {"mode": "Terminate", "certificateRefs": [], "options": {}},
            "",
            "none",
            "at least one of certificateRefs or options, or another mode",
        ),
        (
            "terminating-listener-has-certificate",
            {"mode": "Terminate", "options": {}},
            "",
            "no certificateRefs",
            "certificateRefs",
        ),
        (
            "parents-all-with-section-or-port",
            [{**PARENT, "port": 1}, PARENT],
            "[1]",
            "no port",
            "a port in each reference to the same parent, or in none",
        ),
        ("path-no-parent-at-end", {"type": "Exact", "value": "/.."}, ".value", "'/..'", "another end than /.., or another type"),
        ("filter-cors-needed", {"type": "CORS"}, "", "no cors", "cors, or another type"),
        ("filter-cors-misplaced", {"type": "URLRewrite", "cors": {}}, ".type", "'URLRewrite'", "type CORS, or no cors"),
        ("filter-cors-once", [{"type": "CORS"}, {"type": "URLRewrite"}, {"type": "CORS"}], "[2]", "2 times", "at most once"),
        ("selector-keys-valid", {"a": "", "A/b": ""}, '["A/b"]', "'A/b'", None),
        ("timeout-of-backend-shorter", {"request": "1s", "backendRequest": "2s"}, ".backendRequest", "'2s'", "at most 1s, as request says"),
        ("fraction-at-most-whole", {"numerator": 5, "denominator": 4}, ".numerator", "5/4", "a numerator of at most 4"),
        (
            "redirect-without-backends",
            {"backendRefs": [{}], "filters": [{"requestRedirect": {}}]},
            ".filters[0].requestRedirect",
            "{}",
            None,
        ),
    ],
)
def test_a_broken_rule_points_and_says(name: str, value: Any, path: str, got: str, allowed: str | None) -> None:
    found = broken(name, value)
    assert (found.path, found.got) == (path, got)
    assert allowed in (None, found.allowed)


def test_what_stays_the_same_is_told_with_both_values() -> None:
    assert NAMES["controller-name-immutable"].transition
    assert NAMES["controller-name-immutable"].decide("a.com/b", "a.com/b") is None
    assert broken("controller-name-immutable", "a.com/c", "a.com/b") == Broken(
        "this cannot be changed, only made anew", "'a.com/c'", "'a.com/b'"
    )


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("listeners-distinct", [LISTENER, {**LISTENER, "name": "b", "port": 81.0}], "[1].port"),
        ("parents-all-with-section-or-port", [PARENT, {**PARENT, "port": 80.0}], "[1].port"),
        ("fraction-at-most-whole", {"numerator": 1.0, "denominator": 4}, ".numerator"),
        ("service-port-needed", {"group": "", "kind": "Service", "port": 80.0}, ".port"),
        ("mirror-percent-or-fraction", {"percent": 5.0, "fraction": {}}, ".percent"),
    ],
)
def test_a_rule_takes_no_integer_with_a_fraction(name: str, value: Any, path: str) -> None:
    found = broken(name, value)
    assert (found.path, found.allowed) == (path, "an integer without a point")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mirror-percent-or-fraction", {"percent": 5.0}),  # without a fraction it does not matter what the percentage is
        ("service-port-needed", {"group": "a.com", "kind": "Service", "port": 80.0}),
        ("parents-all-with-section", [{**PARENT, "port": 80.0}]),
    ],
)
def test_what_no_rule_reads_may_be_written_in_any_way(name: str, value: Any) -> None:
    assert NAMES[name].decide(value, ABSENT) is None


@pytest.mark.parametrize(
    ("text", "length"),
    [
        *(("0", 0), ("+0", 0), ("-0", 0), ("0s", 0), ("1ns", 1), ("1us", 1000), ("1\u00b5s", 1000), ("1\u03bcs", 1000), ("1ms", 10**6)),
        *(("1h30m", 5400 * 10**9), ("1.5h", 5400 * 10**9), (".5s", 5 * 10**8), ("1.s", 10**9), ("-1.5s", -15 * 10**8), ("+5s", 5 * 10**9)),
        *(("1s1h", 3601 * 10**9), ("9223372036854775807ns", 2**63 - 1), ("-9223372036854775808ns", -(2**63)), ("0.9999999999s", 999999999)),
        *(("0" * 9999 + "1s", 10**9), ("0." + "0" * 9999 + "1s", 0), ("1." + "9" * 9999 + "s", 2000000000)),
        ("9223372036854775808ns9223372036854775808ns", 0),  # Go's sum overflows unseen
        *(("0.000000000000000000000001h", 0), ("0.3333333333333333333h", 1200000000000), ("9223372036.854775807s", 2**63 - 1)),
    ],
)
def test_a_duration_is_read_as_go_reads_it(text: str, length: int) -> None:
    assert nanoseconds(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "s",
        ".s",
        "1",
        "00",
        "1d",
        "1 s",
        "1s ",
        "1h-1m",
        "--1s",
        "1..5s",
        "9223372036854775808ns",
        "-9223372036854775809ns",
        "9999999h",
        "\u0661s",
    ],
)
def test_what_go_reads_as_no_duration_is_none(text: str) -> None:
    with pytest.raises(Unreadable, match="no duration"):
        nanoseconds(text)


@pytest.mark.parametrize("text", ["1.2.3.4", "::", "::1", "::1.2.3.4", "1:2:3:4:5:6:7::", "FE80::1", "1:2:3:4:5:6:1.2.3.4"])
def test_an_ip_address(text: str) -> None:
    assert is_ip(text)


@pytest.mark.parametrize(
    "text",
    ["", "01.2.3.4", "1.2.3", "fe80::1%eth0", "fe80::1%", "::ffff:1.2.3.4", "::ffff:102:304", "1::2::3", "12345::", "1.2.3.4/8"],
)
def test_no_ip_address(text: str) -> None:
    assert not is_ip(text)
