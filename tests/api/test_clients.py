"""Unmodified npm clients against a real server process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.native import Native
from tests.api.server import Editor, Server, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("clients")) as server:
        server.import_sample("order-management.json", "orders")
        yield server


def _button(model: dict[str, Any]) -> str:
    return next(str(key) for key, node in model["nodes"].items() if node["type"] == "Button@1")


def test_both_clients_edit_one_free_document(server: Server) -> None:
    """[AP1] y-websocket and Hocuspocus clients in one room converge, non-ASCII text included."""
    with (
        Editor("y-websocket", server, "notes/día 1") as one,
        Editor("hocuspocus", server, "notes/d%C3%ADa%201") as other,
    ):
        one.wait_synced()
        other.wait_synced()
        one.do("set", path=["model", "x"], value={"$map": {"text": {"$text": "hé😀"}}})
        other.wait(lambda state: "x" in state["roots"]["model"], "the map to arrive")
        other.do("text", path=["model", "x", "text"], at=4, insert="日本")
        other.wait_stored()
        one.wait(
            lambda state: state["roots"]["model"]["x"]["text"] == "hé😀日本", "the text to arrive"
        )
        for number in range(100):
            (one if number % 2 else other).do("set", path=["model", f"k{number}"], value=number)
        other.wait_stored()
        wait_until(lambda: one.root("model") == other.root("model"), "the clients to converge")
        assert len(one.root("model")) == 101


def test_awareness_arrives_and_leaves(server: Server) -> None:
    """[AP2] awareness crosses dialects and goes with its client."""
    with Editor("hocuspocus", server, "orders") as watcher:
        watcher.wait_synced()
        with Editor("y-websocket", server, "orders") as guest:
            guest.wait_synced()
            guest.do("awareness", state={"user": {"name": "Zoë 😀"}})
            watcher.wait(
                lambda state: {"user": {"name": "Zoë 😀"}} in state["awareness"].values(),
                "the guest's awareness",
            )
        # The process was killed: its socket is closed without a word.
        watcher.wait(
            lambda state: {"user": {"name": "Zoë 😀"}} not in state["awareness"].values(),
            "the guest's awareness to leave",
        )


def test_refused_edit_is_undone_and_explained(server: Server) -> None:
    """[AP3] a refused Yjs edit is undone at its author, who is told; the next one is accepted."""
    with (
        Editor("hocuspocus", server, "orders") as author,
        Editor("y-websocket", server, "orders") as other,
    ):
        author.wait_synced()
        other.wait_synced()
        node = _button(server.model("orders"))
        place = server.model("orders")["nodes"][node]["place"]
        author.do("set", path=["nodes", node, "place"], value=["nowhere"])
        refusal = wait_until(lambda: author.payloads("refused"), "the refusal")[0]
        assert refusal["code"] == "check_place"
        assert refusal["nodes"] == [node]
        author.wait(
            lambda state: state["roots"]["nodes"][node]["place"] == place, "the edit to be undone"
        )
        author.do("set", path=["nodes", node, "props", "label"], value="Größe 😀")
        author.wait_stored()
        other.wait(
            lambda state: state["roots"]["nodes"][node]["props"]["label"] == "Größe 😀",
            "the good edit",
        )
        assert other.root("nodes")[node]["place"] == place


def test_offline_edits_arrive_after_a_restart(tmp_path: Path) -> None:
    """[AP4] a server restart loses and doubles nothing, of either client."""
    with (
        Server(tmp_path) as server,
        Editor("y-websocket", server, "d/doc") as one,
        Editor("hocuspocus", server, "d/doc") as other,
    ):
        one.wait_synced()
        other.wait_synced()
        one.do("set", path=["model", "log"], value={"$array": []})
        one.do("set", path=["model", "text"], value={"$text": ""})
        other.wait(lambda state: "text" in state["roots"]["model"], "the first edits")
        server.stop()
        for _ in range(25):
            one.do("text", path=["model", "text"], at=0, insert="a")
            other.do("text", path=["model", "text"], at=0, insert="é")
        server.start()
        other.wait_stored()
        for editor in (one, other):
            editor.wait(
                lambda state: len(state["roots"]["model"]["text"]) == 50, "every offline edit"
            )
        assert one.root("model") == other.root("model")
        assert sorted(one.root("model")["text"]) == ["a"] * 25 + ["é"] * 25


def test_stored_means_appended(tmp_path: Path) -> None:
    """[AP5] Hocuspocus's count of unsynced changes is 0 only after the append."""
    with Server(tmp_path) as server, Editor("hocuspocus", server, "stored/größe") as editor:
        editor.wait_synced()
        for number in range(20):
            editor.do("set", path=["model", "n"], value=number)
            editor.wait_stored()
            with Native(server, "stored/größe") as reader:
                assert reader.document == {"n": number}
        editor.do("set", path=["model", "n"], value="the last")
        editor.wait_stored()
        server.kill()
        server.start()
        with Native(server, "stored/größe") as reader:
            assert reader.document == {"n": "the last"}
