"""The steps that touch records and variables. SPEC: section WF. Called by ``interpreter``.

Each effect happens once: it carries a key that the data remembers in the transaction of the change,
so that a run which was killed between that and its own record of it finds it done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.data.queries import Query
from runtime.data.records import Actor, Record
from runtime.expressions.values import RecordValue
from runtime.limits import PAGE_MAX, RUN_ITEMS_MAX, RUN_QUERY_DEFAULT
from runtime.parts import DataModel, Step
from runtime.reading import expression, number, reference, text
from runtime.workflows.definition import Order
from runtime.workflows.errors import StepFault
from runtime.workflows.scope import Evaluator

__all__ = ["Effects"]


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of one run. ``actor`` is the workflow itself."""

    order: Order
    actor: Actor

    @classmethod
    def of(cls, order: Order) -> Effects:
        """Return the effects of the run of *order*."""
        name = order.workflow.name
        return cls(order, Actor(f"workflow:{name}", name))

    def create(self, step: Step, evaluator: Evaluator, key: str) -> dict[str, Any]:
        """Create a record; with an ``idempotencyKey`` of its own, once for all runs."""
        model = self._model(step, evaluator)
        values = self._values(step, evaluator, model)
        own = evaluator.value(step.props.get("idempotencyKey"), "idempotencyKey")
        if own not in (None, ""):
            key = hashlib.sha256(f"{step.id}\0{_id_of(own)}".encode()).hexdigest()
        record = evaluator.data.create(
            model.id, values, self.actor, key=key, depth=self.order.depth + 1
        )
        return {"output": record, "input": values}

    def update(self, step: Step, evaluator: Evaluator, key: str) -> dict[str, Any]:
        """Change some fields of a record."""
        model = self._model(step, evaluator)
        record_id = self._record(step, evaluator)
        values = self._values(step, evaluator, model)
        record = evaluator.data.update(
            model.id, record_id, values, self.actor, key=key, depth=self.order.depth + 1
        )
        return {"output": record, "input": {"record": record_id, **values}}

    def delete(self, step: Step, evaluator: Evaluator, key: str) -> dict[str, Any]:
        """Delete a record."""
        model = self._model(step, evaluator)
        record_id = self._record(step, evaluator)
        evaluator.data.delete(model.id, record_id, self.actor, key=key, depth=self.order.depth + 1)
        return {"output": record_id, "input": {"record": record_id}}

    def query(self, step: Step, evaluator: Evaluator) -> dict[str, Any]:
        """Find records, in pages, up to the step's limit."""
        model = self._model(step, evaluator)
        limit = number(step.props, "limit", RUN_QUERY_DEFAULT, 1, RUN_ITEMS_MAX)
        source = expression(step.props.get("filter"))
        variables = evaluator.variables(source, "filter")
        variables.pop("item", None)
        raw_sort = step.props.get("sort")
        sort = tuple(map(str, raw_sort)) if isinstance(raw_sort, list) else ()
        items: list[Record] = []
        cursor: str | None = None
        while len(items) < limit:
            page = evaluator.data.query(
                Query(
                    model.id,
                    filter=source,
                    variables=variables,
                    sort=sort,
                    cursor=cursor,
                    limit=min(limit - len(items), PAGE_MAX),
                    has_total=False,
                )
            )
            items.extend(page.items)
            cursor = page.next
            if cursor is None:
                break
        return {"items": items, "output": len(items)}

    def set(self, step: Step, evaluator: Evaluator) -> dict[str, Any]:
        """Work out variables, which the interpreter keeps."""
        values = evaluator.value(step.props.get("variables") or {}, "variables")
        return {"output": values}

    def emit(self, step: Step, evaluator: Evaluator) -> dict[str, Any]:
        """Work out an event's data, which the interpreter sends."""
        event = text(step.props, "event")
        if not event:
            raise StepFault("step_incomplete", "this step names no event", path=("event",))
        data = evaluator.value(step.props.get("data") or {}, "data")
        return {"output": event, "input": data}

    # --- properties ---------------------------------------------------------------------------

    def _model(self, step: Step, evaluator: Evaluator) -> DataModel:
        model = evaluator.application.model(reference(step.props.get("model")))
        if model is None:
            raise StepFault(
                "step_incomplete", "this step names no data model that is there", path=("model",)
            )
        return model

    def _record(self, step: Step, evaluator: Evaluator) -> str:
        record_id = _id_of(evaluator.value(step.props.get("record"), "record"))
        if not record_id:
            raise StepFault("step_incomplete", "this step names no record", path=("record",))
        return record_id

    def _values(self, step: Step, evaluator: Evaluator, model: DataModel) -> dict[str, Any]:
        values = evaluator.value(step.props.get("values") or {}, "values")
        if not isinstance(values, Mapping):
            raise StepFault("expression_type", "the values are no object", path=("values",))
        for name, value in values.items():
            field = model.field(name)
            if field is not None and field.is_private and isinstance(value, str):
                evaluator.private.add(value)
        return {
            name: value.id if isinstance(value, RecordValue | Record) else value
            for name, value in values.items()
        }


def _id_of(value: Any) -> str:
    if isinstance(value, RecordValue | Record):
        return value.id
    return value if isinstance(value, str) else ""
