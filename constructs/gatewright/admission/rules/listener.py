"""What Gateway API demands of listeners, of a Gateway and of a ListenerSet."""

from __future__ import annotations

from gatewright.admission.rules.condition import Filled, Has, Some, among, every
from gatewright.admission.rules.demand import at_least_one, bars, both, each, inside, lacks, only, states, when
from gatewright.admission.rules.rule import rule
from gatewright.admission.rules.unique import given, own, unique

_SAME = "port, protocol and hostname"

RULES = {
    "b3c66e248da8": rule("listener-names-unique", unique("name", own("name"))),
    "d31959b5efcf": rule("listeners-distinct", unique(_SAME, own("port"), own("protocol"), given("hostname"))),
    "e3e62c2ad493": rule("listeners-distinct", unique(_SAME, own("port"), own("protocol"), given("hostname"), case=Has("port"))),
    "78a772397706": rule("listener-without-tls", each(bars(Has("tls"), among("protocol", "HTTP", "TCP", "UDP")))),
    "08d23c40ec8f": rule("listener-without-hostname", each(bars(Filled("hostname"), among("protocol", "TCP", "UDP")))),
    "aec2bd596a6d": rule(
        "https-listener-terminates",
        each(when(every(among("protocol", "HTTPS"), Has("tls")), inside("tls", states(among("mode", "", "Terminate"))))),
    ),
    "79a484463556": rule(
        "tls-listener-has-mode", each(when(among("protocol", "TLS"), both(states(Has("tls")), inside("tls", states(Filled("mode"))))))
    ),
    "2c84d2895e8d": rule("listener-filters-protocol", only(Has("filters"), among("protocol", "HTTP", "HTTPS"))),
    # of listeners[].tls
    "f161b726ab7c": rule(
        "terminating-listener-has-certificate",
        when(among("mode", "Terminate"), at_least_one(Some("certificateRefs"), Some("options"))),
        "a listener that terminates TLS needs a certificate",
    ),
    # of tls.frontend
    "419307373c26": rule("frontend-tls-ports-unique", unique("port", own("port"))),
    "3c32699255c6": rule(
        "trust-bundle-without-namespace",
        each(
            when(
                every(among("group", "certificates.k8s.io"), among("kind", "ClusterTrustBundle")),
                lacks(Has("namespace")),
            )
        ),
        "a ClusterTrustBundle is cluster-scoped and has no namespace",
    ),
}
"""By digest."""
