"""HTTPRouteFilter: answers in place of the backend, narrower matches, and what is sent along."""

import pytest

from gatewright.gateways.envoy.effects import filters
from tests.gateways.envoy import accounting

SAMPLES = (
    {
        "directResponse": {"statusCode": 405, "body": {"type": "ValueRef", "valueRef": {"kind": "ConfigMap", "name": "page"}}},
        "credentialInjection": {"header": "x-key", "overwrite": True, "credential": {"valueRef": {"kind": "Secret", "name": "k", "namespace": "n"}}},
        "matches": [{"cookies": [{"name": "beta", "type": "RegularExpression", "value": "1"}]}],
        "urlRewrite": {"hostname": {"type": "Header", "header": "x-host"}, "path": {"replaceRegexMatch": {"pattern": "a", "substitution": "b"}}},
    },
    {"urlRewrite": {"hostname": {"type": "PathRegex", "pathRegex": {"pattern": "a", "substitution": "b"}}}},
)  # fmt: skip


def said(spec):
    return filters.filter_read(spec, namespace="shop")


def test_every_field_is_accounted_for():
    accounting.accounted("HTTPRouteFilter", filters.FIELDS)


def test_what_is_listed_as_read_is_read():
    accounting.read(filters.FIELDS, said, SAMPLES)


def test_nothing_makes_it_fall():
    accounting.never_falls(said, SAMPLES)


@pytest.mark.parametrize(("direct", "status"), [({"statusCode": 403}, 403), ({}, 200), ({"statusCode": "junk"}, 500)])
def test_a_direct_response(direct, status):
    assert said({"directResponse": direct}).answer.status == status


def test_a_filter_that_answers_nothing():
    read = said({"urlRewrite": {"hostname": {"type": "Backend"}}})
    assert read.answer is None
    assert read.notes == ("the backend is asked for its own host name",)


def test_one_that_is_not_there_answers_500():
    assert filters.MISSING.answer.status == 500


def test_cookies_narrow_the_rule():
    cookies = [{"cookies": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]}, {"cookies": [{"name": "c", "value": "3"}]}]
    assert said({"matches": cookies}).narrows.endswith("cookie a equal to 1 and cookie b equal to 2 or with cookie c equal to 3")
    assert said({}).narrows == ""


def test_what_it_needs_to_be_there():
    spec = {"directResponse": {"body": {"type": "ValueRef", "valueRef": {"kind": "ConfigMap", "name": "page"}}},
            "credentialInjection": {"credential": {"valueRef": {"name": "key"}}}}  # fmt: skip
    assert said(spec).needs == (("ConfigMap", "shop", "page"), ("Secret", "shop", "key"))
    assert said({"directResponse": {"body": {"type": "Inline", "inline": "x"}}}).needs == ()
