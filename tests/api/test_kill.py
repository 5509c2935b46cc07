"""Power cuts: the server is killed again and again while everybody edits. Nothing is lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from collab import client
from tests.api.native import Native
from tests.api.server import Editor, Server, wait_until

_ROOM = "kill/größe"
_NATIVES = 3
_KILLS = 4
_WAITING_MAX = 30


async def _edit_natively(
    server: Server, name: str, source: random.Random, is_over: asyncio.Event
) -> dict[str, int]:
    """Insert tokens until told to stop; return the revision that each was acknowledged with."""
    acknowledged: dict[str, int] = {}
    # Two ops of hundreds of places in one list are more than a server transforms.
    waiting = asyncio.Semaphore(_WAITING_MAX)

    async def note(token: str, future: asyncio.Future[Any]) -> None:
        acknowledged[token] = await future
        waiting.release()

    async with (
        client.connect(server.url, _ROOM, token=name, timeout_s=20) as room,
        asyncio.TaskGroup() as tasks,
    ):
        number = 0
        while not is_over.is_set():
            number += 1
            await waiting.acquire()
            token = f"<{name} é😀 {number}>"
            at = source.randrange(len(room.document["log"]) + 1)
            op = [{"p": ["log", at], "li": token}]
            tasks.create_task(note(token, room.submit_nowait(op)))
            await asyncio.sleep(source.uniform(0.01, 0.06))
    return acknowledged


async def _gather_natively(
    server: Server, names: list[str], seed: int, is_over: asyncio.Event
) -> dict[str, int]:
    results = await asyncio.gather(
        *(_edit_natively(server, name, random.Random(f"{seed} {name}"), is_over) for name in names)
    )
    return {token: revision for result in results for token, revision in result.items()}


async def _edit_by_yjs(editor: Editor, name: str, is_over: asyncio.Event) -> list[str]:
    """Insert tokens into the client's own text until told to stop; return them."""
    tokens: list[str] = []
    while not is_over.is_set():
        tokens.append(f"<{name} é😀 {len(tokens)}>")
        await asyncio.to_thread(editor.do, "text", path=["model", name], at=0, insert=tokens[-1])
        await asyncio.sleep(0.03)
    return tokens


async def _kill(server: Server, source: random.Random, is_over: asyncio.Event) -> None:
    for _ in range(_KILLS):
        await asyncio.sleep(source.uniform(0.2, 1.5))
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(source.uniform(0.0, 0.3))
        await asyncio.to_thread(server.start)
    await asyncio.sleep(0.5)
    is_over.set()


def _history(server: Server) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        path = f"/api/free/{_ROOM}/revisions?limit=1000&after={len(items)}"
        page = server.request("GET", path).json()["revisions"]
        if not page:
            return items
        items += page


def _inserted(revision: dict[str, Any]) -> list[str]:
    if revision["kind"] != "op":
        return []
    return [str(part["li"]) for part in revision["change"] if "li" in part]


@pytest.mark.parametrize("seed", [20241122])
async def test_killed_under_load(tmp_path: Path, seed: int) -> None:
    """[HO5] after kill -9 every acknowledged edit is there once, and all clients are equal."""
    source = random.Random(seed)
    with Server(tmp_path) as server:
        with Native(server, _ROOM) as author:
            document: dict[str, Any] = {"log": []}
            author.answer(author.submit(document, 0, kind="create"))
        with (
            Editor("y-websocket", server, _ROOM) as yjs,
            Editor("hocuspocus", server, _ROOM) as hocuspocus,
        ):
            editors = {"yjs": yjs, "hocuspocus": hocuspocus}
            for name, editor in editors.items():
                editor.wait_synced()
                editor.do("set", path=["model", name], value={"$text": ""})
            is_over = asyncio.Event()
            names = [f"n{number}" for number in range(_NATIVES)]
            natives, by_yjs, by_hocuspocus, _ = await asyncio.gather(
                _gather_natively(server, names, seed, is_over),
                _edit_by_yjs(yjs, "yjs", is_over),
                _edit_by_yjs(hocuspocus, "hocuspocus", is_over),
                _kill(server, source, is_over),
            )
            hocuspocus.wait_stored()
            await asyncio.to_thread(_check_texts, server, editors, [by_yjs, by_hocuspocus])
            _check_natives(server, natives)


def _check_texts(server: Server, editors: dict[str, Editor], texts: list[list[str]]) -> None:
    def head() -> Any:
        with Native(server, _ROOM) as reader:
            return reader.document

    def is_equal() -> bool:
        return all(editor.root("model") == head() for editor in editors.values())

    wait_until(is_equal, "all clients to be equal")
    document = head()
    for name, tokens in zip(editors, texts, strict=True):
        assert len(tokens) > 10
        assert document[name] == "".join(reversed(tokens))


def _check_natives(server: Server, acknowledged: dict[str, int]) -> None:
    with Native(server, _ROOM) as reader:
        revision, document = reader.fetch()
    assert len(acknowledged) > 50
    assert Counter(document["log"]) == Counter(acknowledged.keys())
    history = _history(server)
    assert [item["revision"] for item in history] == list(range(1, revision + 1))
    at = {token: item["revision"] for item in history for token in _inserted(item)}
    assert at == acknowledged
    assert Counter(token for item in history for token in _inserted(item)) == Counter(
        acknowledged.keys()
    )
