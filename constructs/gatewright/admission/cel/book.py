"""The rulebook of any CRD: every rule of its schema, decided by CEL itself.

Source: k8s.io/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go v0.36.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import weakref
from typing import Final

import attrs

from gatewright.admission.cel import field_path
from gatewright.admission.cel.cost import CALL_LIMIT, OBJECT_BUDGET
from gatewright.admission.cel.program import NotCompiled, Outcome, Program
from gatewright.admission.cel.rewriting import Old
from gatewright.admission.cel.values import Convert, Measure, converter, seen
from gatewright.admission.quoting import quoted
from gatewright.admission.rulebook import ABSENT, Broken, Rule
from gatewright.admission.schema import Schema, Validation
from gatewright.errors import NotJudged, shown

_LONGEST_MESSAGE = 5 * 1024
_NAME = 100
_OWN_METADATA: Final = "managedFields"


class _Case(threading.local):
    """What the rules of one object have cost so far, a thread at a time; None before the first ``begin``."""

    spent: int | None = None
    exact = False
    over = False
    asked: list[tuple[Program, dict[str, object], Measure, Old, int]]


@attrs.define(eq=False)
class CelBook:
    """``rules`` of a node, for nodes whose validations carry their text. It may be asked from many threads.

    Raises InputError at the first rule where the extra ``cel`` is not installed. ``begin`` starts the budget of an object.
    """

    _known: weakref.WeakKeyDictionary[Schema, tuple[Rule, ...] | None] = attrs.field(
        factory=weakref.WeakKeyDictionary, init=False, repr=False
    )
    _case: _Case = attrs.field(factory=_Case, init=False, repr=False)

    def rules(self, schema: Schema) -> tuple[Rule, ...] | None:
        """The rules of this node itself, in the CRD's order; None where the facts hold only their digests."""
        if schema not in self._known:
            texts = [one.rule for one in schema.validations]
            self._known[schema] = self._made(schema) if all(text.strip() for text in texts) else None
        return self._known[schema]

    def begin(self) -> None:
        """The next rules are asked of another object: all of them together may cost what the server allows for one."""
        self._case.spent, self._case.exact, self._case.over, self._case.asked = 0, False, False, []

    def _made(self, schema: Schema) -> tuple[Rule, ...]:
        root = _is_root(schema)
        shape = seen(schema, root)
        node = _Node(self, converter(schema, root))
        rules = tuple(self._rule(position, one, shape, node) for position, one in enumerate(schema.validations))
        node.join(shape)
        return rules

    def _rule(self, position: int, validation: Validation, schema: Schema, node: _Node) -> Rule:
        name = shown(" ".join(validation.rule.split()), _NAME)[1:-1]
        try:
            program = Program(validation.rule, schema)
            message = Program(validation.message_expression, schema, "STRING") if validation.message_expression else None
        except NotCompiled as error:
            broken = Broken(f"rule compile error: {error}", "a rule that is none", "what compiles")
            return Rule(name, lambda value, old: broken)
        except NotJudged as unsure:
            return Rule(name, functools.partial(_undecided, str(unsure)))
        if not program.uses_old:
            node.alone.append(validation.rule)
        place = field_path.normalized(validation.field_path, schema) if validation.field_path else ""
        decide = _Decision(self, position, validation, program, message, node, place)
        return Rule(name, decide, program.uses_old and not validation.optional_old_self)

    def charged(self, program: Program, data: dict[str, object], measure: Measure, old: Old) -> Outcome | None:
        """Ask a rule, on the object's account; None where the account is exhausted and the server asks no more."""
        case = self._case
        if case.spent is None:
            return program.outcome(data, measure, old)
        if case.over:
            return None
        outcome = program.outcome(data, measure, old, case.exact)
        case.spent += outcome.cost
        if not outcome.exact:
            case.asked.append((program, data, measure, old, outcome.cost))
        if case.spent > OBJECT_BUDGET and not case.exact:
            case.exact = True
            for asked, of, size, form, bound in case.asked:
                case.spent += asked.outcome(of, size, form, exact=True).cost - bound
            case.asked.clear()
        case.over = outcome.too_expensive or case.spent > OBJECT_BUDGET
        return outcome

    def surely(self, program: Program, data: dict[str, object], measure: Measure) -> bool:
        """Whether a rule holds, at a cost that need not be counted; only then it is charged."""
        case = self._case
        if case.spent is None:
            return program.surely(data, measure)
        if case.over or case.exact or not program.surely(data, measure):
            return False
        bound = program.bound(measure)
        if case.spent + bound > OBJECT_BUDGET:
            return False
        case.spent += bound
        case.asked.append((program, data, measure, "plain", bound))
        return True

    @property
    def exhausted(self) -> bool:
        """Whether this object's rules have cost more than the server allows."""
        return self._case.spent is not None and self._case.spent > OBJECT_BUDGET


