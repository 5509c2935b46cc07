"""What a run is started with, as JSON: the workflow and its connectors as they were then.

An edit of the model while a run lasts, or between its interruption and its recovery, changes
nothing of it. SPEC: section WF. Called by ``starter`` and ``interpreter``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime.application import Application
from runtime.data.records import Record
from runtime.limits import RUN_DEFINITION_BYTES_MAX
from runtime.parts import Connector, Operation, Step, Workflow
from runtime.reading import reference, text
from runtime.workflows.errors import RunRefused, StepFault
from runtime.workflows.journal import checked_size, decode, encode

__all__ = ["Order", "Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Why a run was started: ``kind`` is ``manual``, a record trigger's type, or ``event``.

    ``actor`` is the name of who did what started it. ``model`` and ``record`` are ids; ``before``
    and ``after`` are the record as it was when the trigger held. ``event`` is an event's name.
    """

    kind: str
    actor: str = ""
    model: str = ""
    record: str = ""
    before: Record | None = None
    after: Record | None = None
    event: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """Everything a run needs to know. ``fault`` is set for a run that is only to say it.

    ``depth`` is 0 if a person started it, and one more for every workflow in between.
    """

    tenant: str
    room: str
    workflow: Workflow
    connectors: Mapping[str, Connector]
    origin: Origin
    input: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0
    fault: StepFault | None = None

    @classmethod
    def of(
        cls,
        tenant: str,
        room: str,
        workflow: Workflow,
        application: Application,
        origin: Origin,
        *,
        input: Mapping[str, Any] | None = None,
        depth: int = 0,
        fault: StepFault | None = None,
    ) -> Order:
        """Return the order with those connectors of *application* that the workflow names."""
        named = {reference(step.props.get("service")) for step in _all_steps(workflow.steps)}
        connectors = {item.id: item for item in application.connectors if item.id in named}
        return cls(tenant, room, workflow, connectors, origin, dict(input or {}), depth, fault)

    def to_json(self) -> dict[str, Any]:
        """Return the order as it is kept, or raise ``RunRefused`` (``run_size``)."""
        raw = {
            "tenant": self.tenant,
            "room": self.room,
            "workflow": {
                "id": self.workflow.id,
                "name": self.workflow.name,
                "version": self.workflow.version,
                "trigger": dict(self.workflow.trigger),
                "steps": [_step_to_json(step) for step in self.workflow.steps],
            },
            "connectors": [_connector_to_json(item) for item in self.connectors.values()],
            "origin": {
                "kind": self.origin.kind,
                "actor": self.origin.actor,
                "model": self.origin.model,
                "record": self.origin.record,
                "before": encode(self.origin.before),
                "after": encode(self.origin.after),
                "event": self.origin.event,
            },
            "input": encode(self.input),
            "depth": self.depth,
            "fault": self.fault.to_json() if self.fault else None,
        }
        try:
            checked_size(raw, RUN_DEFINITION_BYTES_MAX)
        except StepFault as error:
            raise RunRefused(
                f"{self.workflow.name} with its input is too long: {error.message}", code="run_size"
            ) from None
        return raw

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Order:
        """Return the order that was kept."""
        origin, workflow = raw["origin"], raw["workflow"]
        connectors = [_connector_from_json(item) for item in raw["connectors"]]
        return cls(
            raw["tenant"],
            raw["room"],
            Workflow(
                workflow["id"],
                workflow["name"],
                workflow["version"],
                workflow.get("trigger", {}),
                tuple(_step_from_json(step) for step in workflow["steps"]),
            ),
            {item.id: item for item in connectors},
            Origin(
                origin["kind"],
                origin["actor"],
                origin["model"],
                origin["record"],
                decode(origin["before"]),
                decode(origin["after"]),
                origin["event"],
            ),
            decode(raw["input"]),
            raw["depth"],
            StepFault.from_json(raw["fault"]) if raw["fault"] else None,
        )


def _all_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for slot in step.slots.values():
            yield from _all_steps(slot)


def _step_to_json(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "type": step.type,
        "name": step.name,
        "props": dict(step.props),
        "slots": {
            name: [_step_to_json(child) for child in children]
            for name, children in step.slots.items()
        },
    }


def _step_from_json(raw: Mapping[str, Any]) -> Step:
    return Step(
        raw["id"],
        raw["type"],
        raw["name"],
        raw["props"],
        {
            name: tuple(_step_from_json(child) for child in children)
            for name, children in raw["slots"].items()
        },
    )


def _connector_to_json(connector: Connector) -> dict[str, Any]:
    return {
        "id": connector.id,
        "name": connector.name,
        "type": connector.type,
        "auth": dict(connector.auth),
        "timeout": connector.timeout,
        "operations": [
            {"id": item.id, "name": item.name, "props": dict(item.props)}
            for item in connector.operations
        ],
    }


def _connector_from_json(raw: Mapping[str, Any]) -> Connector:
    return Connector(
        id=raw["id"],
        name=raw["name"],
        type=text(raw, "type"),
        auth=raw["auth"],
        timeout=text(raw, "timeout"),
        operations=tuple(
            Operation(item["id"], item["name"], item["props"]) for item in raw["operations"]
        ),
    )
