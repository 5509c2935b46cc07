"""What can go wrong with workflows.

::

    PreviewError
    ├── RunNotFound       no such workflow or run                    (run_not_found, 404)
    ├── RunRefused        a run that cannot start                    (run_*, 422)
    ├── RunsBusy          too many wait in this room already         (runs_busy, 503)
    └── StepFault         a step failed; its code is what happened   (step_*, service_*, …)

    BaseException
    └── RunInterrupted    the process stops: the run goes on when it is started again

SPEC: section WF.
"""

from __future__ import annotations

from typing import Any

from runtime.errors import PreviewError

__all__ = ["RunInterrupted", "RunNotFound", "RunRefused", "RunsBusy", "StepFault"]


class RunNotFound(PreviewError):
    """There is no such workflow, or no such run in this room."""

    default_code = "run_not_found"
    http_status = 404


class RunRefused(PreviewError):
    """The workflow or its input is such that no run can be started."""

    default_code = "run_refused"
    http_status = 422


class RunsBusy(PreviewError):
    """Nothing is wrong with the request: try again when some runs have ended."""

    default_code = "runs_busy"
    http_status = 503


class StepFault(PreviewError):
    """A step failed. ``step`` is its name; ``status`` and ``output`` are a service's answer.

    ``path`` says where in the step's properties, ``start`` and ``end`` where in the expression
    there, in UTF-16 units. As JSON it is what ``error`` is in expressions.
    """

    default_code = "step_failed"
    http_status = 422

    def __init__(
        self,
        code: str,
        message: str,
        *,
        step: str = "",
        path: tuple[str | int, ...] = (),
        status: int | None = None,
        output: Any = None,
        position: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.step = step
        self.path = path
        self.status = status
        self.output = output
        self.position = position

    def to_json(self) -> dict[str, Any]:
        """Return the fault as a run records it."""
        return {
            "code": self.code,
            "message": self.message,
            "step": self.step,
            "path": list(self.path),
            "status": self.status,
            "output": self.output,
            "position": list(self.position) if self.position else None,
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> StepFault:
        """Return the fault that was recorded."""
        position = raw.get("position")
        return cls(
            raw["code"],
            raw["message"],
            step=raw.get("step", ""),
            path=tuple(raw.get("path", ())),
            status=raw.get("status"),
            output=raw.get("output"),
            position=(position[0], position[1]) if position else None,
        )


class RunInterrupted(BaseException):
    """Ends a run's thread without ending the run: not an ``Exception``, which would be recorded."""
