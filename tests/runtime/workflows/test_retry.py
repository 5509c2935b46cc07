"""Retry policies, without waiting."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.connectors.answer import Answer, Cause
from runtime.limits import CALL_ATTEMPTS_MAX, CALL_DELAY_MAX_S
from runtime.workflows.retry import RetryPolicy, parse_duration_s

BUSY = Answer(Cause.STATUS, "später", 503)


def delays(attempts: int, answer: Answer = BUSY, **raw: Any) -> list[int]:
    policy = RetryPolicy.parse(raw)
    return [policy.delay_ms(answer, attempt, "lauf-ä") for attempt in range(1, attempts + 1)]


def test_constant_delays() -> None:
    """[WF10] a constant delay stays what it is."""
    assert delays(4, backoff="constant", initialDelay="250ms") == [250, 250, 250, 250]


def test_linear_delays() -> None:
    """[WF10] a linear delay grows by the first one each time, up to the longest."""
    found = delays(5, backoff="linear", initialDelay="2s", maxDelay="7s")
    assert found == [2_000, 4_000, 6_000, 7_000, 7_000]


def test_exponential_delays() -> None:
    """[WF10] an exponential delay is multiplied each time, up to the longest."""
    found = delays(6, backoff="exponential", initialDelay="500ms", multiplier=3, maxDelay="10s")
    assert found == [500, 1_500, 4_500, 10_000, 10_000, 10_000]
    assert delays(3, initialDelay="500ms", multiplier=1.5) == [500, 750, 1_125]


def test_defaults() -> None:
    """[WF10] what a policy leaves out: three attempts, from one second doubled, up to a minute."""
    policy = RetryPolicy.parse({"backoff": "exponential", "retryOn": {}})
    assert policy.attempts_max == 3
    assert policy.retries(BUSY, 2)
    assert delays(8) == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
    for nothing in (None, {}, {"retryOn": {}}, "größer"):
        assert RetryPolicy.parse(nothing).attempts_max == 1


def test_nothing_overflows() -> None:
    """[WF10] the hundredth attempt with the largest multiplier waits for the longest delay."""
    assert delays(100, multiplier=100, maxDelay="9999d")[-1] == CALL_DELAY_MAX_S * 1_000
    hostile = RetryPolicy.parse(
        {
            "maxAttempts": 10**30,
            "initialDelay": "999999999d",
            "multiplier": -5,
            "backoff": "größer",
            "maxDelay": {},
            "jitter": "yes",
            "retryOn": 7,
        }
    )
    assert hostile.attempts_max == CALL_ATTEMPTS_MAX
    assert hostile.initial_delay_s <= CALL_DELAY_MAX_S
    assert hostile.multiplier == 2
    assert not hostile.has_jitter


def test_jitter_is_full_and_the_runs_own() -> None:
    """[WF10] jitter lies between nothing and the delay, differs by run, and can be retraced."""
    policy = RetryPolicy.parse({"initialDelay": "1s", "multiplier": 1, "jitter": True})
    found = [policy.delay_ms(BUSY, 1, f"lauf-{number}") for number in range(200)]
    assert all(0 <= delay <= 1_000 for delay in found)
    assert min(found) < 100
    assert max(found) > 900
    assert len(set(found)) > 100
    assert found == [policy.delay_ms(BUSY, 1, f"lauf-{number}") for number in range(200)]
    assert policy.delay_ms(BUSY, 1, "é") != policy.delay_ms(BUSY, 2, "é")


@pytest.mark.parametrize(
    ("asked_ms", "delay_ms"), [(0, 1_000), (999, 1_000), (5_000, 5_000), (60_000, 8_000)]
)
def test_retry_after(asked_ms: int, delay_ms: int) -> None:
    """[WF11] what the service asks for counts if it is longer, and not beyond the longest delay."""
    asked = Answer(Cause.STATUS, "", 429, retry_after_ms=asked_ms)
    assert delays(1, asked, initialDelay="1s", maxDelay="8s") == [delay_ms]


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (Answer(Cause.STATUS, "", 503), "5xx"),
        (Answer(Cause.STATUS, "", 503), "503"),
        (Answer(Cause.STATUS, "", 429), "429"),
        (Answer(Cause.STATUS, "", 429), "4xx"),
        (Answer(Cause.TIMEOUT), "timeout"),
        (Answer(Cause.NETWORK), "network"),
    ],
)
def test_what_is_tried_again(answer: Answer, named: str) -> None:
    """[WF12] only a cause that retryOn names is tried again, as often as maxAttempts says."""
    policy = RetryPolicy.parse({"maxAttempts": 3, "retryOn": {named: True}})
    assert [policy.retries(answer, attempt) for attempt in (1, 2, 3)] == [True, True, False]
    others = {"5xx", "503", "429", "4xx", "timeout", "network"} - {named}
    names = str(answer.status), f"{(answer.status or 0) // 100}xx"
    policy = RetryPolicy.parse({"maxAttempts": 3, "retryOn": sorted(others - set(names))})
    assert not policy.retries(answer, 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(Cause.NONE, "", 201),
        Answer(Cause.STATUS, "", 409),
        Answer(Cause.REDIRECT, "", 302),
        Answer(Cause.ANSWER, "", 200),
    ],
)
def test_what_is_not_tried_again(answer: Answer) -> None:
    """[WF12] a success is not tried again, and by default neither is a refusal or nonsense."""
    assert not RetryPolicy.parse({"maxAttempts": 9}).retries(answer, 1)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("5s", 5), ("2m", 120), ("3h", 10_800), ("3d", 259_200), ("0s", 0)],
)
def test_durations(text: str, seconds: float) -> None:
    """[WF10] durations are a number and a unit."""
    assert parse_duration_s(text, -1) == seconds


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "-5s", "1.5s", "٣s", "5sec", None, 5])
def test_no_durations(text: Any) -> None:
    """[WF10] anything else is the default."""
    assert parse_duration_s(text, 7) == 7