class _Asked(threading.local):
    """The values that a node's rules were last asked of, in a thread; what was made of them; whether all rules held together."""

    value: object = None
    old: object = None
    position = -1

    def __init__(self) -> None:
        self.data: dict[str, object] = {}
        self.measure = Measure()
        self.hold: bool | None = None


class _Node:
    """What the rules of a node share: the values converted, and one rule that all those hold together which look at no old value.

    They are asked one after another of the same value. Where all hold, which is the rule, one evaluation says so.
    """

    def __init__(self, book: CelBook, convert: Convert) -> None:
        self.alone: list[str] = []
        self._book, self._convert = book, convert
        self._together: Program | None = None
        self._asked = _Asked()

    def join(self, schema: Schema) -> None:
        """All rules are known."""
        if len(self.alone) > 1:
            with contextlib.suppress(NotCompiled, NotJudged):  # together they may be too long, or too deep
                self._together = Program(" && ".join(f"({text}\n)" for text in self.alone), schema)

    def data(self, position: int, value: object, old: object) -> _Asked:
        """The variables of a rule. An object may be changed between two rounds, and they are read anew in each."""
        asked = self._asked
        again = position <= asked.position
        asked.position = position
        if again or asked.value is not value or asked.old is not old:
            asked.value, asked.old, asked.measure, asked.hold = value, old, Measure(), None
            asked.data = {"self": self._convert(value, asked.measure)}
            if old is not ABSENT and old is not None:
                asked.data["oldSelf"] = self._convert(old, asked.measure)
        return asked

    def holds(self, asked: _Asked) -> bool:
        """Whether all rules that look at no old value surely hold."""
        if asked.hold is None:
            asked.hold = self._together is not None and self._book.surely(self._together, asked.data, asked.measure)
        return asked.hold


@attrs.frozen(eq=False)
class _Decision:
    """Decides one rule; see rulebook.Decide."""

    book: CelBook
    position: int
    validation: Validation
    program: Program
    message: Program | None
    node: _Node
    place: str

    def __call__(self, value: object, old: object) -> Broken | None:
        absent = old is ABSENT or old is None
        if value is None or (absent and self.program.uses_old and not self.validation.optional_old_self):
            return None
        form: Old = ("none" if absent else "some") if self.validation.optional_old_self and self.program.uses_old else "plain"
        asked = self.node.data(self.position, value, old)
        if not self.program.uses_old and self.node.holds(asked):
            return None
        outcome = self.book.charged(self.program, asked.data, asked.measure, form)
        if outcome is None or (outcome.value is True and not self.book.exhausted):
            return None
        got = quoted(value)
        if outcome.too_expensive:
            return Broken(f"call cost exceeds limit for rule: {self._told()}", f"more than {CALL_LIMIT}", f"a cost of at most {CALL_LIMIT}", failed=True)
        if self.book.exhausted:
            return Broken("validation failed due to running out of cost budget", got, f"a cost of at most {OBJECT_BUDGET}", failed=True)
        if outcome.error:
            return Broken(f"{outcome.error} evaluating rule: {self._told()}", got, self._rule(), failed=True)
        return Broken(self._detail(asked.data, asked.measure, form), got, self._rule(), self.place)

    def _rule(self) -> str:
        return " ".join(self.validation.rule.split())

    def _told(self) -> str:
        return (self.validation.message or self.validation.rule).strip()

    def _detail(self, data: dict[str, object], measure: Measure, form: Old) -> str:
        outcome = self.book.charged(self.message, data, measure, form) if self.message else None
        if outcome is not None and not outcome.too_expensive and isinstance(outcome.value, str):
            text = outcome.value.strip()
            if text and "\n" not in text and len(text.encode()) <= _LONGEST_MESSAGE:
                return text
        return self.validation.message.strip() or f"failed rule: {self.validation.rule.strip()}"


def _undecided(reason: str, value: object, old: object) -> Broken | None:
    raise NotJudged(reason)


def _is_root(schema: Schema) -> bool:
    """Whether it is a resource: only there do facts spell out all that metadata may hold."""
    metadata = schema.properties.get("metadata")
    return metadata is not None and _OWN_METADATA in metadata.properties
