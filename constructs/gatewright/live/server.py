"""Is the API server itself new enough for the rules of the CRDs?"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.gateways.fields import text
from gatewright.live.cluster import Found, Withheld
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, unknown, wrong
from gatewright.live.reader import Reader
from gatewright.live.versions import Minor, minor
from gatewright.live.versions import written as in_words

# CRDs of Gateway API 1.5 and newer call isIP(), which CEL in Kubernetes has since 1.31; older ones need what every supported server has.
_NEEDS: tuple[tuple[Minor, Minor], ...] = (((1, 5), (1, 31)), ((1, 0), (1, 26)))


def server(written: Written, reader: Reader) -> Iterator[Judgement]:
    """One judgement."""
    reads = [found for one in written.exposures for release in one.crds if release.startswith("gateway-api-") and (found := minor(release))]
    needs = next((server for api, server in _NEEDS if reads and max(reads) >= api), _NEEDS[-1][1])
    subject, claimed = "the API server", f"Kubernetes {in_words(needs)} or newer, for the rules of these CRDs"
    answer = reader.get("/version")
    told = text(answer.body.get("gitVersion")) if isinstance(answer, Found) else None
    there = minor(told or "")
    if there is None or there == (0, 0):  # built without a release
        reason = answer.reason if isinstance(answer, Withheld) else f"it does not say its version{f': {told}' if told else ''}"
        yield unknown("server-version", subject, claimed, reason)
    elif there < needs:
        yield wrong("server-version", subject, claimed, told or "", "upgrade the cluster, or state a target that reads an older Gateway API")
    else:
        yield ok("server-version", subject, claimed, told or "")
