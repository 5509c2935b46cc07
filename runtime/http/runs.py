"""Workflows by hand, and the log of what ran. SPEC: section RS. Called by ``routes``.

Who views as a role sees that workflows ran, and not what they read and wrote on the way: a run
works with everybody's data.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from starlette.responses import Response

from runtime.access import Access
from runtime.data.room import RoomData
from runtime.errors import PreviewDenied, PreviewInvalid
from runtime.http.asked import check_members, text
from runtime.http.bodies import json_object, query_of
from runtime.http.door import Call
from runtime.limits import RUNS_LISTED_MAX
from runtime.workflows.errors import RunNotFound
from runtime.workflows.log import Run
from runtime.workflows.workflows import Workflows

__all__ = ["Runs"]

_NO_STORE: Final = {"cache-control": "no-store"}
_LISTED_DEFAULT: Final = 20
_SHOWN: Final = ("id", "name", "type", "at", "status", "startedAt", "endedAt")


class Runs:
    """The handlers."""

    def __init__(self, workflows: Workflows) -> None:
        self._workflows = workflows

    async def begin(self, call: Call) -> Response:
        """Start a workflow by hand and answer the run's id."""
        body = await json_object(call.request)
        check_members(body, frozenset({"workflow", "input"}))
        given = body.get("input", {})
        if not isinstance(given, dict):
            raise PreviewInvalid("input must be an object", code="member_invalid")
        tenant, room = call.space.tenant, call.space.name

        def action(_data: RoomData, access: Access) -> str:
            workflow = access.application.workflow(text(body, "workflow"))
            if workflow is None:
                raise RunNotFound("there is no such workflow")
            if not access.may_run(workflow):
                raise PreviewDenied(f"you may not run {workflow.name} here")
            return self._workflows.run(tenant, room, workflow.id, given, call.actor)

        run = await call.change(action, lambda _data, _access, begun: begun)
        return _json({"run": run}, 202)

    async def list(self, call: Call) -> Response:
        """Answer the newest runs, or those before ``before``."""
        before, limit = _page(call)
        tenant, room = call.space.tenant, call.space.name

        def question(_data: RoomData, access: Access) -> dict[str, Any]:
            runs = self._workflows.runs(tenant, room, limit=limit, before=before)
            return {"runs": [_told(run, access) for run in runs]}

        return _json(await call.ask(question))

    async def show(self, call: Call) -> Response:
        """Answer one run with its steps."""
        run_id = call.parameter("run")
        tenant, room = call.space.tenant, call.space.name

        def question(_data: RoomData, access: Access) -> dict[str, Any]:
            detail = self._workflows.read(tenant, room, run_id)
            steps = [dict(step) for step in detail.steps]
            if not access.is_unrestricted:
                steps = [{name: step.get(name) for name in _SHOWN} for step in steps]
            return {**_told(detail.run, access), "steps": steps}

        return _json(await call.ask(question))


def _told(run: Run, access: Access) -> dict[str, Any]:
    told = run.to_json()
    if not access.is_unrestricted:
        told["trigger"] = {"kind": told["trigger"].get("kind")}
        if told["error"] is not None:
            told["error"] = {"code": told["error"].get("code"), "message": "the run failed"}
    return told


def _page(call: Call) -> tuple[str | None, int]:
    parameters = dict(query_of(call.request))
    if not parameters.keys() <= {"before", "limit"}:
        raise PreviewInvalid("only before and limit are known here", code="query_parameter")
    limit = parameters.get("limit", str(_LISTED_DEFAULT))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:4]) <= RUNS_LISTED_MAX):
        raise PreviewInvalid(
            f"limit must be a number from 1 to {RUNS_LISTED_MAX}", code="query_parameter"
        )
    return parameters.get("before"), int(limit)


def _json(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, headers=_NO_STORE, media_type="application/json")
