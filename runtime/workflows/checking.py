"""The checks of workflows, kept for their runs. SPEC: section WF.

What is wrong with a step is known from the step and the data models, so that a run that begins
asks the engine nothing. Called by ``triggers``, ``interpreter`` and ``workflows``.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runtime.application import Application
from runtime.expressions.checking import UNSETTLED, Checking, Checks
from runtime.limits import CHECKED_WORKFLOWS_MAX
from runtime.parts import Connector, Fault, Step, Workflow
from runtime.workflows.errors import StepFault
from runtime.workflows.issues import trigger_issues, workflow_issues

__all__ = ["StepChecks", "WorkflowChecks"]


class WorkflowChecks:
    """The checks of all workflows. Thread-safe; a workflow is walked through once."""

    def __init__(self, checking: Checking) -> None:
        self._checking = checking
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str], _Walked] = OrderedDict()

    def faults(self, application: Application) -> Iterator[Fault]:
        """Yield what is wrong with the expressions of all workflows, for people."""
        checks = self._checking.of(application)
        connectors = {item.id: item for item in application.connectors}
        for workflow in application.workflows:
            for issue in workflow_issues(checks, workflow, connectors):
                yield issue.to_fault()

    def check_trigger(self, application: Application, workflow: Workflow) -> None:
        """Raise ``StepFault`` for a ``when`` that cannot be meant as it is."""
        for issue in trigger_issues(self._checking.of(application), workflow):
            if issue.error.code not in UNSETTLED:
                raise issue.to_step_fault()

    def checks_of(self, application: Application) -> Checks:
        """Return what ``step_faults`` takes: the same for as long as it says the same."""
        return self._checking.of(application)

    def step_faults(
        self, checks: Checks, workflow: Workflow, connectors: Mapping[str, Connector]
    ) -> Mapping[str, StepFault]:
        """Return by the ids of steps what is wrong with them; the faults are not to be raised."""
        key = (id(checks), workflow.id)
        with self._lock:
            known = self._kept.get(key)
        if known is not None and (known.workflow, known.connectors) == (workflow, connectors):
            return known.faults
        issues = workflow_issues(checks, workflow, connectors)
        # What is not settled will say for itself when it is evaluated.
        settled = [issue for issue in issues if issue.error.code not in UNSETTLED]
        # Of several in one step the first is told.
        faults = {issue.step: issue.to_step_fault() for issue in reversed(settled)}
        if len(settled) == len(issues):
            with self._lock:
                self._kept[key] = _Walked(checks, workflow, connectors, faults)
                self._kept.move_to_end(key)
                if len(self._kept) > CHECKED_WORKFLOWS_MAX:
                    self._kept.popitem(last=False)
        return faults


@dataclass(frozen=True, slots=True)
class _Walked:
    """What a walk found. ``checks`` is kept so that its identity stays its own."""

    checks: Checks
    workflow: Workflow
    connectors: Mapping[str, Connector]
    faults: Mapping[str, StepFault]


class StepChecks:
    """The checks of one run's steps, against the data models as they are at each step."""

    def __init__(
        self, checks: WorkflowChecks, workflow: Workflow, connectors: Mapping[str, Connector]
    ) -> None:
        self._source = checks
        self._workflow = workflow
        self._connectors = connectors
        self._checks: Checks | None = None
        self._faults: Mapping[str, StepFault] = {}

    def check(self, step: Step, application: Application) -> None:
        """Raise ``StepFault`` if an expression of *step* cannot be meant as it is."""
        checks = self._source.checks_of(application)
        if checks is not self._checks:
            self._faults = self._source.step_faults(checks, self._workflow, self._connectors)
            self._checks = checks
        fault = self._faults.get(step.id)
        if fault is not None:
            raise StepFault(fault.code, fault.message, path=fault.path, position=fault.position)
