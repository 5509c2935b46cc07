"""One run of a workflow: goes through its steps, each kept in the journal before the next.

A step that fails runs its ``onError`` steps; then the run ends as *handled*: what follows the step
was meant for its success. Within forEach that ends one item, and the next goes on. A failure that
nobody handles undoes what was done (``compensate`` of the steps that succeeded, the last first) and
ends the run as *failed*. SPEC: section WF. Called by ``workflows``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from runtime.connectors.connectors import Connectors
from runtime.data.errors import DataBusy
from runtime.data.room import RoomData
from runtime.errors import PreviewError
from runtime.expressions.engine import Engine
from runtime.limits import (
    DATA_BUSY_ATTEMPTS_MAX,
    DATA_BUSY_PAUSE_S,
    RUN_ITEMS_MAX,
    RUN_RESULTS_BYTES_MAX,
    RUN_STEPS_MAX,
)
from runtime.parts import Step
from runtime.reading import NAME, text
from runtime.workflows.calls import ApiCall, fault_of
from runtime.workflows.checking import StepChecks, WorkflowChecks
from runtime.workflows.definition import Order
from runtime.workflows.effects import Effects
from runtime.workflows.errors import StepFault
from runtime.workflows.journal import checked_size, decode, encode, plain
from runtime.workflows.ports import Journal
from runtime.workflows.scope import Evaluator, Scope

__all__ = ["Interpreter", "Surroundings"]

# Sends an event from a run: its name, its data, the key that makes it one event.
Emit = Callable[[str, Mapping[str, Any], str], None]
Perform = Callable[[Evaluator], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run works with. ``emit`` sends an event to the workflows that wait for it."""

    engine: Engine
    checks: WorkflowChecks
    data: RoomData
    connectors: Connectors
    emit: Emit
    clock: Callable[[], float] = time.time


