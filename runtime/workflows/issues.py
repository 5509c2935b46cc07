"""What is wrong with the expressions of a workflow, found before it runs. SPEC: section WF.

Every expression is held against what it would see at its place: ``record`` and ``previous`` of the
trigger's data model, what the steps before it leave, the variables that steps set, the item of the
loops around it. What cannot be told (an input, a service's answer, a variable that several steps
set) may be anything. Called by ``checking``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from runtime.expressions.checking import Checks, mismatch
from runtime.expressions.errors import ExpressionError
from runtime.expressions.types import BOOL, DOUBLE, DYN, INT, STRING, Type
from runtime.parts import Connector, Fault, Step, Workflow
from runtime.reading import NAME, expression, reference, text
from runtime.workflows.errors import StepFault

__all__ = ["Issue", "trigger_issues", "workflow_issues"]

Place = tuple[str | int, ...]
Types = Mapping[str, Type]

_RECORD_TRIGGERS: Final = frozenset({"recordCreated", "recordUpdated", "recordDeleted"})
_ERROR: Final = Type.object(
    {"code": STRING, "message": STRING, "status": INT, "output": DYN, "step": STRING}
)
# The properties of each step that are evaluated as they stand; others have a check of their own.
_PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {
    "apiCall": ("input", "idempotencyKey"),
    "createRecord": ("values", "idempotencyKey"),
    "updateRecord": ("record", "values"),
    "deleteRecord": ("record",),
    "emitEvent": ("data",),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """A fault of an expression: ``step`` is a step's id, or empty for the trigger.

    It stands at ``path`` in the properties of ``node``, which may be an operation's that is called.
    """

    step: str
    node: str
    path: Place
    error: ExpressionError

    def to_fault(self) -> Fault:
        """Return what people are told."""
        at = self.error
        return Fault(self.node, self.path, at.code, at.message, at.source, at.start, at.end)

    def to_step_fault(self) -> StepFault:
        """Return what a run fails with."""
        at = self.error
        return StepFault(at.code, at.message, path=self.path, position=(at.start, at.end))


def workflow_issues(
    checks: Checks, workflow: Workflow, connectors: Mapping[str, Connector]
) -> list[Issue]:
    """Return everything that is wrong with a workflow that calls *connectors* (by their ids)."""
    return _Walk(checks, workflow, connectors).issues()


def trigger_issues(checks: Checks, workflow: Workflow) -> Iterator[Issue]:
    """Yield what is wrong with the ``when`` of a trigger."""
    source = expression(workflow.trigger.get("when"))
    if source and text(workflow.trigger, "type") in _RECORD_TRIGGERS:
        found = _found(checks, source, _records(checks, workflow), True, True)
        if isinstance(found, ExpressionError):
            yield Issue("", workflow.id, ("trigger", "when"), found)


class _Walk:
    """One walk through a workflow, in the order in which its steps run."""

    def __init__(
        self, checks: Checks, workflow: Workflow, connectors: Mapping[str, Connector]
    ) -> None:
        self._checks = checks
        self._workflow = workflow
        self._connectors = connectors
        steps = list(_all_steps(workflow.steps))
        named = Counter(step.name for step in steps if step.name)
        sets = [step.props.get("variables") or {} for step in steps if step.type == "set"]
        is_known = all(isinstance(each, Mapping) and not expression(each) for each in sets)
        variables = Counter(name for each in sets if is_known for name in each)
        # What comes later may have been there in an earlier round of a loop: it may be anything,
        # and so may what several steps leave under one name.
        self._steps: dict[str, Type] = dict.fromkeys(named, DYN)
        self._variables: dict[str, Type] | None = (
            dict.fromkeys(variables, DYN) if is_known else None
        )
        self._several = {name for names in (named, variables) for name in names if names[name] > 1}
        self._issues: list[Issue] = []

    def issues(self) -> list[Issue]:
        """Return everything that is wrong."""
        self._issues.extend(trigger_issues(self._checks, self._workflow))
        self._sequence(self._workflow.steps, _records(self._checks, self._workflow))
        return self._issues

    def _scope(self, local: Types) -> Types:
        return {
            "steps": Type.object(self._steps),
            "vars": DYN if self._variables is None else Type.object(self._variables),
            "input": DYN,
            **local,
        }

    # --- steps --------------------------------------------------------------------------------

    def _sequence(self, steps: tuple[Step, ...], local: Types) -> None:
        for step in steps:
            self._step(step, local)

    def _step(self, step: Step, local: Types) -> None:
        inner = local
        if step.type == "forEach":
            inner = self._for_each(step, local)
        else:
            self._leave(step, self._result(step, local))
        for slot in ("then", "else", "steps"):
            self._sequence(step.slots.get(slot, ()), inner)
        for slot in ("onError", "compensate"):
            self._sequence(step.slots.get(slot, ()), {**local, "error": _ERROR})

    def _result(self, step: Step, local: Types) -> Type:
        """Check the properties of *step* and return the type of what it leaves under its name."""
        for name in _PROPERTIES.get(step.type, ()):
            self._value(step.props.get(name), _At(step.id, (name,), step.id), local)
        match step.type:
            case "condition":
                self._condition(step, "when", local)
                return Type.object({"output": BOOL})
            case "createRecord" | "updateRecord":
                record = self._checks.record(reference(step.props.get("model")))
                return Type.object({"output": record})
            case "deleteRecord" | "emitEvent":
                return Type.object({"output": STRING})
            case "query":
                item = self._checks.record(reference(step.props.get("model")))
                self._condition(step, "filter", {**local, "item": item}, sees_models=False)
                return Type.object({"output": INT, "items": Type.list_of(item)})
            case "set":
                return Type.object({"output": self._set(step, local)})
            case "apiCall":
                self._headers(step, local)
                return Type.object({"output": DYN, "status": INT})
        return DYN

    def _leave(self, step: Step, result: Type) -> None:
        if step.name and step.name not in self._several:
            self._steps[step.name] = result

    def _condition(self, step: Step, name: str, local: Types, *, sees_models: bool = True) -> None:
        source = expression(step.props.get(name))
        if source:
            at = _At(step.id, (name,), step.id)
            self._expression(source, at, self._scope(local), sees_models, is_condition=True)

    def _for_each(self, step: Step, local: Types) -> Types:
        """Check what a loop goes through, and return what the steps within it see."""
        at = _At(step.id, ("items",), step.id)
        items = self._value(step.props.get("items"), at, local)
        if items.name not in ("list", "dyn", "null"):
            source = expression(step.props.get("items"))
            if source:
                self._add(at, mismatch(source, "the items are no list"))
        item = items.element or DYN
        self._leave(step, Type.object({"output": INT, "items": Type.list_of(item)}))
        name = text(step.props, "as") or "item"
        return {**local, name: item} if NAME.fullmatch(name) else local

    def _set(self, step: Step, local: Types) -> Type:
        raw = step.props.get("variables") or {}
        at = _At(step.id, ("variables",), step.id)
        if not isinstance(raw, Mapping) or expression(raw):
            return self._value(raw, at, local)
        types = {name: self._value(item, at.within(name), local) for name, item in raw.items()}
        if self._variables is not None:
            self._variables |= {name: types[name] for name in types if name not in self._several}
        return Type.object(types)

    def _headers(self, step: Step, local: Types) -> None:
        connector = self._connectors.get(reference(step.props.get("service")))
        operation = connector and connector.operation(reference(step.props.get("operation")))
        if operation:
            at = _At(operation.id, ("headers",), step.id)
            self._value(operation.props.get("headers"), at, local)

    # --- values -------------------------------------------------------------------------------

    def _value(self, raw: Any, at: _At, local: Types) -> Type:
        """Check the expressions in *raw* and return the type of what comes out."""
        source = expression(raw)
        if source:
            return self._expression(source, at, self._scope(local))
        if isinstance(raw, Mapping):
            for name, item in raw.items():
                self._value(item, at.within(name), local)
        elif isinstance(raw, list):
            for index, item in enumerate(raw):
                self._value(item, at.within(index), local)
            return Type.list_of(DYN)
        return _LITERALS.get(type(raw), DYN)

    def _expression(
        self,
        source: str,
        at: _At,
        scope: Types,
        sees_models: bool = True,
        *,
        is_condition: bool = False,
    ) -> Type:
        found = _found(self._checks, source, scope, sees_models, is_condition)
        if isinstance(found, Type):
            return found
        self._add(at, found)
        return DYN

    def _add(self, at: _At, error: ExpressionError) -> None:
        self._issues.append(Issue(at.step, at.node, at.path, error))


@dataclass(frozen=True, slots=True)
class _At:
    """A place in the properties of *node*, which *step* evaluates."""

    node: str
    path: Place
    step: str = ""

    def within(self, key: str | int) -> _At:
        return _At(self.node, (*self.path, key), self.step)


def _records(checks: Checks, workflow: Workflow) -> Types:
    """Return the roots of a workflow that is about records."""
    model = reference(workflow.trigger.get("model"))
    return dict.fromkeys(("record", "previous"), checks.record(model)) if model else {}


def _found(
    checks: Checks, source: str, scope: Types, sees_models: bool, is_condition: bool
) -> Type | ExpressionError:
    try:
        return checks.check(source, scope, sees_models=sees_models, is_condition=is_condition)
    except ExpressionError as error:
        return error


_LITERALS: Final[Mapping[type, Type]] = {bool: BOOL, int: INT, float: DOUBLE, str: STRING}


def _all_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for slot in step.slots.values():
            yield from _all_steps(slot)
