"""Unmodified ShareDB clients against a real server process, and what its door refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from collab.limits import LOOKUPS_PER_SOCKET_MAX, OPENINGS_PER_SOCKET_MAX
from tests.api.accounts import Accounts
from tests.api.native import Native, closing, open_socket
from tests.api.server import Editor, Server, wait_until
from tests.api.sharedb_client import ShareDbClient
from tests.api.sharedb_peer import ShareDbPeer

_PACKAGES = ("sharedb", "sharedb-6", "sharedb-5")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("sharedb-clients")) as server:
        server.import_sample("order-management.json", "orders")
        yield server


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with Accounts() as accounts:
        yield accounts


def _settled(*peers: ShareDbPeer, **names: str) -> Any:
    """Return the document that all *peers* come to have."""

    def look() -> list[Any] | None:
        shown = [peer.ask("show", **names) for peer in peers]
        same = all(
            (item["v"], item.get("data")) == (shown[0]["v"], shown[0].get("data")) for item in shown
        )
        return [shown[0].get("data")] if same else None

    return wait_until(look, "the clients to converge")[0]


@pytest.mark.parametrize("package", _PACKAGES)
def test_two_clients_edit_one_document(server: Server, package: str) -> None:
    """[SD24] at the same time, over a delete and a create, without a warning of the library."""
    note = {"c": "notizen", "d": f"größe/1 😀 {package}"}
    with ShareDbPeer(server, package) as one, ShareDbPeer(server, package) as two:
        one.ask("subscribe", **note)
        one.ask("create", **note, data={"t": "né 😀", "l": []})
        assert two.ask("subscribe", **note)["data"] == {"t": "né 😀", "l": []}
        for number in range(20):
            one.do("op", **note, op=[{"p": ["l", 0], "li": f"é{number}"}])
            two.do("op", **note, op=[{"p": ["t", 0], "si": f"{number}ö"}])
        for peer in (one, two):
            peer.wait("done", of="op")
        data = _settled(one, two, **note)
        assert sorted(data["l"]) == sorted(f"é{number}" for number in range(20))
        assert data["t"].endswith("né 😀")
        assert one.fail("op", **note, op=[{"p": ["nie", 7], "ld": 1}])["message"]
        one.ask("del", **note)
        two.wait("del")
        two.ask("create", **note, data={"neu": True})
        assert _settled(one, two, **note) == {"neu": True}
        two.ask("unsubscribe", **note)
        one.ask("op", **note, op=[{"p": ["é"], "oi": 1}])
        # It has to be told what it lacks before its own op is acknowledged.
        two.ask("op", **note, op=[{"p": ["ö"], "oi": 2}])
        assert _settled(one, two, **note) == {"neu": True, "é": 1, "ö": 2}
        assert one.complaints() == two.complaints() == []


@pytest.mark.parametrize("package", _PACKAGES)
def test_an_op_whose_ack_was_lost_is_there_once(server: Server, package: str) -> None:
    """[SD25] the client says it again under the same source and number."""
    note = {"c": "notizen", "d": f"noch einmal {package}"}
    with ShareDbPeer(server, package) as one, ShareDbPeer(server, package) as two:
        one.ask("create", **note, data={"n": 0})
        one.ask("subscribe", **note)
        two.ask("subscribe", **note)
        one.do("deaf")
        one.do("op", **note, op=[{"p": ["n"], "na": 1}])
        two.wait("op", data={"n": 1})
        two.ask("op", **note, op=[{"p": ["é"], "oi": "inzwischen"}])
        one.do("break")
        one.wait("state", state="disconnected")
        one.do("op", **note, op=[{"p": ["n"], "na": 10}])
        one.do("connect")
        for _ in range(2):
            assert one.wait("done", of="op")["error"] is None
        assert _settled(one, two, **note) == {"n": 11, "é": "inzwischen"}
        assert one.complaints() == two.complaints() == []


def test_a_server_that_was_killed_knows_what_it_acknowledged(tmp_path: Path) -> None:
    """[SD25] [SD19] the id and the marks of its ops hold, so the last one is applied once."""
    note = {"c": "notizen", "d": "ä"}
    server = Server(tmp_path)
    try:
        with ShareDbPeer(server) as one:
            one.ask("create", **note, data={"n": 0})
            before = one.events[0]["id"]
            one.do("deaf")
            one.do("op", **note, op=[{"p": ["n"], "na": 1}])
            with ShareDbPeer(server) as reader:
                wait_until(lambda: reader.ask("fetch", **note).get("data") == {"n": 1}, "the op")
            server.kill()
            one.wait("state", state="disconnected")
            server.start()
            one.do("connect")
            assert one.wait("state", state="connected")["id"] == before
            assert one.wait("done", of="op")["error"] is None
            one.ask("subscribe", **note)
            assert one.ask("op", **note, op=[{"p": ["n"], "na": 10}])["data"] == {"n": 11}
    finally:
        server.stop()


def test_every_door_leads_to_one_document(server: Server) -> None:
    """[SD24] ShareDB, Yjs and native clients in one free room and in one application room."""
    with ExitStack() as doors:
        peer = doors.enter_context(ShareDbPeer(server))
        editor = doors.enter_context(Editor("y-websocket", server, "notizen/alle%20t%C3%BCren"))
        note = {"c": "notizen", "d": "alle türen"}
        peer.ask("subscribe", **note)
        peer.ask("create", **note, data={"t": "é", "m": {"a": 1}})
        editor.wait(lambda state: state["roots"].get("model"), "the create")
        native = doors.enter_context(Native(server, "notizen/alle%20t%C3%BCren"))
        revision, _ = native.fetch()
        native.submit([{"p": ["nativ"], "oi": True}], revision)
        editor.do("set", path=["model", "m", "b"], value="日本")
        peer.do("op", **note, op=[{"p": ["t", 1], "si": "😀"}])
        expected = {"t": "é😀", "m": {"a": 1, "b": "日本"}, "nativ": True}
        wait_until(lambda: peer.ask("show", **note)["data"] == expected, "ShareDB's client")
        editor.wait(lambda state: state["roots"]["model"] == expected, "the Yjs client")
        assert native.fetch()[1] == expected

        orders = {"c": "rooms", "d": "orders"}
        nodes = peer.ask("subscribe", **orders)["data"]["nodes"]
        button = next(key for key, node in nodes.items() if node["type"] == "Button@1")
        props = nodes[button]["props"]
        change = {"p": ["nodes", button, "props", "label"], "oi": "Größe 😀"}
        if "label" in props:
            change["od"] = props["label"]
        peer.ask("op", **orders, op=[change])
        assert server.model("orders")["nodes"][button]["props"]["label"] == "Größe 😀"
        broken = {"p": ["nodes", button, "type"], "od": "Button@1", "oi": 5}
        error = peer.fail("op", **orders, op=[broken])
        assert error["code"].startswith("check_")
        assert peer.ask("show", **orders)["data"] == server.model("orders")
        assert peer.complaints() == []


def test_awareness_of_others_is_nothing_to_a_sharedb_client(server: Server) -> None:
    """[SD26] a room with ShareDB sessions in it goes on when others show where they are."""
    with (
        ShareDbPeer(server) as peer,
        Editor("y-websocket", server, "orders") as editor,
        Native(server, "orders") as native,
    ):
        peer.ask("subscribe", c="rooms", d="orders")
        editor.wait_synced()
        editor.do("awareness", state={"user": {"name": "Zoë 😀"}})
        native.wait_for(lambda item: item["type"] == "presence" and item["clients"], "presence")
        assert peer.ask("fetch", c="rooms", d="orders")["v"] >= 1
        assert peer.complaints() == []


def test_documents_in_bulk_and_of_the_past(server: Server) -> None:
    """[SD5] [SD20] a real client takes what it is told of each."""
    with ShareDbPeer(server) as peer:
        for name in ("ä", "ö"):
            peer.ask("create", c="viele", d=name, data={"name": name})
            peer.ask("op", c="viele", d=name, op=[{"p": ["é"], "oi": 1}])
        with ShareDbPeer(server) as other:
            other.do("bulk", action="subscribe", c="viele", ids=["ä", "ö", "ü"])
            for name, data in (("ä", {"name": "ä", "é": 1}), ("ü", None)):
                done = other.wait("done", of=f"subscribe {name}")
                assert (done["error"], done.get("data")) == (None, data)
            other.do("break")
            other.wait("state", state="disconnected")
            peer.ask("op", c="viele", d="ä", op=[{"p": ["weg"], "oi": "né"}])
            other.do("connect")
            other.wait("op", d="ä", v=3)
            past = other.ask("past", c="viele", d="ä", v=1)["result"]
            assert (past["v"], past["data"]) == (1, {"name": "ä"})
            newest = other.ask("pastTime", c="viele", d="ä", ts=None)["result"]
            assert (newest["v"], newest["data"]) == (3, {"name": "ä", "é": 1, "weg": "né"})
            error = other.fail("past", c="viele", d="ä", v=99)
            assert error["code"] == "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT"
            assert other.complaints() == []


def test_nobody_and_binary_messages_are_shown_out(accounts: Accounts) -> None:
    """[SD22] the protocol has no message for a token, and none that is binary."""
    for query in ("", "?token=falsch"):
        with open_socket(f"{accounts.socket_url}/sharedb{query}") as socket:
            assert closing(socket)[0] == 4401
    token = accounts.token("zoë", "editor")
    with open_socket(f"{accounts.socket_url}/sharedb?token={token}") as socket:
        socket.send(b"{}")
        assert closing(socket)[0] == 1003
    headers = {"authorization": f"Bearer {token}"}
    with open_socket(f"{accounts.socket_url}/sharedb", additional_headers=headers) as socket:
        assert json.loads(socket.recv(timeout=20))["a"] == "init"


def test_rights_are_asked_for_each_document(accounts: Accounts) -> None:
    """[SD12] [SD21] a guest's room is theirs, others and the past are not; the socket stays."""
    owner = ShareDbClient(accounts, accounts.token("zoë", "editor"))
    created = {"a": "op", "c": "notizen", "d": "ä", "v": None, "seq": 1}
    owner.ask({**created, "create": {"type": "json0", "data": {"é": 1}}})
    viewer = ShareDbClient(accounts, accounts.token("mia", "viewer"))
    assert viewer.ask({"a": "f", "c": "notizen", "d": "ä"})["data"]["data"] == {"é": 1}
    newest = {"a": "nf", "id": 1, "c": "notizen", "d": "ä", "v": None}
    assert viewer.ask(newest)["data"] == {"é": 1}
    assert viewer.code({**newest, "v": 1}) == "auth_role"
    assert viewer.code({"a": "nt", "id": 2, "c": "notizen", "d": "ä", "ts": 5}) == "auth_role"
    assert owner.ask({**newest, "v": 1})["data"] == {"é": 1}
    assert viewer.code({"a": "s", "c": "rooms", "d": "geheim"}) == "not_found"
    assert viewer.code({"a": "s", "c": "notizen", "d": "nie", "v": None}) == "not_found"
    stranger = ShareDbClient(accounts, accounts.token("zoë", "editor", tenant="bern"))
    assert stranger.ask({"a": "f", "c": "notizen", "d": "ä"})["data"]["v"] == 0
    op = {"a": "op", "c": "notizen", "d": "ä", "v": 1, "src": owner.source, "seq": 2, "op": []}
    assert stranger.code(op) == viewer.code(op) == "op_source_foreign"
    assert viewer.ask({"a": "f", "c": "notizen", "d": "ä"})["data"]["v"] == 1