class _Handled(Exception):
    """A step failed and its onError steps ran: what follows it does not."""

    def __init__(self, fault: StepFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Interpreter:
    """Carries out one order. The same order and journal give the same steps in the same order."""

    def __init__(self, order: Order, journal: Journal, around: Surroundings) -> None:
        self._order = order
        self._journal = journal
        self._around = around
        self._effects = Effects.of(order)
        self._checks = StepChecks(around.checks, order.workflow, order.connectors)
        self._scope = Scope(order.origin, order.input)
        self._count = 0
        self._bytes = 0
        self._compensations: list[tuple[Step, Scope, tuple[int, ...]]] = []

    def run(self) -> dict[str, Any]:
        """Carry the order out and return how it ended: ``status`` and, unless all went well, why.

        Raises ``RunInterrupted`` when the process is to stop; then the run has not ended.
        """
        try:
            if self._order.fault is not None:
                raise self._order.fault
            self._sequence(self._order.workflow.steps, self._scope, ())
        except _Handled as handled:
            return {"status": "handled", "error": handled.fault.to_json()}
        except StepFault as fault:
            return self._undo(fault)
        return {"status": "succeeded", "error": None}

    # --- control ------------------------------------------------------------------------------

    def _sequence(self, steps: tuple[Step, ...], scope: Scope, at: tuple[int, ...]) -> None:
        for step in steps:
            self._step(step, scope, at)

    def _step(self, step: Step, scope: Scope, at: tuple[int, ...]) -> None:
        try:
            self._perform(step, scope, at)
        except StepFault as fault:
            handlers = step.slots.get("onError")
            if not handlers:
                raise
            self._sequence(handlers, scope.with_local(error=_error_value(fault)), at)
            raise _Handled(fault) from None
        if step.slots.get("compensate"):
            self._compensations.append((step, scope, at))

    def _undo(self, fault: StepFault) -> dict[str, Any]:
        """Compensate what was done. A compensation that fails does not keep the others from it."""
        failures = []
        while self._compensations:
            step, scope, at = self._compensations.pop()
            inner = scope.with_local(error=_error_value(fault))
            try:
                self._sequence(step.slots["compensate"], inner, at)
            except _Handled:
                pass
            except StepFault as failure:
                failures.append(failure.to_json())
        return {"status": "failed", "error": fault.to_json(), "compensation": failures}

    def _perform(self, step: Step, scope: Scope, at: tuple[int, ...]) -> None:
        if step.type == "condition":
            result = self._kept(
                step, scope, at, lambda use: {"output": use.truth(step.props.get("when"), "when")}
            )
            branch = "then" if result["output"] else "else"
            self._keep(step, scope, result)
            self._sequence(step.slots.get(branch, ()), scope, at)
        elif step.type == "forEach":
            self._for_each(step, scope, at)
        elif step.type == "apiCall":
            self._call(step, scope, at)
        else:
            result = self._kept(step, scope, at, self._effect(step))
            if step.type == "set":
                scope.vars.update(result["output"])
            self._keep(step, scope, result)

    def _for_each(self, step: Step, scope: Scope, at: tuple[int, ...]) -> None:
        raw = step.props.get("items")
        name = text(step.props, "as") or "item"

        def measure(use: Evaluator) -> dict[str, Any]:
            if not NAME.fullmatch(name):
                raise StepFault("step_incomplete", f"{name!r} is no name", path=("as",))
            kept = use.kept_list(raw, "items")
            found = use.value(raw, "items") if kept is None else kept
            found = [] if found is None else found
            if not isinstance(found, list):
                raise StepFault("expression_type", "the items are no list", path=("items",))
            if len(found) > RUN_ITEMS_MAX:
                raise StepFault(
                    "run_limit", f"{len(found):,} items are more than {RUN_ITEMS_MAX:,}"
                )
            # What another step keeps need not be kept twice.
            return {"output": len(found), "items": found if kept is None else None}

        result = self._kept(step, scope, at, measure)
        items = result["items"]
        if items is None:
            items = self._evaluator(scope).kept_list(raw, "items") or []
        handled = 0
        for index, item in enumerate(items):
            inner = scope.with_local(**{name: item})
            try:
                self._sequence(step.slots.get("steps", ()), inner, (*at, index))
            except _Handled:
                handled += 1
        self._keep(step, scope, {"output": len(items), "items": items, "handled": handled})

    def _call(self, step: Step, scope: Scope, at: tuple[int, ...]) -> None:
        seed = f"{self._journal.run}:{self._count}"
        call = ApiCall(self._around.connectors, self._order, step, seed)
        prepared = self._kept(step, scope, at, call.prepare, kind="call")
        attempt: dict[str, Any] = {"attempt": 0}
        while True:
            perform = partial(call.attempt, prepared, attempt["attempt"] + 1, self._around.clock)
            attempt = self._kept(step, scope, at, perform, kind="attempt")
            if "due_ms" not in attempt:
                break
            self._journal.wait(attempt["due_ms"], attempt["delay_ms"])
        fault = fault_of(attempt)
        if fault is not None:
            fault.step = step.name
            raise fault
        self._keep(step, scope, {"output": attempt["output"], "status": attempt["status"]})

    def _effect(self, step: Step) -> Perform:
        key = f"{self._journal.run}:{self._count}"
        effects = self._effects
        match step.type:
            case "createRecord":
                return lambda use: effects.create(step, use, key)
            case "updateRecord":
                return lambda use: effects.update(step, use, key)
            case "deleteRecord":
                return lambda use: effects.delete(step, use, key)
            case "query":
                return lambda use: effects.query(step, use)
            case "set":
                return lambda use: effects.set(step, use)
            case "emitEvent":
                return lambda use: self._emit(step, use, key)
            case _:
                return lambda _use: _refuse(step)

    def _emit(self, step: Step, use: Evaluator, key: str) -> dict[str, Any]:
        result = self._effects.emit(step, use)
        self._around.emit(result["output"], plain(result["input"]), key)
        return result

    # --- the journal --------------------------------------------------------------------------

    def _kept(
        self,
        step: Step,
        scope: Scope,
        at: tuple[int, ...],
        perform: Perform,
        *,
        kind: str = "step",
    ) -> dict[str, Any]:
        """Return what *perform* returns, from the journal if it is there. Raises ``StepFault``."""
        self._count += 1
        if self._count > RUN_STEPS_MAX:
            raise StepFault(
                "run_limit", f"a run has at most {RUN_STEPS_MAX:,} steps", step=step.name
            )

        def record() -> dict[str, Any]:
            use = self._evaluator(scope)
            fault: StepFault | None = None
            result: Any = None
            try:
                if kind != "attempt":
                    # What an attempt sends was worked out, and checked, before the first one.
                    self._checks.check(step, use.application)
                result = encode(_patiently(perform, use))
                checked_size(result)
            except PreviewError as error:
                fault, result = _fault(error, step), None
            return {
                "step": step.id,
                "name": step.name,
                "type": step.type,
                "kind": kind,
                "at": list(at),
                "result": result,
                "error": fault.to_json() if fault else None,
                "private": sorted(use.private),
            }

        entry = self._journal.step(step.id, record)
        if entry["error"] is not None:
            raise StepFault.from_json(entry["error"])
        self._bytes += checked_size(entry["result"])
        if self._bytes > RUN_RESULTS_BYTES_MAX:
            raise StepFault(
                "run_limit", f"a run keeps at most {RUN_RESULTS_BYTES_MAX:,} bytes", step=step.name
            )
        decoded: dict[str, Any] = decode(entry["result"])
        return decoded

    def _evaluator(self, scope: Scope) -> Evaluator:
        return Evaluator(self._around.engine, self._around.data, self._around.clock, scope)

    def _keep(self, step: Step, scope: Scope, result: Mapping[str, Any]) -> None:
        if step.name:
            scope.steps[step.name] = {
                name: result[name] for name in ("output", "items", "status") if name in result
            }


def _refuse(step: Step) -> dict[str, Any]:
    raise StepFault("step_unsupported", f"the preview does not run {step.type} steps yet")


def _patiently(perform: Perform, use: Evaluator) -> dict[str, Any]:
    """Perform, again after a pause if another writer had the data for too long."""
    for _ in range(DATA_BUSY_ATTEMPTS_MAX - 1):
        try:
            return perform(use)
        except DataBusy:
            time.sleep(DATA_BUSY_PAUSE_S)
    return perform(use)


def _fault(error: PreviewError, step: Step) -> StepFault:
    if isinstance(error, StepFault):
        error.step = error.step or step.name
        return error
    return StepFault(error.code, error.message, step=step.name)


def _error_value(fault: StepFault) -> dict[str, Any]:
    return {
        "code": fault.code,
        "message": fault.message,
        "status": fault.status,
        "output": fault.output,
        "step": fault.step,
    }
