"""The addresses of the data, below ``/preview/{room}/``. SPEC: section RS. Called by
``preview``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from runtime.http import openapi, panel
from runtime.http.door import Call, Door, Handler
from runtime.http.player import Player
from runtime.http.records import Records
from runtime.http.runs import Runs
from runtime.http.stored_files import answer_file
from runtime.installation import Installation
from runtime.tenants import not_built

__all__ = ["data_routes"]

_ROOM: Final = "/preview/{room}"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def data_routes(door: Door, installation: Installation) -> list[Route]:
    """Return the routes that lead to records and to what the player asks."""

    def at(path: str, name: str, handlers: Mapping[str, Handler]) -> Route:
        return Route(f"{_ROOM}{path}", door.to(name, handlers), methods=list(handlers))

    engine, checking = installation.engine, installation.checking
    if engine is None or checking is None or installation.workflows is None:
        every = dict.fromkeys(_METHODS, _not_built)
        return [
            at("/api/{path:path}", "records", every),
            at("/player/{path:path}", "player", every),
        ]
    records, player = Records(), Player(engine, checking)
    runs = Runs(installation.workflows)
    return [
        at("/api/openapi.json", "openapi", {"GET": openapi.answer_openapi}),
        at("/api/{model}", "records", records.of_model()),
        at("/api/{model}/{record}", "records", records.of_record()),
        at("/api/{model}/{record}/files/{field}", "files", {"GET": answer_file}),
        at("/player/query", "player", {"POST": player.query}),
        at("/player/record", "player", {"POST": player.record}),
        at("/player/groups", "player", {"POST": player.groups}),
        at("/player/values", "player", {"POST": player.values}),
        at("/player/schema", "panel", {"GET": panel.answer_schema}),
        at("/player/data", "panel", {"GET": panel.answer_data}),
        at("/player/data/generate", "panel", {"POST": panel.generate}),
        at("/player/data/reset", "panel", {"POST": panel.reset}),
        at("/player/data/confirm", "panel", {"POST": panel.confirm}),
        at("/player/run", "runs", {"POST": runs.begin}),
        at("/player/runs", "runs", {"GET": runs.list}),
        at("/player/runs/{run}", "runs", {"GET": runs.show}),
    ]


async def _not_built(_call: Call) -> Response:
    raise not_built()
