"""The step apiCall against a service on loopback."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import Any

import pytest

from tests.runtime.workflows.place import ANNA, application, expr, service_app, trace
from tests.runtime.workflows.service import Service


def attempts(run: dict[str, Any]) -> list[dict[str, Any]]:
    return next(step for step in run["steps"] if step["type"] == "apiCall")["attempts"]


def test_attempts_with_one_key(place) -> None:
    """[WF9] without a key of its own a call has one of its run and step, in every attempt."""
    with Service(500, 429, (201, {"ü": 1}, {})) as service:
        here = place(service_app({"maxAttempts": 5}), lager=service.address)
        run = here.run()
        assert run["status"] == "succeeded", run
        assert len(service.requests) == 3
        assert len(set(service.keys)) == 1
        assert run["id"] in service.keys[0]
        service.answers = [201]
        here.run()
        assert service.keys[3] != service.keys[0]
    assert here.traces() == ["done 201"] * 2
    assert [attempt["number"] for attempt in attempts(run)] == [1, 2, 3]
    assert attempts(run)[2]["output"] == {"ü": 1}


def test_a_key_of_its_own(place) -> None:
    """[WF9] the step's key is sent as it is; one that is no text fails the step."""
    app = service_app(idempotencyKey=expr("input.key"))
    with Service(200) as service:
        here = place(app, lager=service.address)
        assert here.run(key="bestellung 1")["status"] == "succeeded"
        assert here.run(key=None)["status"] == "succeeded"
        assert here.run(key=7)["error"]["code"] == "expression_type"
        assert here.run(key="x" * 256)["error"]["code"] == "expression_type"
        assert here.run(key="schlüssel")["error"]["code"] == "input_invalid"
        assert len(service.requests) == 2
        assert service.keys[0] == "bestellung 1"


def test_attempts_end(place) -> None:
    """[WF12] after the last attempt the step fails with what the service said."""
    with Service((503, {"grund": "größe"}, {})) as service:
        app = service_app(
            {"maxAttempts": 2},
            onError=[trace("error.code + ' ' + string(error.status) + ' ' + error.output.grund")],
        )
        here = place(app, lager=service.address)
        run = here.run()
        assert len(service.requests) == 2
    assert run["status"] == "handled"
    assert here.traces() == ["service_status 503 größe"]


def test_one_attempt_without_a_policy(place) -> None:
    """[WF12] without a policy there is one attempt, and with one only for what it names."""
    with Service(503) as service:
        here = place(service_app(), lager=service.address)
        assert here.run()["status"] == "failed"
        assert len(service.requests) == 1
        here.edit(service_app({"maxAttempts": 5, "retryOn": ["429", "timeout"]}))
        assert here.run()["status"] == "failed"
        assert len(service.requests) == 2


def test_time_out(place) -> None:
    """[WF12] a service that does not answer in time is called again if the policy says so."""
    stop = threading.Event()

    def slow() -> int:
        stop.wait(5)
        return 200

    with Service(slow, slow, 201) as service:
        app = service_app({"maxAttempts": 3, "retryOn": ["timeout"]}, timeout="150ms")
        here = place(app, lager=service.address)
        run = here.run()
        stop.set()
    assert run["status"] == "succeeded"
    codes = [attempt["error"] and attempt["error"]["code"] for attempt in attempts(run)]
    assert codes == ["service_timeout", "service_timeout", None]
    assert set(service.keys) == {service.keys[0]}


def test_network(place) -> None:
    """[WF12] a service that is not there is called again, and then the step fails."""
    with Service(200) as service:
        address = service.address
    here = place(service_app({"maxAttempts": 2, "retryOn": ["network"]}), lager=address)
    run = here.run()
    assert run["error"]["code"] == "service_network"
    assert len(attempts(run)) == 2


