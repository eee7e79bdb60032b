"""The filters of a rule as ``explain`` tells them."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.reach.entry import Entry
from gatewright.reach.worded import redirect_words, rewrite_words
from gatewright.standard.topology.route import Filters


def filters_told(entry: Entry) -> list[str]:
    """In the order written, numbered; values of headers are not shown, for they may be credentials."""
    if entry.rule is None:
        return []
    filters = entry.rule.filters
    return [f"{number}. {_filter(kind, filters)}" for number, kind in enumerate(filters.order, 1)]


def _filter(kind: str, filters: Filters) -> str:
    details: list[str] = []
    if kind == "RequestHeaderModifier":
        details = _edited(filters.request.set, filters.request.add, filters.request.remove)
    elif kind == "ResponseHeaderModifier":
        details = _edited(filters.response.set, filters.response.add, filters.response.remove)
    elif kind == "RequestRedirect" and filters.redirect is not None:
        details = [f"{filters.redirect.status} to {redirect_words(filters.redirect)}"]
    elif kind == "URLRewrite":
        details = [f"path {rewrite_words(filters.rewrite_path)}"] if filters.rewrite_path else []
        details += [f"host {filters.rewrite_host}"] if filters.rewrite_host else []
    elif kind == "RequestMirror":
        details = [f"{one.percent:g}% to {one.to.to}:{one.to.port}" for one in filters.mirrors]
    elif kind == "ExtensionRef":
        details = [str(one.to) for one in filters.extensions]
    elif kind == "CORS" and filters.cors is not None:
        details = [f"origins {', '.join(filters.cors.origins) or 'none'}"]
    elif kind == "ExternalAuth" and filters.external_auth is not None:
        details = [f"asks {filters.external_auth.to}:{filters.external_auth.port}"]
    elif kind in filters.unread:
        details = ["not understood"]
    return f"{kind}: {', '.join(details)}" if details else kind


def _edited(sets: Iterable[tuple[str, str]], adds: Iterable[tuple[str, str]], removes: Iterable[str]) -> list[str]:
    parts = ("sets", [name for name, _ in sets]), ("adds", [name for name, _ in adds]), ("removes", list(removes))
    return [f"{verb} {', '.join(names)}" for verb, names in parts if names]
