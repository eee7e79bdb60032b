"""JUnit's XML, as CI systems show test results: a suite a file, a case a subject."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gatewright.report.result import Looked

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2: not even escaped


def junit(looked: Iterable[Looked], command: str) -> str:
    """The whole report. What could not be judged is skipped with its reason, what could not be read an error."""
    root = Element("testsuites", name=f"gatewright {command}")
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for file, group in itertools.groupby(looked, key=lambda one: one.place.file):
        cases = list(group)
        counts = {
            "tests": len(cases),
            "failures": sum(one.outcome == "failed" for one in cases),
            "errors": sum(one.outcome == "error" for one in cases),
            "skipped": sum(one.outcome == "skipped" for one in cases),
        }
        suite = SubElement(root, "testsuite", {"name": _text(file), **{name: str(count) for name, count in counts.items()}})
        for one in cases:
            _case(suite, one)
        totals = {name: totals[name] + counts[name] for name in totals}
    root.attrib.update({name: str(count) for name, count in totals.items()})
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _case(suite: Element, one: Looked) -> None:
    case = SubElement(suite, "testcase", name=_text(one.subject), classname=_text(one.place.file))
    if one.outcome == "failed":
        rules = ", ".join(dict.fromkeys(found.rule for found in one.found))
        failure = SubElement(case, "failure", type=_text(rules), message=_text(one.found[0].message if one.found else one.reason))
        failure.text = _text("\n".join(f"{found.place}: {found.rule}: {found.message}" for found in one.found))
    elif one.outcome == "skipped":
        SubElement(case, "skipped", message=_text(one.reason))
    elif one.outcome == "error":
        SubElement(case, "error", message=_text(one.reason))


def _text(text: str) -> str:
    """What XML cannot hold at all is written out; the rest the writer escapes."""
    return _NOT_XML.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
