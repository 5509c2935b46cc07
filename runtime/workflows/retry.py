"""Retry policies: whether another attempt follows, and after what delay. Sans-I/O.

After the n-th attempt the delay is

- constant: ``initialDelay``,
- linear: ``initialDelay`` times n,
- exponential: ``initialDelay`` times ``multiplier`` to the power of n - 1,

at most ``maxDelay``; with ``jitter`` it is spread evenly between nothing and that ("full jitter").
A service's Retry-After makes it longer, again at most ``maxDelay``. SPEC: section WF. Called by
``calls``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final, Literal

from runtime.connectors.answer import Answer, Cause
from runtime.limits import (
    CALL_ATTEMPTS_DEFAULT,
    CALL_ATTEMPTS_MAX,
    CALL_DELAY_DEFAULT_S,
    CALL_DELAY_LONGEST_DEFAULT_S,
    CALL_DELAY_MAX_S,
)
from runtime.reading import flag, members, number

__all__ = ["RetryPolicy", "parse_duration_s"]

Backoff = Literal["constant", "linear", "exponential"]

_BACKOFFS: Final[dict[str, Backoff]] = {
    "constant": "constant",
    "linear": "linear",
    "exponential": "exponential",
}
_RETRIED: Final = frozenset({"429", "5xx", "timeout", "network"})
_DURATION: Final = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)")
_UNITS_S: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, when and why a call is tried again. Delays are in seconds."""

    attempts_max: int = 1
    backoff: Backoff = "exponential"
    initial_delay_s: float = CALL_DELAY_DEFAULT_S
    multiplier: float = 2.0
    delay_max_s: float = CALL_DELAY_LONGEST_DEFAULT_S
    has_jitter: bool = False
    retried: frozenset[str] = _RETRIED

    @classmethod
    def parse(cls, raw: Any) -> RetryPolicy:
        """Return the policy of a step; without one there is one attempt.

        What is left out, or is of no use, has the default value. The live form holds an empty
        object where no policy was given, and an empty set of causes where none was named.
        """
        if not isinstance(raw, Mapping) or not any(raw.values()):
            return cls()
        initial = parse_duration_s(raw.get("initialDelay"), CALL_DELAY_DEFAULT_S)
        longest = parse_duration_s(raw.get("maxDelay"), CALL_DELAY_LONGEST_DEFAULT_S)
        return cls(
            attempts_max=number(raw, "maxAttempts", CALL_ATTEMPTS_DEFAULT, 1, CALL_ATTEMPTS_MAX),
            backoff=_BACKOFFS.get(str(raw.get("backoff")), "exponential"),
            initial_delay_s=min(initial, CALL_DELAY_MAX_S),
            multiplier=_multiplier(raw.get("multiplier")),
            delay_max_s=min(longest, CALL_DELAY_MAX_S),
            has_jitter=flag(raw, "jitter"),
            retried=members(raw.get("retryOn")) or _RETRIED,
        )

    def retries(self, answer: Answer, attempt: int) -> bool:
        """Tell whether another attempt follows number *attempt* (from 1), which gave *answer*."""
        if answer.is_success or attempt >= self.attempts_max:
            return False
        if answer.cause is Cause.TIMEOUT:
            return "timeout" in self.retried
        if answer.cause is Cause.NETWORK:
            return "network" in self.retried
        if answer.cause is Cause.STATUS and answer.status is not None:
            return not self.retried.isdisjoint({str(answer.status), f"{answer.status // 100}xx"})
        return False

    def delay_ms(self, answer: Answer, attempt: int, seed: str) -> int:
        """Return the delay after number *attempt* in milliseconds; *seed* decides the jitter.

        The same seed and attempt give the same delay, so that a run can be retraced.
        """
        delay_s = min(self._growing_s(attempt), self.delay_max_s)
        if self.has_jitter:
            # Not for secrets: it only has to differ from run to run.
            delay_s *= Random(f"{seed}#{attempt}").random()  # noqa: S311
        delay_ms = round(delay_s * 1_000)
        if answer.retry_after_ms is not None:
            delay_ms = max(delay_ms, min(answer.retry_after_ms, round(self.delay_max_s * 1_000)))
        return delay_ms

    def _growing_s(self, attempt: int) -> float:
        if self.backoff == "constant":
            return self.initial_delay_s
        if self.backoff == "linear":
            return self.initial_delay_s * attempt
        # A hundred attempts with a multiplier of a hundred are beyond what a float holds twice.
        return self.initial_delay_s * min(self.multiplier ** (attempt - 1), 1e9)


def parse_duration_s(raw: Any, default_s: float) -> float:
    """Return the seconds of a duration such as ``500ms``, ``5s``, ``3d``, or *default_s*."""
    match = _DURATION.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        return default_s
    return int(match[1]) * _UNITS_S[match[2]]


def _multiplier(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 1 <= raw <= 100:
        return 2.0
    return float(raw)
