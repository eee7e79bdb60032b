"""The filters of a rule, standard and experimental ones (HTTPRoute and GRPCRoute of Gateway API 1.4 to 1.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import attrs

from gatewright.errors import shown
from gatewright.manifest.identity import ObjectId
from gatewright.protection.entry import PathRewrite, Redirect
from gatewright.protection.headers import HeaderEdit
from gatewright.standard.topology.refs import backend, named, rows, table, whole, word
from gatewright.standard.topology.route import NO_FILTERS, BackendRef, CorsRule, FieldPath, FilterRef, Filters, Mirror
from gatewright.standard.topology.shared import sharing
from gatewright.standard.topology.unread import Unread, place


@attrs.define(eq=False)
class _Found:
    """What filters say together, as it is gathered."""

    redirect: Redirect | None = None
    rewrite_path: PathRewrite | None = None
    rewrite_host: str | None = None
    request: HeaderEdit = HeaderEdit()
    response: HeaderEdit = HeaderEdit()
    mirrors: list[Mirror] = attrs.field(factory=list)
    cors: CorsRule | None = None
    external_auth: BackendRef | None = None
    extensions: list[FilterRef] = attrs.field(factory=list)


_Reader = Callable[[Mapping[str, object], str, FieldPath, _Found], None]


def filters_of(items: Iterable[object], namespace: str, path: FieldPath, problems: list[str]) -> Filters:
    """The filters of a rule whose ``filters`` stand at ``path``; what cannot be read is added to ``problems``.

    A type that is not known is ``unread``. A type that may stand once and stands twice is a problem: the standard does not say which counts.
    """
    order: list[str] = []
    unread: list[str] = []
    found = _Found()
    for index, item in enumerate(items):
        where: FieldPath = (*path, index)
        try:
            kind = word(table(item, "a filter"), "type")
            if kind in order and kind not in _REPEATABLE:
                raise Unread(f"a rule has one {kind or 'filter without a type'}, and this is another")
            order.append(kind)
            if kind not in _READERS:
                unread.append(kind or "a filter without a type")
                continue
            member, read = _READERS[kind]
            read(table(table(item, "a filter").get(member), f"{member} of a filter of type {kind}"), namespace, (*where, member), found)
        except Unread as problem:
            problems.append(f"{place(*where)}: {problem}")
    if "RequestRedirect" in order and "URLRewrite" in order:
        problems.append(f"{place(*path)}: a rule redirects or rewrites, and this one does both")
    if not order:
        return NO_FILTERS
    return _shared(Filters(
        tuple(order), found.redirect, found.rewrite_path, found.rewrite_host, found.request, found.response, tuple(found.mirrors), found.cors,
        found.external_auth, tuple(found.extensions), tuple(unread),
    ))  # fmt: skip


_shared: Callable[[Filters], Filters] = sharing()


def _request(member: Mapping[str, object], _namespace: str, _path: FieldPath, found: _Found) -> None:
    found.request = _edit(member)


def _response(member: Mapping[str, object], _namespace: str, _path: FieldPath, found: _Found) -> None:
    found.response = _edit(member)


def _edit(member: Mapping[str, object]) -> HeaderEdit:
    return HeaderEdit(_headers(member, "set"), _headers(member, "add"), tuple(name.lower() for name in _words(member, "remove")))


def _headers(member: Mapping[str, object], key: str) -> tuple[tuple[str, str], ...]:
    """Of names that are equal but for their case the first counts (HTTPHeader)."""
    edits: dict[str, str] = {}
    for item in rows(member, key):
        header = table(item, f"an item of {key}")
        edits.setdefault(named(header).lower(), word(header, "value"))
    return tuple(edits.items())


def _words(member: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = rows(member, key)
    texts = tuple(item for item in found if isinstance(item, str))
    if len(texts) < len(found):
        raise Unread(f"{key} is a list of texts, got {shown(found)}")
    return texts


def _redirect(member: Mapping[str, object], _namespace: str, _path: FieldPath, found: _Found) -> None:
    status = whole(member, "statusCode", 302)
    scheme, host, port = word(member, "scheme"), word(member, "hostname"), whole(member, "port")
    found.redirect = Redirect(status, scheme or None, host or None, port or None, _path_change(member))


def _rewrite(member: Mapping[str, object], _namespace: str, _path: FieldPath, found: _Found) -> None:
    found.rewrite_path, found.rewrite_host = _path_change(member), word(member, "hostname") or None


def _path_change(member: Mapping[str, object]) -> PathRewrite | None:
    """``path`` of a redirect or a rewrite (HTTPPathModifier)."""
    stated = member.get("path")
    if stated is None:
        return None
    change = table(stated, "path")
    kind = word(change, "type")
    if kind not in _PATH_CHANGES:
        raise Unread(f"path.type is {' or '.join(_PATH_CHANGES)}, got {shown(kind)}")
    key, prefix = _PATH_CHANGES[kind]
    if change.get(key) is None:
        raise Unread(f"path.{key} is missing, which type {kind} needs")
    return PathRewrite(word(change, key), prefix)


def _mirror(member: Mapping[str, object], namespace: str, path: FieldPath, found: _Found) -> None:
    to = backend(member.get("backendRef"), namespace, (*path, "backendRef"))
    percent = float(whole(member, "percent", 100))
    stated = member.get("fraction")
    if stated is not None:
        fraction = table(stated, "fraction")
        percent = 100.0 * whole(fraction, "numerator") / whole(fraction, "denominator", 100, least=1)
    found.mirrors.append(Mirror(to, percent))


def _cors(member: Mapping[str, object], _namespace: str, _path: FieldPath, found: _Found) -> None:
    credentials = member.get("allowCredentials")
    if not isinstance(credentials, bool | None):
        raise Unread(f"allowCredentials is true or false, got {shown(credentials)}")
    origins, methods, headers, exposed = (_words(member, key) for key in ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders"))
    found.cors = CorsRule(origins, methods, headers, exposed, bool(credentials))


def _external_auth(member: Mapping[str, object], namespace: str, path: FieldPath, found: _Found) -> None:
    found.external_auth = backend(member.get("backendRef"), namespace, (*path, "backendRef"))


def _extension(member: Mapping[str, object], namespace: str, path: FieldPath, found: _Found) -> None:
    to = ObjectId(word(member, "group"), word(member, "kind"), namespace, named(member))
    found.extensions.append(FilterRef(to, path))


_PATH_CHANGES = {"ReplaceFullPath": ("replaceFullPath", False), "ReplacePrefixMatch": ("replacePrefixMatch", True)}
_REPEATABLE = frozenset({"RequestMirror", "ExtensionRef"})
_READERS: dict[str, tuple[str, _Reader]] = {
    "RequestHeaderModifier": ("requestHeaderModifier", _request),
    "ResponseHeaderModifier": ("responseHeaderModifier", _response),
    "RequestRedirect": ("requestRedirect", _redirect),
    "URLRewrite": ("urlRewrite", _rewrite),
    "RequestMirror": ("requestMirror", _mirror),
    "CORS": ("cors", _cors),
    "ExternalAuth": ("externalAuth", _external_auth),
    "ExtensionRef": ("extensionRef", _extension),
}
