"""Every limit at every door: its code in that door's own form, nothing applied, the next edit good.

A real server and real sockets; large bounds are made small, so that what exceeds them is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from collab.host.bounds import Bounds
from collab.limits import AWARENESS_STATE_BYTES_MAX, FRAME_BYTES_MAX, RATE_BURST_S
from collab.protocol import hocuspocus, yjs
from collab.room import commit, head, rules
from tests.api.inside import InsideServer
from tests.api.limited_doors import DOORS, Door
from tests.api.native import Native
from tests.api.server import wait_until

_BOUNDS = Bounds(session_changes_per_s=2, rate_wait_ms_max=100)
_BURST = 2 * RATE_BURST_S
# So many that some come too fast however slow the machine is.
_FLOOD = 3 * _BURST
_DOCUMENT_BYTES = 2_000
_STEP2_BYTES = 1_000
_ROOM = "orders"
_numbers = count(1)


@dataclass(frozen=True)
class _Limit:
    """What exceeds a limit, and how the doors tell it; a door that has no such thing is left out.

    *exceed* is given the door and a value that is there already of what it makes.
    """

    name: str
    exceed: Callable[[Door, Any], None]
    told: dict[str, tuple[str, str]]
    is_application: bool = False


def _flood(door: Door, _: Any) -> None:
    # It may be closed before all are sent.
    with suppress(ConnectionClosed):
        for number in range(_FLOOD):
            door.set([f"r{number}"], "é")


def _told(code: str, yjs: str, hocuspocus: str, sharedb: str, native: str) -> Any:
    forms = {"yjs": yjs, "hocuspocus": hocuspocus, "sharedb": sharedb, "native": native}
    return {door: (form, "" if form == "undone" else code) for door, form in forms.items() if form}


_CLOSE, _ERROR = "close 1009", "error and close 1009"
_LIMITS = [
    _Limit(
        "frame",
        lambda door, _: door.set(["bad"], "é" * (FRAME_BYTES_MAX // 2)),
        _told("limit_frame", _CLOSE, _CLOSE, "error", _ERROR),
    ),
    _Limit(
        "step 2",
        lambda door, _: door.step2(_STEP2_BYTES + 1),
        _told("limit_step2", "close 4413", "denied", "", ""),
    ),
    _Limit(
        "document",
        lambda door, _: door.set(["bad"], "é" * _DOCUMENT_BYTES),
        _told("limit_document", "undone", "refused", "error", "refuse"),
    ),
    _Limit(
        "nodes",
        lambda door, node: door.set(["nodes", "bad"], node),
        _told("limit_nodes", "undone", "refused", "error", "refuse"),
        is_application=True,
    ),
    _Limit(
        "awareness",
        lambda door, _: door.show("é" * AWARENESS_STATE_BYTES_MAX),
        {
            **_told("limit_awareness", _CLOSE, _CLOSE, "", _ERROR),
            **_told("limit_presence", "", "", "error", ""),
        },
    ),
    _Limit(
        "rate",
        _flood,
        _told("limit_rate", "close 1013", "close 1013", "close 1013", "error and close 1013"),
    ),
]
_ROWS = [(limit, door) for limit in _LIMITS for door in DOORS if door in limit.told]


@pytest.fixture(scope="module")
def server() -> Iterator[InsideServer]:
    with InsideServer(bounds=_BOUNDS) as server:
        server.import_sample("order-management.json", _ROOM)
        yield server


@pytest.fixture
def small(server: InsideServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make bounds small that nobody wants to fill."""
    for module in (yjs, hocuspocus):
        monkeypatch.setattr(module, "STEP2_BYTES_MAX", _STEP2_BYTES)
    with Native(server, _ROOM) as reader:
        monkeypatch.setattr(rules, "NODES_MAX", len(reader.document["nodes"]))


def _button(server: InsideServer) -> tuple[str, Any]:
    """Return an element of the application, and another one that could be beside it."""
    with Native(server, _ROOM) as reader:
        nodes = reader.document["nodes"]
    key = next(key for key, node in nodes.items() if node["type"] == "Button@1")
    node = {"type": "Button@1", "place": nodes[key]["place"], "props": {"label": "Größe 😀"}}
    return key, node


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("limit", "door"), _ROWS, ids=[f"{limit.name}-{door}" for limit, door in _ROWS]
)
def test_limit(
    server: InsideServer, monkeypatch: pytest.MonkeyPatch, limit: _Limit, door: str
) -> None:
    """[LM12] Its code arrives, nothing of it is applied, and the next good edit is accepted."""
    room = _ROOM if limit.is_application else f"limits/{limit.name.replace(' ', '')}-{door}"
    button, node = _button(server)
    good = ["nodes", button, "props", "label"] if limit.is_application else ["gut"]
    with Native(server, room) as observer:
        if limit.is_application:
            before = observer.document
        else:
            before = {"ä": "bleibt"}
            observer.answer(observer.submit(before, 0, kind="create"))
            # An application is larger, and nothing of it is to be refused for that.
            for module in (head, commit):
                monkeypatch.setattr(module, "DOCUMENT_BYTES_MAX", _DOCUMENT_BYTES)
        first: Door = DOORS[door](server, room, next(_numbers))
        limit.exceed(first, node)
        told = first.told()
        assert told == limit.told[door]
        is_there = told[0] in {"undone", "refused", "refuse", "error"}
        second = first if is_there else DOORS[door](server, room, next(_numbers))
        second.set(good, f"gut 日本 {door}")

        def has_come() -> bool:
            value = observer.fetch()[1]
            for name in good:
                value = value.get(name, {})
            return bool(value == f"gut 日本 {door}")

        wait_until(has_come, "the good edit")
        _, document = observer.fetch()
        assert "bad" not in document and "bad" not in document.get("nodes", {})
        if limit.is_application:
            assert document["nodes"].keys() == before["nodes"].keys()
        else:
            taken = len(document) - 2
            # The change by which it gets into debt is the last one that is taken.
            assert _BURST < taken < _FLOOD if limit.name == "rate" else taken == 0
            flood = {f"r{number}" for number in range(taken)}
            assert document.keys() == {"ä", "gut"} | flood
        first.close()
        second.close()
