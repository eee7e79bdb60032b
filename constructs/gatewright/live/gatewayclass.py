"""Is the class there, is it the target's, and does its controller stand by it?"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.gateways.fields import at, text
from gatewright.gateways.installation import Installation
from gatewright.live.cluster import Absent, Withheld
from gatewright.live.conditions import conditions, generation, is_said, named
from gatewright.live.features import needed, reported
from gatewright.live.folder import Exposed, Written
from gatewright.live.judgement import Judgement, ok, unknown, unread, wrong
from gatewright.live.reader import Object, Reader, leaving
from gatewright.standard.objects import GATEWAY_V1


def classes(written: Written, reader: Reader) -> Iterator[Judgement]:
    """The judgements on the class of each way into the cluster."""
    for exposed in written.exposures:
        name = exposed.installation.class_name
        subject, claimed = f"GatewayClass {name}", f"it is there for {exposed.target}"
        answer = reader.object(GATEWAY_V1, "GatewayClass", "", name)
        if isinstance(answer, Withheld):
            unseen = (ok("gateway-class", subject, claimed), *_of_target(subject, exposed, {}), *_supported(subject, written, exposed.installation, {}))
            yield from unread(unseen, answer.reason, "let whoever runs this read gatewayclasses (get)")
        elif isinstance(answer, Absent):
            yield wrong("gateway-class", subject, claimed, "there is none of this name", f"make it, or state class_name on the target of {exposed.name!r}")
        elif leaving(answer.body):
            yield wrong("gateway-class", subject, claimed, "it is being deleted", "make it again once it is gone")
        else:
            yield ok("gateway-class", subject, claimed, "there")
            yield from _of_target(subject, exposed, answer.body)
            yield from _supported(subject, written, exposed.installation, answer.body)


def _of_target(subject: str, exposed: Exposed, one: Object) -> Iterator[Judgement]:
    wanted, found = exposed.installation.controller_name, text(at(one, "spec", "controllerName")) or ""
    if wanted:
        claimed = f"{exposed.target}, whose controllerName is {wanted}"
        fix = "name the class of this target; a class cannot be handed to another controller"
        yield ok("class-controller", subject, claimed, found) if found == wanted else wrong("class-controller", subject, claimed, found, fix)
    if (own := text(at(one, "spec", "parametersRef", "name"))) is not None:
        claimed, told = "it brings no settings of its own", f"its parametersRef names {text(at(one, 'spec', 'parametersRef', 'kind'))} {own}"
        yield unknown("class-parameters", subject, claimed, f"{told}, which bears on every Gateway of the class and was not judged")
    every, now = conditions(at(one, "status")), generation(one)
    yield is_said("class-accepted", subject, every, "Accepted", now, "mend what its controller complains of")
    if named(every, "SupportedVersion") is not None:
        yield is_said("class-version", subject, every, "SupportedVersion", now, "install the CRDs that the controller supports")


def _supported(subject: str, written: Written, installation: Installation, one: Object) -> Iterator[Judgement]:
    """Features that the objects of this class need and those that were claimed for it; of one that reports nothing, unknown where it should."""
    needs = {feature: "an object needs it" for object_ in _of_class(written, installation.class_name) for feature in needed(object_)}
    needs |= dict.fromkeys(installation.features, "the target claims it")
    there = reported(one)
    if not there and not installation.reports:
        return
    for feature, why in sorted(needs.items()):
        claimed = f"{feature} is supported: {why}"
        if feature in there:
            yield ok("class-features", subject, claimed, "in supportedFeatures")
        elif there:
            fix = "use an implementation that has it, or take it out of `supports` and do without"
            yield wrong("class-features", subject, claimed, "not in supportedFeatures", fix)
        else:
            yield unknown("class-features", subject, claimed, "the class reports no features", "ask the implementation's conformance report")


def _of_class(written: Written, name: str) -> Iterator[Object]:
    """The Gateways of a class, and everything that may be theirs: with one class alone, all there is."""
    alone = len({one.class_name for one in written.installations}) == 1
    for one in written.objects.values():
        if alone or one.get("kind") != "Gateway" or at(one, "spec", "gatewayClassName") == name:
            yield one
