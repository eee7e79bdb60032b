"""What a plain word means, without the server at hand: the cases that decide about a manifest."""

from __future__ import annotations

import pytest

from gatewright.manifest.yaml_resolve import detoured, key, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y", True),
        ("on", True),
        ("No", False),
        ("OFF", False),
        ("yEs", "yEs"),
        ("~", None),
        ("", None),
        ("nil", "nil"),
        ("0777", 511),
        ("0o17", 15),
        ("09", 9),
        ("0x1F", 31),
        ("0b101", 5),
        ("0b-1", -1),
        ("1_000", 1000),
        ("1:30", "1:30"),
        ("1e3", 1000),
        ("80.0", 80),
        ("-0.0", 0),
        (".5", 0.5),
        (".5_5", 0.55),
        ("1e999", "1e999"),
        ("1e21", 1e21),
        ("_1", "_1"),
        ("9223372036854775808", 9.223372036854775808e18),
        ("1152921504606846976.0", 1152921504606847000),
        ("0" * 5000 + "9" * 5000, "big"),
        ("2001-01-01", "2001-01-01"),
        ("<<", "<<"),
        ("=", "="),
        ("1.9", 1.9),
        ("v1.9", "v1.9"),
        ("1.9.1", "1.9.1"),
    ],
)
def test_a_word_means_what_it_means_to_the_server(text: str, value: object) -> None:
    value = text if value == "big" else value
    read = detoured(resolve(text))
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize("text", [".inf", "-.Inf", "+.INF", ".nan", ".NaN"])
def test_what_json_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no numbers"):
        detoured(resolve(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1", "1"),
        ("0777", "511"),
        ("y", "true"),
        ("off", "false"),
        ("1e3", "1000"),
        ("0.1", "0.1"),
        ("1e6", "1e+06"),
        (".inf", ".inf"),
        ("1234567.8", "1.2345678e+06"),
        ("1e-5", "1e-05"),
        ("~", None),
        ("9223372036854775808", None),
        ("a", "a"),
        ("1e39", ".inf"),
    ],
)
def test_a_key_becomes_text(text: str, name: str | None) -> None:
    assert key(resolve(text)) == name
