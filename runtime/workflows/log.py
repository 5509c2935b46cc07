"""The run log: what runs did, for people. SPEC: section WF. Made by ``workflows``; read by doors.

It is read from the journals themselves, so that it can say nothing else than what happened. Values
of fields that are tagged as personal data are left out, and long ones are cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from runtime.limits import RUN_LOG_BYTES_MAX, RUNS_LISTED_MAX
from runtime.workflows.durable import Durable, KeptStep
from runtime.workflows.errors import RunNotFound
from runtime.workflows.journal import decode, plain
from runtime.workflows.ledger import Entry, Ledger

__all__ = ["Run", "RunDetail", "RunLog"]

_MASK: Final = "•••"
# A shorter text is left out only where it stands alone: "de" is in many words.
_MASKED_WITHIN_CHARACTERS_MIN: Final = 4


@dataclass(frozen=True, slots=True)
class Run:
    """A run. ``status`` is ``waiting``, ``running``, ``succeeded``, ``handled`` or ``failed``."""

    id: str
    workflow: str
    name: str
    status: str
    trigger: Mapping[str, Any]
    started_ms: int
    ended_ms: int | None = None
    error: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the run as on the wire; times are ISO texts."""
        return {
            "id": self.id,
            "workflow": self.workflow,
            "name": self.name,
            "status": self.status,
            "trigger": dict(self.trigger),
            "startedAt": _moment(self.started_ms),
            "endedAt": _moment(self.ended_ms),
            "error": dict(self.error) if self.error else None,
        }


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with its steps, each as on the wire."""

    run: Run
    steps: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the run as on the wire, with ``steps``."""
        return {**self.run.to_json(), "steps": [dict(step) for step in self.steps]}


@dataclass(slots=True)
class _Masks:
    """Texts that the log leaves out."""

    texts: set[str] = field(default_factory=set)

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._masked(value)
        if isinstance(value, list):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in value.items()}
        return value

    def _masked(self, value: str) -> str:
        if value in self.texts:
            return _MASK
        for text in self.texts:
            if len(text) >= _MASKED_WITHIN_CHARACTERS_MIN:
                value = value.replace(text, _MASK)
        return value


class RunLog:
    """Reads what is kept of runs. Thread-safe."""

    def __init__(self, durable: Durable, ledger: Ledger) -> None:
        self._durable = durable
        self._ledger = ledger

    def runs(self, tenant: str, room: str, limit: int, before: str | None) -> list[Run]:
        """Return a room's runs, the newest first; with *before*, those that are older than it."""
        limit = min(max(limit, 1), RUNS_LISTED_MAX)
        return [_run(entry) for entry in self._ledger.list((tenant, room), limit, before)]

    def read(self, tenant: str, room: str, run: str) -> RunDetail:
        """Return a run with its steps. Raises ``RunNotFound``, also for another room's."""
        entry = self._ledger.find((tenant, room), run)
        if entry is None:
            raise RunNotFound(f"there is no run {run!r} in this room")
        journal = [] if entry.is_waiting else self._durable.steps(run)
        masks = _Masks({text for step in journal for text in step.entry["private"]})
        found = _run(entry)
        error = masks.of(found.error) if found.error else None
        return RunDetail(replace(found, error=error), tuple(_steps(journal, masks)))


def _run(entry: Entry) -> Run:
    status = "waiting" if entry.is_waiting else "running"
    outcome = entry.outcome or {"status": status, "error": None}
    return Run(
        id=entry.run,
        workflow=entry.about["workflow"],
        name=entry.about["name"],
        status=outcome["status"],
        trigger=_trigger(entry.about),
        started_ms=entry.since_ms,
        ended_ms=entry.ended_ms,
        error=outcome["error"],
    )


def _trigger(told: Mapping[str, Any]) -> dict[str, Any]:
    names = ("kind", "actor", "model", "record", "event", "depth")
    return {name: told[name] for name in names if told.get(name) not in (None, "")}


def _steps(journal: Iterable[KeptStep], masks: _Masks) -> list[dict[str, Any]]:
    """Return the journal's entries as steps: the attempts of a call are parts of its step."""
    steps: list[dict[str, Any]] = []
    for kept in journal:
        entry = kept.entry
        result = decode(entry["result"]) or {}
        if entry["kind"] == "attempt" and steps:
            _add_attempt(steps[-1], kept, result, masks)
            continue
        is_call = entry["kind"] == "call"
        error = entry["error"]
        steps.append(
            {
                "id": entry["step"],
                "name": entry["name"],
                "type": entry["type"],
                "at": entry["at"],
                "status": "failed" if error else "running" if is_call else "succeeded",
                "startedAt": _moment(kept.started_ms),
                "endedAt": None if is_call and not error else _moment(kept.ended_ms),
                "input": _shown(_input(result, is_call), masks),
                "output": None if is_call else _shown(_output(result), masks),
                "error": masks.of(error),
                "attempts": [],
                **({"simulated": result["is_simulated"]} if is_call and not error else {}),
            }
        )
    return steps


def _add_attempt(
    step: dict[str, Any], kept: KeptStep, result: Mapping[str, Any], masks: _Masks
) -> None:
    error = kept.entry["error"]
    if error is None and result["cause"]:
        error = {name: result.get(key) for name, key in _ATTEMPT_ERROR.items()}
    step["attempts"].append(
        {
            "number": result.get("attempt", len(step["attempts"]) + 1),
            "startedAt": _moment(kept.started_ms),
            "endedAt": _moment(kept.ended_ms),
            "status": result.get("status"),
            "error": masks.of(error),
            "output": _shown(result.get("output"), masks),
            "delayMs": result.get("delay_ms"),
            "nextAt": _moment(result.get("due_ms")),
        }
    )
    if "due_ms" in result:
        return
    step["status"] = "failed" if error else "succeeded"
    step["endedAt"] = _moment(kept.ended_ms)
    step["error"] = masks.of(error)
    step["output"] = _shown(result.get("output"), masks)


_ATTEMPT_ERROR: Final = {"code": "cause", "message": "message", "status": "status"}


def _input(result: Mapping[str, Any], is_call: bool) -> Any:
    if not is_call:
        return result.get("input")
    names = ("service", "operation", "input", "key")
    return {name: result[name] for name in names if name in result}


def _output(result: Mapping[str, Any]) -> Any:
    output = result.get("output")
    return output if result.get("items") is None else {"count": output, "items": result["items"]}


def _shown(value: Any, masks: _Masks) -> Any:
    """Return *value* for people: records as ids, personal data masked, long things cut."""
    shown = masks.of(plain(value))
    try:
        told = orjson.dumps(shown, default=str)
    except TypeError:
        # An integer beyond 64 bits, which JavaScript could not show either.
        return str(shown)[:RUN_LOG_BYTES_MAX]
    if len(told) <= RUN_LOG_BYTES_MAX:
        return shown
    return told[:RUN_LOG_BYTES_MAX].decode(errors="ignore") + "…"


def _moment(time_ms: int | None) -> str | None:
    if time_ms is None:
        return None
    moment = datetime.fromtimestamp(time_ms / 1_000, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")
