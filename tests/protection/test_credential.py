"""What is taken for a credential, and what stands in its place; what is none must stay readable."""

from __future__ import annotations

import pytest

from gatewright.protection.credential import digest, is_credential, pattern_told, response_header, term_told, text_told, told

SECRET = "hunter2correcthorse"
NAMES = (
    "authorization", "Authorization", "proxy-authorization", "cookie", "Set-Cookie", "x-api-key", "X-Api-Key", "apikey", "x-functions-key", "x-auth-token",
    "access_token", "x-shared-secret", "x-origin-verify", "x-azure-fdid", "x-hub-signature", "sig", "password", "x-session-id", "x-jwt",
)  # fmt: skip
OTHERS = (
    "x-canary",
    "accept",
    "user-agent",
    "x-tenant",
    "x-team",
    "page",
    "x-author",
    "x-keyboard",
    "x-design",
    "x-forwarded-for",
    "content-type",
    "x-sidecar",
)
LOOKS = (
    "Bearer abcdefgh12345", "Basic dXNlcjpwYXNz", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln", "https://me:pw@a.example.com", "AKIAABCDEFGHIJKLMNOP",
    "ghp_abcdefghijklmnopqrstuvwxyz", "sk_live_abcdefgh1234", "-----BEGIN EC PRIVATE KEY-----", "$2a$10$abc",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_value_under_such_a_name_is_a_credential(name: str) -> None:
    assert is_credential(name, SECRET)
    assert SECRET not in told(name, SECRET)
    assert not is_credential(name, "")


@pytest.mark.parametrize("name", OTHERS)
def test_a_value_under_another_name_is_none_unless_it_looks_so(name: str) -> None:
    assert told(name, "always") == "always"
    assert all(told(name, one) == digest(one) for one in LOOKS)


@pytest.mark.parametrize(
    ("name", "pattern", "shown"),
    [
        ("authorization", "Bearer .+", "Bearer .+"),
        ("authorization", "(?i)^bearer [A-Za-z0-9._-]{20,}$", "(?i)^bearer [A-Za-z0-9._-]{20,}$"),
        ("authorization", f"Bearer {SECRET}", digest(f"Bearer {SECRET}")),
        ("x-api-key", ".+", ".+"),
        ("x-api-key", r"\w{32}", r"\w{32}"),
        ("x-api-key", f"^(?:{SECRET}|other)$", digest(f"^(?:{SECRET}|other)$")),
        ("x-canary", "yes|always", "yes|always"),
        ("cookie", "(^|; )canary=always(;|$)", f"(^|; )canary={digest('always')}(;|$)"),
        ("cookie", ".*canary.*", digest(".*canary.*")),
    ],
)
def test_a_pattern_that_says_how_a_credential_looks_is_shown(name: str, pattern: str, shown: str) -> None:
    assert pattern_told(name, pattern) == shown


def test_of_cookies_the_names_are_shown() -> None:
    assert told("cookie", f"a=b; session={SECRET}") == f"a={digest('b')}; session={digest(SECRET)}"
    assert told("cookie", SECRET) == digest(SECRET)


@pytest.mark.parametrize(
    "name", ["strict-transport-security", "X-Frame-Options", "cache-control", "access-control-allow-origin", "server", "via"]
)
def test_response_headers_for_everybody_are_shown(name: str) -> None:
    assert response_header(name, "max-age=1") == f"{name}: max-age=1"
    assert response_header(name, LOOKS[0]) == f"{name}: {digest(LOOKS[0])}"


@pytest.mark.parametrize("name", ["set-cookie", "x-api-key", "authorization", "x-anything", "www-authenticate", "location"])
def test_other_response_headers_are_digests_that_differ(name: str) -> None:
    assert response_header(name, SECRET) == f"{name}: {digest(SECRET)}"
    assert response_header(name, SECRET) != response_header(name, f"{SECRET}2")


@pytest.mark.parametrize(
    "text",
    [
        f"the header x-auth-token is no RE2 expression: '{SECRET}(?=x)': lookaround",
        f'header x-api-key asks for "{SECRET}"',
        f"oidc: issuer https://me:{SECRET}@id.example.com is no https URL without user",
        f"https://a.example.com/x.wasm?sig={SECRET} cannot be fetched",
        f"500 with set-cookie exact {SECRET} and x-a prefix b",
        f"it says Bearer {SECRET}",
    ],
)
def test_a_sentence_quotes_no_credential(text: str) -> None:
    assert SECRET not in text_told(text)
    assert "(sha256 " in text_told(text) or "me:" not in text_told(text)
    assert text_told(text_told(text)) == text_told(text)


@pytest.mark.parametrize(
    "text",
    [
        "the header x-canary is no RE2 expression: 'a(?=x)': lookaround (?= is not RE2",
        "Basic authentication is asked for, and a Bearer presented",
        "client certificate required, a token is needed, or the cookie is read",
        "targets HTTPRoute shop/'exports', which does not exist",
        "https://id.example.com/jwks?",
        "matching /a?b|/c?(x=y)",
    ],
)
def test_a_sentence_without_one_is_as_it_was(text: str) -> None:
    assert text_told(text) == text


def test_values_that_are_known_are_taken_from_any_sentence() -> None:
    assert text_told("'abcdef+(' is nothing", ["abcdef+("]) == f"'{digest('abcdef+(')}' is nothing"
    assert text_told("a is b", ["a"]) == "a is b"


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        (f"header x-api-key is {SECRET}", f"header x-api-key is {digest(SECRET)}"),
        (f"query parameter token not matches {SECRET}", f"query parameter token not matches {digest(SECRET)}"),
        (f"query parameter token not is {SECRET}", f"query parameter token not is {digest(SECRET)}"),
        ("header x-team is a or b", "header x-team is a or b"),
        ("the path is /token or below it", "the path is /token or below it"),
        ("each address in 0.0.0.0/0", "each address in 0.0.0.0/0"),
        ("the CEL expression request.path == '/a' is true", "the CEL expression request.path == '/a' is true"),
        (
            f"the CEL expression request.headers['x-api-key'] in ['{SECRET}', \"b\"] is true",
            "the CEL expression request.headers['x-api-key'] in " + f"[{digest(repr(SECRET))}, {digest(chr(34) + 'b' + chr(34))}] is true",
        ),
    ],
)
def test_conditions_in_words(term: str, shown: str) -> None:
    assert term_told(term) == shown
