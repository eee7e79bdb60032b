"""HTTPRouteFilter (CRD 1.8.3, 1.9.1): what an ``ExtensionRef`` filter of a rule does.

Translator: a filter that is not there answers 500, so does one whose ConfigMap or Secret is not; ``directResponse`` without a status is 200,
and no filter after it is read; ``matches`` narrow the rule to requests with certain cookies. One that answers and mirrors is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.gateways.effect import Answered, Changes, Stated
from gatewright.gateways.envoy.effects.covered import At, Covered, leaves, nowhere, stated_by
from gatewright.gateways.envoy.effects.pruning import spec_of
from gatewright.gateways.envoy.effects.refused import refusals
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items
from gatewright.manifest.identity import ObjectId
from gatewright.standard.topology.route import FilterRef, Filters, Route
from gatewright.standard.topology.topology import Topology

FIELDS = Covered(
    read=leaves(
        "directResponse.{statusCode,body.{type,valueRef.{kind,name}}}",
        "credentialInjection.{header,overwrite,credential.valueRef.{kind,name,namespace}}",
        "matches.cookies.{name,type,value}",
        "urlRewrite.{hostname.{type,header,pathRegex.{pattern,substitution}},path.replaceRegexMatch.{pattern,substitution}}",
    ),
    harmless=(
        "credentialInjection.credential.valueRef.group",
        *(f"directResponse.{one}" for one in ("contentType", "header", "body.inline", "body.valueRef.group")),
        "urlRewrite.appendXForwardedHost",
        "urlRewrite.path.type",  # the CRD knows one
    ),
)


@attrs.frozen
class FilterRead:
    """``answer``: nothing is forwarded, this is said. ``narrows``: why the rule matches fewer requests than it says; empty: it does not.

    ``needs``: objects (kind, namespace, name) without which it answers 500 instead; whether they are there is for the world to say.
    ``other``: what else it does that reaches nothing else.
    """

    answer: Answered | None = None
    narrows: str = ""
    needs: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    @property
    def bearing(self) -> tuple[str, ...]:
        """What of it bears on what is reached: its notes, and which requests the rule takes."""
        return (*self.notes, *([self.narrows] if self.narrows else []))


MISSING = FilterRead(Answered(500, "the HTTPRouteFilter that the rule names does not exist"))
"""A filter that is not there (of a complete world)."""


def filter_read(spec: Mapping[str, object], at: At = nowhere, *, namespace: str = "") -> FilterRead:
    """What the filter does in a namespace."""
    direct = field(spec, "directResponse")
    answer = None
    if direct is not None:
        status = field(direct, "statusCode")
        answer = Answered(200 if status is None else status if isinstance(status, int) else 500, "a direct response", at("directResponse"))
    other = (
        ["backends are told the host that was asked for (X-Forwarded-Host)"]
        if field(spec, "urlRewrite", "appendXForwardedHost") is True
        else []
    )
    return FilterRead(answer, _narrows(spec), tuple(_needs(spec, namespace)), tuple(_notes(spec, namespace)), tuple(other))


def _narrows(spec: Mapping[str, object]) -> str:
    """Cookies of one item must all be there; of several items one must hold."""
    each = [" and ".join(map(_cookie, items(field(one, "cookies")))) for one in items(field(spec, "matches"))]
    return f"the rule matches requests only with {' or with '.join(each)}" if any(each) else ""


def _cookie(one: object) -> str:
    return f"cookie {field(one, 'name')} {'matching' if field(one, 'type') == 'RegularExpression' else 'equal to'} {field(one, 'value')}"


def _needs(spec: Mapping[str, object], namespace: str) -> Iterator[tuple[str, str, str]]:
    body, secret = field(spec, "directResponse", "body"), field(spec, "credentialInjection", "credential", "valueRef")
    if field(body, "type") == "ValueRef":
        yield str(field(body, "valueRef", "kind")), namespace, str(field(body, "valueRef", "name"))
    if secret is not None:
        yield str(field(secret, "kind") or "Secret"), str(field(secret, "namespace") or namespace), str(field(secret, "name"))


def _notes(spec: Mapping[str, object], namespace: str) -> Iterator[str]:
    injected = field(spec, "credentialInjection")
    if injected is not None:
        kind, place, name = next(_needs({"credentialInjection": injected}, namespace), ("Secret", namespace, "that is not named"))
        kept = "in place of the client's" if field(injected, "overwrite") is True else "unless the client sends one"
        yield f"the backend is sent the credential of {kind} {place}/{name} in {field(injected, 'header') or 'Authorization'}, {kept}"
    host, rewrite = field(spec, "urlRewrite", "hostname"), field(spec, "urlRewrite", "path", "replaceRegexMatch")
    if rewrite is not None:
        yield f"the backend is asked for another path: {field(rewrite, 'pattern')} becomes {field(rewrite, 'substitution')}"
    if field(host, "type") == "Header":
        yield f"the backend is asked for the host that the request's header {field(host, 'header')} names"
    elif field(host, "type") == "Backend":
        yield "the backend is asked for its own host name"
    elif host is not None:
        pattern, substitution = field(host, "pathRegex", "pattern"), field(host, "pathRegex", "substitution")
        yield f"the backend is asked for the host that the path names: {pattern} becomes {substitution}"


@attrs.frozen(eq=False)
class RouteFilters:
    """The ``ExtensionRef`` filters of the routes of one world, at a version (``1.8``, ``1.9``)."""

    topology: Topology
    version: str

    def read(self, route: Route, ref: FilterRef) -> FilterRead | None:
        """What one does; None: it may be somewhere else. A kind of anybody else answers 500, and so does one that lacks what it needs."""
        if ref.to.group != GROUP or ref.to.kind != "HTTPRouteFilter":
            words = f"{ref.to.kind} of group {ref.to.group or 'core'}"
            return FilterRead(Answered(500, f"a filter of kind {words} is none that Envoy Gateway knows", Stated(route.id, ref.path)))
        loaded, world = self.topology.world.get(ref.to), self.topology.world
        if loaded is None:
            return MISSING if world.is_complete(GROUP, "HTTPRouteFilter") else None
        found = filter_read(spec_of(loaded, self.version), stated_by(ref.to), namespace=ref.to.namespace)
        if refused := refusals(self.version).of(loaded):
            return attrs.evolve(found, narrows=f"{ref.to}: {refused}")
        for kind, namespace, name in found.needs:
            if world.is_complete("", kind) and world.get(ObjectId("", kind, namespace, name)) is None:
                wrong = f"{ref.to} needs {kind} {namespace}/{name}, which does not exist"
                return FilterRead(Answered(500, wrong, Stated(ref.to, ("spec",))))
        return found

    def changes(self, route: Route, filters: Filters) -> Changes:
        """What the filters of one backendRef do (``validateBackendRefFilters``; the translator agrees).

        Headers count, and of an HTTPRoute a new host; any other filter, or a change of the path, and its share is answered with 500.
        """
        allowed = _OF_BACKENDS[route.kind == "GRPCRoute"]
        wrong = [f"Envoy Gateway has no filter of type {one} there" for one in dict.fromkeys(filters.order) if one not in allowed]
        wrong += ["Envoy Gateway does not change paths there"] if "URLRewrite" in filters.order and filters.rewrite_path is not None else []
        host = (("host", filters.rewrite_host),) if filters.rewrite_host else ()
        notes: list[str] = []
        for ref in filters.extensions:
            found = self.read(route, ref)
            if found is None:
                notes.append(f"{ref.to} is not among the manifests, and what it does for a backendRef is not known")
                continue
            answer = found.answer
            if answer is not None and answer.at is not None and answer.at.path[-1:] == ("directResponse",):
                notes.append(f"the direct response of {ref.to} does nothing for a backendRef")
            elif answer is not None:
                wrong.append(answer.why)
            notes += found.notes
        return Changes(
            attrs.evolve(filters.request, set=(*filters.request.set, *host)), filters.response.set + filters.response.add,
            problem=f"filters of its backendRef: {'; '.join(wrong)}" if wrong else "", notes=tuple(notes),
        )  # fmt: skip


_HEADERS = ("RequestHeaderModifier", "ResponseHeaderModifier")
_OF_BACKENDS = ((*_HEADERS, "ExtensionRef", "URLRewrite"), _HEADERS)
"""Types that the translator takes for a backend of an HTTPRoute, and of a GRPCRoute."""
