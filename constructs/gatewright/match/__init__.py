"""The algebra of host, path, method, header, query and source sets: exact and symbolic, never by sampling.

Every set knows `is_empty`, `contains`, `intersect`, `minus`, `covers` and `witness`; `Match` is their product,
`Decisions` an ordered list of matches of which the first hit decides. The one exception is `Undecidable`, raised by
questions about regular expressions outside the modelled part of RE2 or beyond the budget of steps.
"""

from gatewright.match.conditions import UNCONDITIONAL, Condition, Conditions, Equals, Matches, Present
from gatewright.match.decisions import Decision, Decisions, Difference, compare
from gatewright.match.host import ANY_HOST, Host, covering_hosts, parse_host, wider_hosts
from gatewright.match.hostset import HostSet
from gatewright.match.index import overlapping_pairs
from gatewright.match.match import Match, covers, overlap, subtract
from gatewright.match.method import ANY_METHOD, Methods
from gatewright.match.path import ANY_PATH, Exact, PathMatch, Prefix, Regex, regex_problem
from gatewright.match.pathset import PathSet
from gatewright.match.reader import invalid as invalid_expression
from gatewright.match.request import Request
from gatewright.match.source import ANYWHERE, NOWHERE, Sources
from gatewright.match.undecidable import Undecidable

__all__ = [
    "ANYWHERE",
    "ANY_HOST",
    "ANY_METHOD",
    "ANY_PATH",
    "NOWHERE",
    "UNCONDITIONAL",
    "Condition",
    "Conditions",
    "Decision",
    "Decisions",
    "Difference",
    "Equals",
    "Exact",
    "Host",
    "HostSet",
    "Match",
    "Matches",
    "Methods",
    "PathMatch",
    "PathSet",
    "Prefix",
    "Present",
    "Regex",
    "Request",
    "Sources",
    "Undecidable",
    "compare",
    "covering_hosts",
    "covers",
    "invalid_expression",
    "overlap",
    "overlapping_pairs",
    "parse_host",
    "regex_problem",
    "subtract",
    "wider_hosts",
]
