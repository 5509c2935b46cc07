"""The step ``apiCall``: what is sent, and one attempt to send it. SPEC: section WF.

What is sent is worked out once and kept before the first attempt, so that every attempt sends the
same with the same idempotency key, also after the process was killed. Called by ``interpreter``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runtime.connectors.connectors import Call, Connectors
from runtime.connectors.errors import CallRefused
from runtime.limits import CALL_KEY_CHARACTERS_MAX, CALL_TIMEOUT_DEFAULT_S, CALL_TIMEOUT_MAX_S
from runtime.parts import Connector, Operation, Step
from runtime.reading import reference
from runtime.workflows.definition import Order
from runtime.workflows.errors import StepFault
from runtime.workflows.journal import plain
from runtime.workflows.retry import RetryPolicy, parse_duration_s
from runtime.workflows.scope import Evaluator

__all__ = ["ApiCall", "fault_of"]


class ApiCall:
    """One step of one run. *seed* tells it from others of all runs, the same in every life."""

    def __init__(self, connectors: Connectors, order: Order, step: Step, seed: str) -> None:
        self._connectors = connectors
        self._order = order
        self._step = step
        self._seed = seed
        self.policy = RetryPolicy.parse(step.props.get("retryPolicy"))

    def prepare(self, evaluator: Evaluator) -> dict[str, Any]:
        """Return what will be sent. Raises ``CallRefused`` if it cannot be, ``StepFault``."""
        connector, operation = self._operation()
        props = self._step.props
        key = plain(evaluator.value(props.get("idempotencyKey"), "idempotencyKey"))
        headers = plain(evaluator.value(operation.props.get("headers") or {}, "headers"))
        prepared = {
            "input": plain(evaluator.value(props.get("input") or {}, "input")),
            "headers": headers if isinstance(headers, Mapping) else {},
            "key": self._key(key),
            "service": connector.name,
            "operation": operation.name,
            "is_simulated": self._connectors.is_simulated(connector),
        }
        self._connectors.check(self._call(prepared))
        return prepared

    def attempt(
        self,
        prepared: Mapping[str, Any],
        number: int,
        clock: Callable[[], float],
        _evaluator: Evaluator,
    ) -> dict[str, Any]:
        """Make attempt *number* (from 1) and return it, with when the next one is due, if any."""
        answer = self._connectors.call(self._call(prepared))
        attempt: dict[str, Any] = {
            "attempt": number,
            "cause": str(answer.cause),
            "message": answer.message,
            "status": answer.status,
            "output": answer.output,
            "is_simulated": answer.is_simulated,
        }
        if self.policy.retries(answer, number):
            delay_ms = self.policy.delay_ms(answer, number, self._seed)
            attempt["delay_ms"] = delay_ms
            attempt["due_ms"] = round(clock() * 1_000) + delay_ms
        return attempt

    def _key(self, key: Any) -> str:
        if key is None or key == "":
            return self._seed
        if not isinstance(key, str) or len(key) > CALL_KEY_CHARACTERS_MAX:
            raise StepFault(
                "expression_type",
                f"an idempotency key is a text of at most {CALL_KEY_CHARACTERS_MAX} characters",
                path=("idempotencyKey",),
            )
        return key

    def _call(self, prepared: Mapping[str, Any]) -> Call:
        connector, operation = self._operation()
        default_s = parse_duration_s(connector.timeout, CALL_TIMEOUT_DEFAULT_S)
        timeout_s = parse_duration_s(self._step.props.get("timeout"), default_s)
        return Call(
            tenant=self._order.tenant,
            connector=connector,
            operation=operation,
            input=prepared["input"],
            headers=prepared["headers"],
            key=prepared["key"],
            timeout_s=min(max(timeout_s, 0.001), CALL_TIMEOUT_MAX_S),
        )

    def _operation(self) -> tuple[Connector, Operation]:
        connector = self._order.connectors.get(reference(self._step.props.get("service")))
        if connector is None:
            raise CallRefused("connector_missing", "this step names no connector that is there")
        operation = connector.operation(reference(self._step.props.get("operation")))
        if operation is None:
            raise CallRefused(
                "operation_missing", f"this step names no operation of {connector.name}"
            )
        return connector, operation


def fault_of(attempt: Mapping[str, Any]) -> StepFault | None:
    """Return why an attempt failed, or None if it did not."""
    if not attempt["cause"]:
        return None
    return StepFault(
        attempt["cause"],
        attempt["message"],
        status=attempt["status"],
        output=attempt["output"],
    )
