"""Which changes of records, and which events, start which workflows. SPEC: section WF.

Called by ``starter`` and ``workflows``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from runtime.application import Application
from runtime.data.records import ChangeKind, RecordChange
from runtime.data.room import RoomData
from runtime.errors import PreviewError
from runtime.expressions.engine import Engine
from runtime.limits import RUN_DEPTH_MAX
from runtime.parts import Workflow
from runtime.reading import reference, text
from runtime.workflows.checking import WorkflowChecks
from runtime.workflows.definition import Order, Origin
from runtime.workflows.errors import StepFault
from runtime.workflows.scope import Evaluator, Scope

__all__ = ["orders_of", "orders_of_event", "triggers_of"]

_KINDS: Final = {
    "recordCreated": ChangeKind.CREATED,
    "recordUpdated": ChangeKind.UPDATED,
    "recordDeleted": ChangeKind.DELETED,
}


def triggers_of(application: Application) -> frozenset[tuple[str, str]]:
    """Return which kinds of changes of which models start something."""
    return frozenset(
        (reference(workflow.trigger.get("model")), str(_KINDS[kind]))
        for workflow in application.workflows
        if (kind := text(workflow.trigger, "type")) in _KINDS
    )


def orders_of(
    engine: Engine,
    checks: WorkflowChecks,
    data: RoomData,
    room: tuple[str, str],
    change: RecordChange,
) -> Iterator[Order]:
    """Yield what *change* starts: every workflow whose trigger names it and whose ``when`` holds.

    A ``when`` that cannot be meant or has no value starts a run that only says so, and so does a
    change that comes at the end of too long a chain of workflows.
    """
    application = data.application
    for workflow in application.workflows:
        kind = text(workflow.trigger, "type")
        if _KINDS.get(kind) != change.kind:
            continue
        if reference(workflow.trigger.get("model")) != change.model:
            continue
        origin = Origin(
            kind, change.actor.name, change.model, change.record, change.before, change.after
        )
        fault: StepFault | None = None
        try:
            checks.check_trigger(application, workflow)
            if not _holds(engine, data, workflow, origin):
                continue
        except StepFault as error:
            fault = error
        except PreviewError as error:
            fault = StepFault(error.code, error.message, path=("trigger", "when"))
        yield Order.of(
            *room,
            workflow,
            application,
            origin,
            depth=change.depth,
            fault=fault or _too_deep(change.depth),
        )


def orders_of_event(
    order: Order, application: Application, event: str, data: Mapping[str, Any]
) -> Iterator[Order]:
    """Yield what an event that the run of *order* sends starts."""
    for workflow in application.workflows:
        trigger = workflow.trigger
        if text(trigger, "type") == "event" and text(trigger, "event") == event:
            depth = order.depth + 1
            yield Order.of(
                order.tenant,
                order.room,
                workflow,
                application,
                Origin("event", order.workflow.name, event=event),
                input=data,
                depth=depth,
                fault=_too_deep(depth),
            )


def _holds(engine: Engine, data: RoomData, workflow: Workflow, origin: Origin) -> bool:
    when = workflow.trigger.get("when")
    if when is None:
        return True
    # The record as the change left it: by now it may be another, and the trigger would be missed.
    scope = Scope(origin, {}).with_local(record=origin.after or origin.before)
    return Evaluator(engine, data, time.time, scope).truth(when, "trigger", "when")


def _too_deep(depth: int) -> StepFault | None:
    if depth <= RUN_DEPTH_MAX:
        return None
    return StepFault(
        "run_depth",
        f"{depth} workflows have started each other: probably this one starts itself",
    )
