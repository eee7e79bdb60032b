"""Would the API server take this object, as far as its schema says? Offline, without the rules across fields.

Everything wrong is found at once. The server stops at what it cannot decode and at unknown fields (400) and shows the rest (422) only
when there are none, so the verdicts agree while the number of causes may not. ``status`` is never validated on create where it is a
subresource, only its names are.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from itertools import chain, islice

from gatewright.admission import exact, metadata, network_policy
from gatewright.admission.defaulting import complete
from gatewright.admission.fast import Plan, Plans
from gatewright.admission.finding import Finding, NotJudged, fault
from gatewright.admission.schema import Facts

MOST = 200  # findings of one object: nobody reads more, and whoever writes a million unknown fields waits no longer for it

TOO_DEEP = fault(".", "depth", "hundreds of lists or objects inside each other", "as deep as its schema")


def check(manifest: Mapping[str, object], facts: Facts) -> list[Finding] | NotJudged:
    """Every structural fault of a manifest, sorted by path, of very many the first two hundred; none means the schema accepts it.

    NotJudged where the facts do not know the kind. A version the release does not serve is a finding.
    """
    plan = _plans(facts).of(manifest)
    if not isinstance(plan, Plan):
        return plan
    return [] if plan.accepts(manifest) else sorted(faults(manifest, plan))


def faults(manifest: Mapping[str, object], plan: Plan) -> set[Finding]:
    """The structural faults of a manifest that is to be created."""
    try:
        return set(islice(chain(exact.undecodable(manifest, plan.served.schema), _judged(manifest, plan)), MOST))
    except RecursionError:
        return {TOO_DEEP}


def _judged(manifest: Mapping[str, object], plan: Plan) -> chain[Finding]:
    whole = created(manifest, plan)
    more = network_policy.faults(whole) if network_policy.is_native(plan.kind) else ()
    return chain(exact.structural(whole, plan.kind, plan.served, None), exact.duplicates(whole, plan.served.schema), more)


def created(manifest: Mapping[str, object], plan: Plan) -> dict[str, object]:
    """The object as the server judges it on create: named, completed, and without the status that only the status subresource sets."""
    kept = {key: value for key, value in manifest.items() if not (key == "status" and plan.served.status)}
    stated = kept.get("metadata")
    if isinstance(stated, Mapping):
        kept["metadata"] = metadata.named(stated)
    whole = complete(kept, plan.served.schema)
    if network_policy.is_native(plan.kind):
        whole = network_policy.decoded(whole, plan.served.schema)
    return dict(whole) if isinstance(whole, Mapping) else kept


@functools.lru_cache(8)
def _plans(facts: Facts) -> Plans:
    return Plans(facts, None)
