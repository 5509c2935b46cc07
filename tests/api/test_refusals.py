"""What was refused of a Yjs client is nowhere: not on any screen, not in the log's bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.native import Native
from tests.api.server import Editor, Server

SECRET = "verboten-geheim"
OFFLINE_EDITS = 50


def _buttons(server: Server) -> list[str]:
    nodes = server.model("orders")["nodes"]
    return [str(key) for key, node in nodes.items() if node["type"] == "Button@1"]


def _files(folder: Path) -> bytes:
    """Return the bytes of everything that the server keeps, its write-ahead log included."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def _is_nowhere(*places: Any) -> None:
    for place in places:
        assert SECRET not in str(place)


@pytest.mark.parametrize("kind", ["hocuspocus", "y-websocket"])
def test_a_refused_edit_is_nowhere(tmp_path: Path, kind: str) -> None:
    """[AP20] its author keeps the socket, makes a good edit, comes back, and nothing is left."""
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        first, second = _buttons(server)[:2]
        with (
            Editor(kind, server, "orders") as author,
            Editor("y-websocket", server, "orders") as other,
        ):
            author.wait_synced()
            other.wait_synced()
            author.do("set", path=["nodes", first, "place"], value=[SECRET])
            author.wait(lambda state: SECRET not in str(state["roots"]), "the edit to be undone")
            author.do("set", path=["nodes", first, "props", "label"], value="Größe 😀")
            other.wait(
                lambda state: state["roots"]["nodes"][first]["props"]["label"] == "Größe 😀",
                "the good edit",
            )
            assert not [event for event in author.events if event["event"] == "close"]
            author.do("disconnect")
            author.wait(lambda state: not state["synced"], "the client to be offline")
            author.do("set", path=["nodes", second, "props", "label"], value="Später 日本")
            author.do("connect")
            other.wait(
                lambda state: state["roots"]["nodes"][second]["props"]["label"] == "Später 日本",
                "the edit after coming back",
            )
            _is_nowhere(author.state()["roots"], other.state()["roots"], server.model("orders"))
            with Native(server, "orders") as reader:
                _is_nowhere(reader.document)
        server.stop()
        assert SECRET.encode() not in _files(tmp_path)


@pytest.mark.parametrize("kind", ["hocuspocus", "y-websocket"])
def test_of_offline_edits_the_good_ones_stay(tmp_path: Path, kind: str) -> None:
    """[AP20] in the step 2 of a client that comes back, only the node that may not be is undone."""
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        bad, good = _buttons(server)[:2]
        with (
            Editor(kind, server, "orders") as author,
            Editor("y-websocket", server, "orders") as other,
        ):
            author.wait_synced()
            other.wait_synced()
            place = server.model("orders")["nodes"][good]["place"]
            author.do("disconnect")
            author.wait(lambda state: not state["synced"], "the client to be offline")
            author.do("set", path=["nodes", bad, "place"], value=[SECRET])
            added = [f"neu-{number}" for number in range(OFFLINE_EDITS)]
            for node in added:
                props = {"label": f"é😀 {node}"}
                author.do("node", id=node, type="Button@1", place=place, props=props)
            author.do("connect")
            for editor in (author, other):
                editor.wait(
                    lambda state: (
                        SECRET not in str(state["roots"])
                        and all(node in state["roots"]["nodes"] for node in added)
                    ),
                    "the good edits without the one that was refused",
                )
            assert author.root("nodes") == other.root("nodes") == server.model("orders")["nodes"]
            assert author.root("nodes")["neu-49"]["props"] == {"label": "é😀 neu-49"}
        server.stop()
        assert SECRET.encode() not in _files(tmp_path)
