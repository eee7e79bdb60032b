"""A comparison as JSON: ``gatewright.diff/1``, always complete."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gatewright.diff.row import Row
from gatewright.estate.relaxed import Relaxed, RelaxedChange
from gatewright.report.compared import Comparison, Part, Shown, url, witness
from gatewright.report.manifest_lines import value

SCHEMA = "gatewright.diff/1"


def diff_json(compared: Comparison) -> str:
    """Rows cluster by cluster, the gravest first; each cluster has its own, also where the words are the same."""
    tree = {
        "schema": SCHEMA,
        "verdict": compared.verdict,
        "base": compared.base,
        "head": compared.head,
        "clusters": [{"cluster": part.place, "verdict": part.diff.verdict} for part in compared.parts],
        "rows": [_row(row, part) for part in compared.parts for row in part.rows],
        "not_judged": list(compared.not_judged()),
        "notes": list(compared.notes()),
        "relaxations": [_relaxed(one) for one in compared.relaxed()],
        "manifests": [
            {
                "cluster": part.place,
                "change": one.change,
                "object": part.origin(one.object).tree() | {"group": one.object.group},
                "was": None if one.was is None else {"kind": one.was.kind, "namespace": one.was.namespace, "name": one.was.name},
                "fields": [
                    {"path": each.path, "sign": each.sign, "before": value(each.before), "after": value(each.after)} for each in one.fields
                ],
            }
            for part, one in compared.objects()
        ],
        "left_out": list(compared.left_out()),
    }
    return json.dumps(tree, indent=2) + "\n"


def _row(row: Row, part: Part) -> Mapping[str, object]:
    asked = row.witness
    return {
        "cluster": part.place,
        "change": row.change,
        "widens": row.adverse,
        "scheme": row.scheme,
        "port": row.port or None,
        "host": row.host,
        "path": row.path,
        "method": row.method,
        "source": row.source,
        "where": row.where,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "witness": None
        if asked is None or row.scheme == "any"
        else {
            "method": asked.method,
            "url": url(row, asked.host, asked.url.removeprefix(f"https://{asked.host}")),
            "headers": dict(asked.headers),
            "source": asked.source,
            "command": witness(Shown(row, part, ())),
        },
        "objects": [part.origin(one).tree() | {"group": one.group} for one in row.objects],
    }


def _relaxed(one: RelaxedChange) -> Mapping[str, object]:
    said = one.one
    return {
        "cluster": said.place, "change": one.change, "intent": said.intent, "what": said.what, "reason": said.reason, "owner": said.owner,
        "until": said.until, "changes": [*said.changes], "before": _words(one.before), "after": _words(one.after),
    }  # fmt: skip


def _words(one: Relaxed | None) -> Mapping[str, object] | None:
    return None if one is None else {"reason": one.reason, "owner": one.owner, "until": one.until, "changes": [*one.changes]}
