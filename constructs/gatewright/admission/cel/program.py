"""One rule, ready to be asked: compiled once a text, changed once a schema, with the bound of what it costs."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

import attrs

from gatewright.admission.cel import environment, looping, tree, watching
from gatewright.admission.cel.cost import CALL_LIMIT, Bound
from gatewright.admission.cel.rewriting import Old, Rewritten, Undeclared, rewritten
from gatewright.admission.cel.tree import Call, Ident, Tree
from gatewright.admission.cel.values import Measure
from gatewright.admission.schema import Schema
from gatewright.errors import NotJudged

_STATUS = re.compile(r"^[A-Z_]+: ")
_NO_KEY = re.compile(r'Key not found in map : "?(.*?)"?$')
_BOOL, _STRING, _ANY, _ERROR = "BOOL", "STRING", "DYN", "ERROR"


class NotCompiled(ValueError):
    """The text is no rule; its words are those of the runtime."""


@attrs.frozen
class Outcome:
    """What an evaluation gives: a value, or what went wrong; ``cost`` is exact, or a bound that keeps the limit of one evaluation."""

    value: object
    error: str = ""
    cost: int = 0
    exact: bool = False

    @property
    def too_expensive(self) -> bool:
        """Whether the server breaks the evaluation off."""
        return self.cost > CALL_LIMIT


@functools.lru_cache(8192)
def _compiled(text: str) -> tuple[Tree, str]:
    try:
        expression = environment.checker().compile(text)
    except RuntimeError as error:
        if "recursion" in str(error):  # the server's parser goes down 250 levels, the runtime's 32
            raise NotJudged(f"nested more deeply than the CEL runtime reads: {text}") from error
        raise NotCompiled(str(error).removesuffix(" [INVALID_ARGUMENT]").removeprefix("INVALID_ARGUMENT: ")) from error
    return tree.decoded(expression.serialize()), expression.return_type().name()


@attrs.frozen(eq=False)
class _Variant:
    """The rule for one form of ``oldSelf``, guarded or not, watched or not."""

    rewritten: Rewritten
    expression: environment.Expression
    calls: Mapping[int, Call]


class Program:
    """A rule of values of a schema; ``result`` is the type it must give, BOOL or STRING.

    Raises NotCompiled, and NotJudged for what only the server can compile.
    """

    def __init__(self, text: str, schema: Schema, result: str = _BOOL) -> None:
        self._tree, given = _compiled(text)
        if given not in (result, _ANY):
            raise NotCompiled(f"must evaluate to {'a bool' if result == _BOOL else 'a string'}, gives {given}")
        self._schema, self._result = schema, result
        self.uses_old = any(isinstance(node, Ident) and node.name == "oldSelf" for node in tree.everywhere(self._tree.root))
        self._variants: dict[tuple[Old, bool, bool, looping.Apart], _Variant] = {}
        self._text = text
        self._apart: looping.Apart = "whole"
        self._bounds: dict[tuple[int, int], int] = {}
        try:
            self._variant("some" if self.uses_old else "plain", False, False)
        except Undeclared as error:
            raise NotCompiled(str(error)) from error

    def outcome(self, data: Mapping[str, object], measure: Measure, old: Old = "plain", exact: bool = False) -> Outcome:
        """Evaluate it. With ``exact`` the cost is counted even where the bound keeps the limit, which takes many times as long."""
        bound = self.bound(measure)
        if exact or bound > CALL_LIMIT:
            return self._counted(data, measure.invalid, old)
        return self._outcome(self._asked(old, measure.invalid, False, data, None), bound, False)

    def surely(self, data: Mapping[str, object], measure: Measure) -> bool:
        """Whether it holds, and its bound keeps the limit. The values hold no old one."""
        return self.bound(measure) <= CALL_LIMIT and self._asked("plain", measure.invalid, False, data, None).value() is True

    def _counted(self, data: Mapping[str, object], guarded: bool, old: Old) -> Outcome:
        meter = watching.Meter(self._variant(old, guarded, True).calls)
        result = self._asked(old, guarded, True, data, meter)
        return self._outcome(result, meter.cost, True)

    def _asked(
        self, old: Old, guarded: bool, counted: bool, data: Mapping[str, object], meter: watching.Meter | None
    ) -> environment.Result:
        """What the runtime says; a rule whose loops it gives up is taken apart, the further the more rounds there are."""
        while True:
            apart = self._apart
            try:
                return environment.watched(self._variant(old, guarded, counted, apart).expression, data, meter)
            except RuntimeError as error:
                if looping.EXHAUSTED not in str(error) or apart == "all":
                    raise NotJudged(f"the CEL runtime cannot evaluate: {self._text}: {error}") from error
                self._apart = "outer" if apart == "whole" else "all"
                if meter is not None:
                    meter.cost = 0

    def _outcome(self, result: environment.Result, cost: int, exact: bool) -> Outcome:
        kind = result.type().name()
        if kind == self._result:
            return Outcome(result.value(), "", cost, exact)
        error = _told(str(result.value())) if kind == _ERROR else f"gives {kind}, not {self._result}"
        return Outcome(None, error, cost, exact)

    def _variant(self, old: Old, guarded: bool, counted: bool, apart: looping.Apart = "whole") -> _Variant:
        key = (old, guarded, counted, apart)
        if key not in self._variants:
            self._variants[key] = self._made(old, guarded, counted, apart)
        return self._variants[key]

    def _made(self, old: Old, guarded: bool, counted: bool, apart: looping.Apart) -> _Variant:
        found = rewritten(self._tree, self._schema, old, guarded)
        optional = frozenset(at for at, name in self._tree.types.items() if name == "optional_type")
        told = watching.watched(found.root, optional, found.shapes) if counted else None
        serialized = tree.encoded(looping.apart(told.root if told else found.root, apart))
        return _Variant(found, environment.evaluator().deserialize(serialized), told.calls if told else {})

    def bound(self, measure: Measure) -> int:
        """Of the next power of two, so that objects of like size are bounded once."""
        key = (measure.items.bit_length(), measure.characters.bit_length())
        if key not in self._bounds:
            plain = self._variant("some" if self.uses_old else "plain", False, False).rewritten
            self._bounds[key] = Bound(plain.shapes, (1 << key[0]) - 1, (1 << key[1]) - 1).cost(plain.root)
        return self._bounds[key]


_TOLD: Final = (("divide by zero", "division by zero"), ("No matching overloads found", "no such overload"))


def _told(status: str) -> str:
    """An error in the server's words, where they are known."""
    text = _NO_KEY.sub(r"no such key: \1", _STATUS.sub("", status))
    for ours, theirs in _TOLD:
        text = text.replace(ours, theirs)
    return text
