"""Thumbnails over HTTP: caching, headers, rooms that are not open. SPEC: [RG17]."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from collab.api import thumbnails
from collab.api.models import import_model
from collab.api.thumbnails import Thumbnails
from collab.host.host import Host
from collab.ids import FencingToken, RoomId, TenantId, UserId
from collab.messages import Principal, Role
from collab.model import dsl
from collab.model.registry import builtin
from collab.stores.sqlite import SqliteStore
from collab.system import SystemClock
from tests.api.accounts import Accounts
from tests.api.server import ROOT

SAMPLE = (ROOT / "samples" / "order-management.json").read_bytes()
ROOM = RoomId(TenantId("größe"), "shop")
ANNA = Principal(UserId("Ännchen"), "Ännchen", "#000000", ROOM.tenant, Role.OWNER)


def test_a_drawing_is_sent_once() -> None:
    """[RG17] it comes with a tag, is not sent again to who has it, and changes with the model."""
    with Accounts() as accounts:
        anna = accounts.as_("anna", "editor")
        anna.create("drawn", model=json.loads(SAMPLE))
        path = "/api/rooms/drawn/thumbnail.svg"
        first = anna("GET", path)
        assert first.headers["content-type"] == "image/svg+xml"
        assert "default-src 'none'" in first.headers["content-security-policy"]
        assert first.headers["x-content-type-options"] == "nosniff"
        assert first.headers["cache-control"] == "private, no-cache"
        tag = {"if-none-match": first.headers["etag"]}
        again = anna("GET", path, headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        model = json.loads(SAMPLE)
        model["application"]["pages"][0]["name"] = "Größe 😀"
        anna("POST", "/api/rooms/drawn/import", json=model)
        changed = anna("GET", path, headers=tag)
        assert changed.status_code == 200
        assert "Größe 😀" in changed.text
        assert anna("DELETE", "/api/rooms/drawn").status_code == 200
        assert anna("GET", path, headers=tag).status_code == 404


async def test_a_room_is_not_opened_for_its_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[RG17] a closed room is read from the log, drawn once for many who ask, and not claimed."""
    store = SqliteStore(tmp_path / "größe.db")
    host = Host(store, SystemClock(), builtin())
    await host.start()
    await host.create(ROOM, "é", ANNA)
    document = dsl.read(SAMPLE, format="json", registry=host.registry)
    await import_model(host, ROOM, ANNA, document)
    opened = await Thumbnails(host).draw(await _record(host))
    await host.stop()

    await host.start()
    drawn: list[Any] = []
    draw = thumbnails.thumbnail

    def counted(found: Any) -> str:
        drawn.append(found)
        return draw(found)

    monkeypatch.setattr(thumbnails, "thumbnail", counted)
    kept = Thumbnails(host)
    record = await _record(host)
    found = await asyncio.gather(*(kept.draw(record) for _ in range(20)))
    assert set(found) == {opened}
    assert len(drawn) == 1
    assert host.open_room(ROOM) is None
    assert (await store.claim(ROOM)).token == FencingToken(2)
    await host.stop()


async def test_drawings_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[RG17] beyond the bound the drawing that was asked for longest ago is forgotten."""
    monkeypatch.setattr(thumbnails, "THUMBNAILS_KEPT_MAX", 2)
    drawn: list[Any] = []
    draw = thumbnails.thumbnail
    monkeypatch.setattr(thumbnails, "thumbnail", lambda found: drawn.append(found) or draw(found))
    host = Host(SqliteStore(tmp_path / "größe.db"), SystemClock(), builtin())
    await host.start()
    kept = Thumbnails(host)
    rooms = [RoomId(ROOM.tenant, name) for name in "abc"]
    for room in rooms:
        await host.create(room, "é", ANNA)
    for room in (rooms[0], rooms[1], rooms[0], rooms[2], rooms[0], rooms[1]):
        await kept.draw(await _record(host, room))
    assert len(drawn) == 4
    await host.stop()


async def _record(host: Host, room: RoomId = ROOM) -> Any:
    record = await host.store.room(room)
    assert record is not None
    return record
