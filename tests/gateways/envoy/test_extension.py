"""EnvoyExtensionPolicy: whose code is in the path of requests, and what of it is passed over."""

from gatewright.gateways.effect import Guard
from gatewright.gateways.envoy.effects import extension
from gatewright.protection.bounds import Extensions
from tests.gateways.envoy import accounting

ASKED = {"group": "g.example.com", "kind": "K", "name": "n", "namespace": "s", "port": 1}
SAMPLES = (
    {
        "wasm": [
            {"name": "w", "failOpen": True, "code": {"type": "HTTP", "http": {"url": "https://a.example.com/x.wasm", "sha256": "0" * 11}}},
            {"code": {"type": "Image", "image": {"url": "registry.example.com/x:1", "sha256": "1" * 11}}},
        ],
        "extProc": [{"failOpen": False, "shadowMode": True, "backendRefs": [ASKED]}],
        "lua": [{"type": "Inline", "inline": "x"}, {"type": "ValueRef", "valueRef": {"kind": "ConfigMap", "name": "n"}}],
        "dynamicModule": [{"name": "m", "filterName": "f", "terminalFilter": True}],
    },
)


def said(spec):
    return (
        extension.extension_guard(spec, namespace="shop"),
        extension.extension_broken(spec, frozenset({"m"})),
        extension.extension_notes(spec),
    )


def test_every_field_is_accounted_for():
    accounting.accounted("EnvoyExtensionPolicy", extension.FIELDS)


def test_what_is_listed_as_read_is_read():
    accounting.read(extension.FIELDS, said, SAMPLES)


def test_nothing_makes_it_fall():
    accounting.never_falls(said, SAMPLES)


def test_each_is_named_and_those_that_are_passed_over():
    processor = {"backendRefs": [{"name": "audit", "port": 9000}], "failOpen": True}
    found = extension.extension_guard({"extProc": [processor]}, namespace="shop")
    assert found == Guard("extension", Extensions(("external processor shop/audit:9000",), ("external processor shop/audit:9000",)))
    assert extension.extension_guard({}) is None


def test_a_script_is_seen_to_change_and_never_shown():
    first, second = (extension.extension_guard({"lua": [{"type": "Inline", "inline": text}]}) for text in ("local key = 'hidden'", "other"))
    assert first.value != second.value
    assert "hidden" not in str(first)


def test_a_module_that_the_proxy_does_not_register_answers_500():
    spec = {"dynamicModule": [{"name": "m"}]}
    (broken,) = extension.extension_broken(spec, frozenset())
    assert (broken.part, broken.index, broken.opens) == ("dynamicModule", 0, False)
    assert extension.extension_broken(spec, frozenset({"m"})) == ()


def test_extensions_of_several_policies_are_one_guard():
    one, other = (Guard("extension", Extensions((name,), opens)) for name, opens in (("a", ("a",)), ("b", ())))
    assert extension.together(other, None, one).value == Extensions(("a", "b"), ("a",))
    assert extension.together(None) is None
    unknown = Guard.unknown("extension", "patched")
    assert extension.together(one, unknown) == unknown
