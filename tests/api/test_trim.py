"""A room whose oldest revisions are forgotten, and clients that were away meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collab.limits import SNAPSHOT_REVISIONS
from tests.api.native import Native
from tests.api.server import Server
from tests.api.sharedb_peer import ShareDbPeer

ROOM = "notes/größe"
PLACE = {"c": "notes", "d": "größe"}
TRIM = "/api/free/notes/gr%C3%B6%C3%9Fe/trim"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path) as server:
        yield server


def _edit(server: Server, count: int, *, first: bool = True) -> None:
    with Native(server, ROOM) as page:
        base = page.welcome["revision"]
        if first:
            page.answer(page.submit({"n": 0, "text": "é😀"}, 0, kind="create"))
            base = 1
        for number in range(count):
            page.answer(page.submit([{"p": ["n"], "na": 1}], base + number))


@pytest.mark.parametrize("package", ["sharedb", "sharedb-6", "sharedb-5"])
def test_a_client_from_before_the_history_begins_anew(server: Server, package: str) -> None:
    """[RM17] it ends with the document of everybody else, and its next op is accepted."""
    _edit(server, 3)
    with ShareDbPeer(server, package) as peer:
        assert peer.ask("subscribe", **PLACE)["v"] == 4
        peer.do("break")
        peer.wait("state", state="disconnected")
        _edit(server, SNAPSHOT_REVISIONS + 10, first=False)
        assert server.request("POST", TRIM, json={"before": 10**6}).json() == {
            "start": SNAPSHOT_REVISIONS
        }
        # Made while away, at a revision that nothing is known of any more: it is told so.
        peer.do("op", **PLACE, op=[{"p": ["n"], "na": 1_000}])
        peer.do("connect")
        code = peer.wait("done", of="op")["error"]["code"]
        assert code == "ERR_SUBMIT_TRANSFORM_OPS_NOT_FOUND"
        peer.wait("load", v=SNAPSHOT_REVISIONS + 14)
        answer = peer.ask("op", **PLACE, op=[{"p": ["text", 0], "si": "日"}])
        assert answer["data"] == {"n": SNAPSHOT_REVISIONS + 13, "text": "日é😀"}
    with Native(server, ROOM) as reader:
        assert reader.document == {"n": SNAPSHOT_REVISIONS + 13, "text": "日é😀"}


def test_what_was_committed_is_known_for_ever(server: Server) -> None:
    """[RM17] an op of a forgotten revision that is sent again is acknowledged, not applied."""
    with Native(server, ROOM, source="quelle-é") as page:
        page.answer(page.submit({"n": 0}, 0, kind="create", seq=1))
        page.answer(page.submit([{"p": ["n"], "na": 5}], 1, seq=2))
    _edit(server, SNAPSHOT_REVISIONS, first=False)
    assert server.request("POST", TRIM, json={"before": 10**6}).json()["start"] > 2
    for is_restarted in (False, True):
        if is_restarted:
            server.stop()
            server.start()
        with Native(server, ROOM, source="quelle-é") as page:
            assert page.answer(page.submit([{"p": ["n"], "na": 5}], 1, seq=2))["revision"] == 2
            assert page.fetch()[1] == {"n": 5 + SNAPSHOT_REVISIONS}


def test_the_history_says_where_it_begins(server: Server) -> None:
    """[RG21] a page of it, and whoever asks for what was before it."""
    server.import_sample("order-management.json", "orders")
    assert server.request("GET", "/api/rooms/orders/revisions").json()["start"] == 0
    answer = server.request("POST", "/api/rooms/orders/trim", json={"before": 1})
    assert (answer.status_code, answer.json()) == (200, {"start": 0})
    _edit(server, SNAPSHOT_REVISIONS)
    start = server.request("POST", TRIM, json={"before": 10**6}).json()["start"]
    with ShareDbPeer(server) as peer:
        assert peer.fail("past", **PLACE, v=start - 1)["code"] == "history_trimmed"
        assert peer.ask("past", **PLACE, v=start)["result"]["v"] == start
        assert peer.ask("past", **PLACE, v=start + 1)["result"]["data"]["n"] == start
    for body, code in (
        ({}, "trim_before"),
        ({"before": 0}, "trim_before"),
        ({"before": True}, "trim_before"),
        ({"before": "é"}, "trim_before"),
    ):
        refused = server.request("POST", "/api/rooms/orders/trim", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    absent = server.request("POST", "/api/rooms/absent/trim", json={"before": 1})
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")