def test_delays_are_kept_and_waited_for(place) -> None:
    """[WF13] the log says when each attempt was made and when the next was due, and it waited."""
    with Service(503, 503, 503, 200) as service:
        policy = {
            "maxAttempts": 4,
            "backoff": "linear",
            "initialDelay": "100ms",
            "maxDelay": "250ms",
        }
        run = place(service_app(policy), lager=service.address).run()
        times = [request["at"] for request in service.requests]
    assert [attempt["delayMs"] for attempt in attempts(run)] == [100, 200, 250, None]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(gap >= delay for gap, delay in zip(gaps, (0.1, 0.2, 0.25), strict=True))
    assert all(attempt["startedAt"] <= attempt["endedAt"] for attempt in attempts(run))
    assert attempts(run)[0]["nextAt"] <= attempts(run)[1]["startedAt"]


def test_retry_after_is_waited_for(place) -> None:
    """[WF11] what the service asks for is waited, up to the longest delay."""
    with Service((429, {}, {"retry-after": "3600"}), 200) as service:
        run = place(service_app({"maxAttempts": 2}), lager=service.address).run()
    assert [attempt["delayMs"] for attempt in attempts(run)] == [100, None]


def test_jitter_is_the_runs_own(place) -> None:
    """[WF10] delays with jitter are below the delay and differ from run to run."""
    policy = {"maxAttempts": 3, "jitter": True, "initialDelay": "90ms", "backoff": "constant"}
    found = set()
    with Service(503) as service:
        here = place(service_app(policy), lager=service.address)
        for _ in range(3):
            found |= {attempt["delayMs"] for attempt in attempts(here.run())}
    found.remove(None)
    assert len(found) >= 4
    assert all(0 <= delay <= 90 for delay in found)


def test_every_attempt_sends_the_same(place) -> None:
    """[WF9] what is sent is worked out once, though the record changes in between."""
    with Service(503, 200) as service:
        app = application(
            {
                "trigger": {"type": "recordCreated", "model": "Note"},
                "steps": [
                    {
                        "name": "call",
                        "type": "apiCall",
                        "service": "lager",
                        "operation": "buchen",
                        "input": {"title": expr("record.title"), "price": expr("record.price")},
                        "idempotencyKey": expr("record.title"),
                        "retryPolicy": {"initialDelay": "400ms"},
                    },
                    trace("record.title"),
                ],
            },
            connectors=[
                {
                    "name": "lager",
                    "type": "http",
                    "operations": [
                        {
                            "name": "buchen",
                            "method": "PUT",
                            "path": "/x",
                            "headers": {"X-Title": expr("record.title"), "X-Fixed": "1"},
                        }
                    ],
                }
            ],
        )
        here = place(app, lager=service.address)
        made = here.create("Note", title="before", price="1.50")
        service.wait_for(1)
        here.data.update("Note", made.id, {"title": "after"}, ANNA)
        [run] = here.all_ended(1)
        first, second = service.requests
    assert run["status"] == "succeeded", run
    assert first["body"] == second["body"] == {"title": "before", "price": "1.50"}
    assert first["headers"]["x-title"] == second["headers"]["x-title"] == "before"
    assert here.traces() == ["after"]


@pytest.mark.parametrize("name", ["service", "operation"])
def test_what_is_called_is_missing(place, name: str) -> None:
    """[CT3] a step whose connector or operation is gone says so."""
    with Service(200) as service:
        here = place(service_app(**{name: {"ref": "gone"}}), lager=service.address)
        run = here.run()
    expected = {"service": "connector_missing", "operation": "operation_missing"}
    assert run["error"]["code"] == expected[name]


def test_a_call_that_waits_holds_up_nobody(place) -> None:
    """[WF17] while some runs of a room wait for their next attempt another one goes on."""
    with Service(503) as service:
        policy = {"maxAttempts": 2, "initialDelay": "2s", "maxDelay": "2s"}
        app = service_app(policy)
        here = place(app, lager=service.address)
        for _ in range(3):
            here.start()
        service.wait_for(3)
        start = time.monotonic()
        here.edit(application({"steps": [trace("'ä'")]}))
        assert here.run()["status"] == "succeeded"
        assert time.monotonic() - start < 1.5
