"""A witness as a URL and as a line for the shell."""

import shlex

from gatewright.match import Request


def test_url() -> None:
    request = Request("a.example.com", "/a%2Fb/é", query=(("q", "a b&c"), ("x", "")))
    assert request.url == "https://a.example.com/a%2Fb/%C3%A9?q=a%20b%26c&x="


def test_curl_of_a_plain_request() -> None:
    assert Request("a.example.com").curl() == "curl --path-as-is --globoff https://a.example.com/  # from 203.0.113.7"


def test_curl_quotes_whatever_an_expression_made_up() -> None:
    request = Request("a", "/';$(id)&", "DELETE", (("x-a", 'it\'s "x"'), ("x-empty", "")), (), "2001:db8::7")
    words = shlex.split(request.curl(), comments=True)
    assert words[:5] == ["curl", "--path-as-is", "--globoff", "--request", "DELETE"]
    assert words[5:] == ["--header", 'x-a: it\'s "x"', "--header", "x-empty;", "https://a/';$(id)&"]
    assert request.curl().endswith("  # from 2001:db8::7")


def test_curl_asks_for_heads_its_own_way() -> None:
    assert "--head " in Request("a", method="HEAD").curl()


def test_the_first_of_equal_names_counts() -> None:
    request = Request("a", headers=(("A", "1"), ("a", "2")), query=(("q", "1"), ("q", "2"), ("Q", "3")))
    assert (request.header("a"), request.parameter("q"), request.parameter("Q"), request.parameter("x")) == ("1", "1", "3", None)