def test_rooms_are_opened_a_few_at_a_time(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[SD27] a bulk of many documents leaves the server to others; so do many questions."""
    open_room, find = accounts.host.room, accounts.host.store.room
    under_way = {"rooms": 0, "lookups": 0}
    most = {"rooms": 0, "lookups": 0}

    def slowly(name: str, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def do(*arguments: Any, **options: Any) -> Any:
            under_way[name] += 1
            most[name] = max(most[name], under_way[name])
            await asyncio.sleep(0.01)
            try:
                return await work(*arguments, **options)
            finally:
                under_way[name] -= 1

        return do

    client = ShareDbClient(accounts, accounts.token("zoë", "editor"))
    monkeypatch.setattr(accounts.host, "room", slowly("rooms", open_room))
    names = [f"ä{number}" for number in range(3 * OPENINGS_PER_SOCKET_MAX)]
    assert len(client.ask({"a": "bf", "c": "viele", "b": names})["data"]) == len(names)
    assert most["rooms"] == OPENINGS_PER_SOCKET_MAX

    monkeypatch.setattr(accounts.host.store, "room", slowly("lookups", find))
    for number in range(3 * LOOKUPS_PER_SOCKET_MAX):
        client.send(a="nf", id=number + 1, c="viele", d="ä0", v=0)
    for number in range(3 * LOOKUPS_PER_SOCKET_MAX):
        assert client.wait(a="nf", id=number + 1)["type"] is None
    assert most["lookups"] == LOOKUPS_PER_SOCKET_MAX
