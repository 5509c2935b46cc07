"""Texts between unmodified ShareDB clients, y-websocket and a restart of the server.

SPEC: section TR.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import collab.client
from collab.client import RoomClosed
from collab.ot import rich_text
from collab.ot.types import RICH_TEXT, TEXT_UNICODE
from collab.values import json_equal
from tests.api.server import Editor, Server, wait_until
from tests.api.sharedb_client import ShareDbClient
from tests.api.sharedb_peer import ShareDbPeer

_DATA: list[dict[str, Any]] = [{"insert": "Größe 😀\n", "attributes": {"bold": True}}]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("text-rooms")) as server:
        yield server


def _shown(peer: ShareDbPeer, **names: str) -> Any:
    data = peer.ask("show", **names)["data"]
    return data["ops"] if isinstance(data, dict) else data


def _same(*views: Any) -> bool:
    return all(json_equal(rich_text.create(view), rich_text.create(views[0])) for view in views)


@pytest.mark.parametrize("package", ["sharedb", "sharedb-5"])
def test_quill_on_both_sides_of_one_text(tmp_path: Path, package: str) -> None:
    """[TR15] formats, embeds and typing at once; after a kill all go on."""
    note = {"c": "texte", "d": f"né {package}"}
    with (
        Server(tmp_path) as server,
        ShareDbPeer(server, package) as one,
        ShareDbPeer(server, package) as two,
    ):
        one.ask("create", **note, data=_DATA, type=RICH_TEXT.uri)
        for peer in (one, two):
            peer.ask("subscribe", **note)
        with Editor("y-websocket", server, f"texte/n%C3%A9%20{package}") as page:
            page.wait_synced()
            for number in range(10):
                one.do("op", **note, op=[{"retain": 2}, {"insert": chr(0x2460 + number)}])
                two.do("op", **note, op=[{"retain": 3, "attributes": {"italic": number % 2 == 0}}])
                page.do("delta", ops=[{"insert": "日"}])
                page.do("delta", ops=[{"insert": {"image": "ß.png"}, "attributes": {"width": 2}}])

            def converged() -> bool:
                views = [_shown(one, **note), _shown(two, **note), page.do("shown")]
                text = "".join(str(item["insert"]) for item in views[2])
                counts = [text.count(part) for part in ("ß.png", "日")]
                is_whole = all(chr(0x2460 + number) in text for number in range(10))
                return is_whole and counts == [10, 10] and _same(*views)

            wait_until(converged, "one text")
            server.kill()
            server.start()
            for peer in (one, two):
                peer.do("connect")
            page.wait_synced()
            page.do("delta", ops=[{"insert": "später "}])
            one.do("op", **note, op=[{"insert": "danach "}])

            def goes_on() -> bool:
                views = [_shown(one, **note), _shown(two, **note), page.do("shown")]
                text = "".join(str(item["insert"]) for item in views[1])
                return "später " in text and "danach " in text and _same(*views)

            wait_until(goes_on, "one text after the restart")
            assert one.complaints() == two.complaints() == []


def test_the_past_and_queries_tell_the_type(server: Server) -> None:
    """[TR14] by its URI, and the document as npm's server sends it."""
    note = {"c": "vergangenes", "d": "é"}
    with ShareDbPeer(server) as peer:
        peer.ask("create", **note, data=_DATA, type="rich-text")
        peer.ask("op", **note, op=[{"delete": 3}])
        past = peer.ask("past", **note, v=1)["result"]
        assert (past["type"], past["data"]) == (RICH_TEXT.uri, {"ops": _DATA})
        plain = {"c": "vergangenes", "d": "ü"}
        peer.ask("create", **plain, data="né", type="text-unicode")
        past = peer.ask("past", **plain, v=1)["result"]
        assert (past["type"], past["data"]) == (TEXT_UNICODE.uri, "né")
        with ShareDbClient(server) as reader:
            found = reader.query("vergangenes", {"$sort": {"_id": 1}})["data"]
        assert [(item["d"], item["v"], item["type"]) for item in found] == [
            ("é", 2, RICH_TEXT.uri),
            ("ü", 1, TEXT_UNICODE.uri),
        ]
        rest = [{"insert": "ße 😀\n", "attributes": {"bold": True}}]
        assert [item["data"] for item in found] == [{"ops": rest}, "né"]
        peer.ask("del", **plain)
        assert peer.ask("past", **plain, v=2)["result"]["type"] is None
        assert peer.ask("past", **plain, v=1)["result"]["type"] == TEXT_UNICODE.uri


def test_the_python_client_says_that_it_edits_json(server: Server) -> None:
    """[TR13] it ends, with a code, instead of trying again for ever."""
    with ShareDbPeer(server) as peer:
        peer.ask("create", c="python", d="é", data="né", type="text-unicode")

    async def connect() -> None:
        async with collab.client.connect(server.url, "python/%C3%A9"):
            pass

    with pytest.raises(RoomClosed) as caught:
        asyncio.run(connect())
    assert caught.value.code == "client_doctype"
