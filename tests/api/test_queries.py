"""Queries on real sockets: what they find, for whom, and how they follow what changes.

SPEC: section SQ.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from collab.host import collections as collections_module
from collab.host import live_query as live_query_module
from collab.host.bounds import Bounds
from collab.limits import QUERIES_PER_SOCKET_MAX, QUERY_MISSED_REVISIONS_MAX, QUERY_TERMS_MAX
from tests.api.accounts import Accounts
from tests.api.server import wait_until
from tests.api.sharedb_client import ShareDbClient

Frame = dict[str, Any]


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with Accounts() as accounts:
        yield accounts


@pytest.fixture
def collection() -> str:
    return f"größen {uuid4()}"


def _open(accounts: Accounts, user: str = "anna", *roles: str, **where: str) -> ShareDbClient:
    return ShareDbClient(accounts, accounts.token(user, *(roles or ("editor",)), **where))


def _names(answer: Frame) -> list[str]:
    return [item["d"] for item in answer["data"]]


def _fill(client: ShareDbClient, collection: str, documents: dict[str, Any]) -> None:
    for seq, (name, data) in enumerate(documents.items(), 1):
        client.create(collection, name, data, seq)


def _follow(names: list[str], frames: list[Frame]) -> list[str]:
    """Return the list after what *frames* say, as a client keeps it."""
    names = list(names)
    for frame in frames:
        for step in frame.get("diff", ()) if frame["a"] == "q" else ():
            if step["type"] == "insert":
                names[step["index"] : step["index"]] = [item["d"] for item in step["values"]]
            elif step["type"] == "remove":
                del names[step["index"] : step["index"] + step["howMany"]]
            else:
                names.insert(step["to"], names.pop(step["from"]))
    return names


class _Live:
    """A live query and the list that its client holds."""

    def __init__(self, client: ShareDbClient, collection: str, query: Any, **more: Any) -> None:
        self.client = client
        answer = client.query(collection, query, **more)
        assert "error" not in answer, answer
        self.names = _names(answer) if "data" in answer else []
        client.frames.clear()

    def until(self, names: list[str]) -> list[Frame]:
        """Read until the list is *names*; return what was read."""
        heard: list[Frame] = []
        while self.names != names:
            frame = self.client.receive()
            heard.append(frame)
            self.names = _follow(self.names, [frame])
        return heard


def test_a_query_finds_documents(accounts: Accounts, collection: str) -> None:
    """[SQ1] [SQ4] by their fields, in the order asked for, with revision and content."""
    with _open(accounts) as anna:
        _fill(anna, collection, {"ä": {"n": 3}, "b": {"n": 1}, "c/d": {"n": 2}, "e": {}})
        query = {"n": {"$exists": True}, "$sort": {"n": -1}, "$limit": 2}
        answer = anna.ask({"a": "qf", "id": 7, "c": collection, "q": query})
        assert answer == {
            "a": "qf",
            "id": 7,
            "data": [{"v": 1, "data": {"n": 3}, "d": "ä"}, {"v": 1, "data": {"n": 2}, "d": "c/d"}],
        }
        assert _names(anna.query(collection, {})) == ["b", "c/d", "e", "ä"]


def test_a_query_that_is_not_understood(accounts: Accounts, collection: str) -> None:
    """[SQ3] [SQ14] is echoed with a code that names the reason."""
    with _open(accounts) as anna:
        frame = {"a": "qf", "id": 1, "c": collection, "q": {"a": {"$regex": "é"}}}
        assert anna.code(frame) == "query_unsupported"
        assert anna.code({**frame, "a": "qs", "q": []}) == "query_invalid"
        many = {f"f{index}": index for index in range(QUERY_TERMS_MAX + 1)}
        assert anna.code({**frame, "q": many}) == "limit_query"
        assert anna.code({**frame, "id": "1"}) == "ERR_MESSAGE_BADLY_FORMED"


def test_a_count_in_the_place_of_documents(accounts: Accounts, collection: str) -> None:
    """[SQ5] and again when it changes, but not when it does not."""
    with _open(accounts) as anna, _open(accounts, "max") as max_:
        _fill(anna, collection, {"a": {"n": 1}, "b": {"n": 2}})
        answer = max_.query(collection, {"n": {"$gt": 1}, "$count": True})
        assert (answer["data"], answer["extra"]) == ([], 1)
        max_.frames.clear()
        anna.edit(collection, "b", [{"p": ["é"], "oi": 1}], 3)
        anna.edit(collection, "a", [{"p": ["n"], "od": 1, "oi": 5}], 4)
        assert max_.wait(a="q") == {"a": "q", "id": 1, "extra": 2}
        assert [frame["a"] for frame in max_.frames] == ["q"]


def test_a_live_list_follows(accounts: Accounts, collection: str) -> None:
    """[SQ9] what comes, goes and moves, in a part of the collection, by indexes."""
    with _open(accounts) as anna, _open(accounts, "max") as max_:
        _fill(anna, collection, {name: {"n": n} for n, name in enumerate("abcdé")})
        live = _Live(max_, collection, {"$sort": {"n": 1}, "$limit": 3})
        assert live.names == ["a", "b", "c"]
        anna.edit(collection, "a", [{"p": ["n"], "od": 0, "oi": 1.5}], 10)
        (frame,) = [frame for frame in live.until(["b", "a", "c"]) if frame["a"] == "q"]
        assert [step["type"] for step in frame["diff"]] == ["move"]
        anna.edit(collection, "b", [{"p": ["n"], "od": 1, "oi": 99}], 11)
        heard = live.until(["a", "c", "d"])
        inserted = [frame["diff"][-1] for frame in heard if frame["a"] == "q"]
        assert inserted == [
            {"type": "insert", "index": 2, "values": [{"v": 1, "data": {"n": 3}, "d": "d"}]}
        ]
        anna.create(collection, "neü", {"n": -1}, 12)
        live.until(["neü", "a", "c"])
        anna.ask({"a": "op", "c": collection, "d": "a", "v": 2, "seq": 13, "del": True, "x": {}})
        live.until(["neü", "c", "d"])


def test_a_live_list_is_sent_the_ops_of_its_documents(accounts: Accounts, collection: str) -> None:
    """[SQ11] in order, of no other document, and not what its own client sent."""
    with _open(accounts) as anna, _open(accounts, "max") as max_:
        _fill(anna, collection, {"in": {"n": 1}, "out": {"n": 2}})
        live = _Live(max_, collection, {"n": 1})
        for version in range(1, 30):
            anna.edit(collection, "in", [{"p": [f"é{version}"], "oi": 1}], 100 + version, version)
            anna.edit(collection, "out", [{"p": ["x"], "oi": version}], 200 + version, version)
        wait = max_.wait(a="op", v=29)
        ops = [frame for frame in max_.frames if frame["a"] == "op"]
        assert [(frame["d"], frame["v"]) for frame in ops] == [("in", v) for v in range(1, 30)]
        assert wait["src"] == anna.source
        max_.frames.clear()
        max_.edit(collection, "in", [{"p": ["own"], "oi": "é"}], 1, 30)
        max_.edit(collection, "in", [{"p": ["n"], "od": 1, "oi": 2}], 2, 31)
        live.until([])
        own = [frame for frame in max_.frames if frame["a"] == "op"]
        assert all("op" not in frame for frame in own), "its own ops are acknowledged, not pushed"


def test_who_may_not_read_finds_nothing(accounts: Accounts, collection: str) -> None:
    """[SQ6] another tenant, and somebody without a role; a viewer finds what an editor does."""
    with _open(accounts) as anna:
        _fill(anna, collection, {"ä": {}, "b": {}})
        with (
            _open(accounts, "spion", "owner", tenant="bern") as spy,
            ShareDbClient(accounts, accounts.token("niemand")) as nobody,
            _open(accounts, "gast", "viewer") as viewer,
        ):
            lives = [_Live(client, collection, {}) for client in (spy, nobody)]
            assert [live.names for live in lives] == [[], []]
            assert _Live(viewer, collection, {}).names == ["b", "ä"]
            anna.create(collection, "neü", {}, 9)
            assert viewer.wait(a="q")["diff"][0]["values"][0]["d"] == "neü"
            for client in (spy, nobody):
                assert [frame for frame in client.heard() if frame["a"] in {"q", "op"}] == []


def test_a_guest_finds_their_room_alone(accounts: Accounts, collection: str) -> None:
    """[SQ6] [SQ7] in `rooms` the one that the link is for, elsewhere nothing."""
    owner = accounts.as_("chefin", "owner")
    for room in ("guest-1", "guest-2"):
        owner.create(room)
    body = {"role": "viewer", "expiresInSeconds": 600}
    link = owner("POST", "/api/rooms/guest-1/shares", json=body).json()["link"]
    token = parse_qs(urlsplit(link).query)["token"][0]
    with ShareDbClient(accounts, token) as guest, _open(accounts) as anna:
        _fill(anna, collection, {"ä": {}})
        assert _names(guest.query(collection, {})) == []
        assert _Live(guest, "rooms", {}, number=2).names == ["guest-1"]
        owner.create("guest-3")
        anna.create(collection, "b", {}, 5)
        assert [frame for frame in guest.heard() if frame["a"] == "q"] == []


def test_application_rooms_are_documents_of_rooms(accounts: Accounts) -> None:
    """[SQ7] [SQ13] they come and go with membership, with the trash and with their creation."""
    owner = accounts.as_("chefin", "owner")
    owner.create("apps-1")
    member = "/api/rooms/apps-1/members/mitglied"
    with ShareDbClient(accounts, accounts.token("mitglied")) as client:
        query = {"_id": {"$in": ["apps-1", "apps-2"]}}
        live = _Live(client, "rooms", query)
        assert live.names == []
        assert owner("PUT", member, json={"role": "viewer"}).status_code == 200
        heard = live.until(["apps-1"])
        assert set(heard[-1]["diff"][0]["values"][0]["data"]) == {"application", "nodes"}
        assert owner("DELETE", member).status_code == 204
        live.until([])
    with _open(accounts, "max", "viewer") as viewer:
        live = _Live(viewer, "rooms", query)
        assert live.names == ["apps-1"]
        owner.create("apps-2")
        live.until(["apps-1", "apps-2"])
        assert owner("DELETE", "/api/rooms/apps-1").status_code == 200
        live.until(["apps-2"])
        assert owner("POST", "/api/rooms/apps-1/restore").status_code == 200
        live.until(["apps-1", "apps-2"])


def test_rooms_that_are_not_open_stay_closed(collection: str) -> None:
    """[SQ8] they are read from the store; open ones from memory, both at their last revision."""
    with Accounts(bounds=Bounds(room_idle_ms=100)) as accounts, _open(accounts) as anna:
        _fill(anna, collection, {"ä": {"n": 1}, "b": {"n": 2}})
        anna.edit(collection, "ä", [{"p": ["n"], "od": 1, "oi": 7}], 3)
        anna.close()
        wait_until(lambda: accounts.call(lambda: not list(accounts.host)), "the rooms to close")
        with _open(accounts, "max") as max_:
            found = max_.query(collection, {"n": {"$gt": 1}})
            assert [(item["d"], item["v"]) for item in found["data"]] == [("b", 1), ("ä", 2)]
            assert accounts.call(lambda: list(accounts.host)) == []


def test_a_client_comes_back_with_its_list(accounts: Accounts, collection: str) -> None:
    """[SQ12] it is sent the ops that it missed, the difference, and the answer without a list."""
    with _open(accounts) as anna:
        _fill(anna, collection, {"a": {"n": 1}, "b": {"n": 1}, "c": {"n": 1}, "long": {"n": 1}})
        for version in (1, 2):
            anna.edit(collection, "a", [{"p": [f"é{version}"], "oi": 1}], 10 + version, version)
        for version in range(1, 110):
            anna.edit(collection, "long", [{"p": ["x"], "oi": version}], 100 + version, version)
        anna.edit(collection, "b", [{"p": ["n"], "od": 1, "oi": 2}], 300)
        known = [["a", 1], ["b", 1], ["gone", 4], ["long", 1]]
        for role in ("editor", "viewer"):
            with _open(accounts, "max", role) as max_:
                answer = max_.query(collection, {"n": 1}, r=known)
                assert answer == {"a": "qs", "id": 1}
                ops = [(f["d"], f["v"]) for f in max_.frames if f["a"] == "op"]
                missed = [("a", 1), ("a", 2)] if role == "editor" else [("a", 2)]
                assert ops == [*missed, ("long", 109)]
                names = [name for name, _ in known]
                assert _follow(names, max_.frames) == ["a", "c", "long"]
        with _open(accounts, "max") as max_:
            answer = max_.query(collection, {"n": 1}, r=[["a", None], ["c", 1], ["long", 110]])
            assert answer["data"] == {"a": {"v": 3, "data": _A, "d": "a"}}
            assert [frame["a"] for frame in max_.frames] == ["qs"]


_A = {"n": 1, "é1": 1, "é2": 1}


def test_queries_of_a_socket_are_bounded(accounts: Accounts, collection: str) -> None:
    """[SQ14] [SQ15] one more is refused until one ends; a number in use is taken over."""
    with _open(accounts) as anna:
        for number in range(QUERIES_PER_SOCKET_MAX):
            assert "error" not in anna.query(collection, {}, number)
        frame = {"a": "qs", "id": 99, "c": collection, "q": {}}
        assert anna.code(frame) == "limit_query"
        assert "error" not in anna.query(collection, {"n": 1}, 3)
        assert anna.ask({"a": "qu", "id": 5}) == {"a": "qu", "id": 5}
        anna.ask({"a": "qu", "id": 77})
        assert "error" not in anna.query(collection, {"n": 1}, 99)
        anna.frames.clear()
        anna.create(collection, "ä", {"n": 2}, 1)
        anna.wait(a="q", id=31)
        told = {f["id"] for f in anna.heard() if f["a"] == "q"}
        assert {3, 5, 99} & told == set()


def test_what_a_query_may_come_to(
    accounts: Accounts, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[SQ14] documents and bytes, at first and later: then a live query ends with an error."""
    with _open(accounts) as anna, _open(accounts, "max") as max_:
        _fill(anna, collection, {name: {"t": "é" * 100} for name in "abc"})
        live = _Live(max_, collection, {})
        fetch = {"a": "qf", "id": 9, "c": collection, "q": {}}
        for module, bound, value in (
            (collections_module, "QUERY_DOCUMENTS_MAX", 2),
            (collections_module, "QUERY_READ_BYTES_MAX", 500),
            (live_query_module, "QUERY_ANSWER_BYTES_MAX", 500),
        ):
            with monkeypatch.context() as patch:
                patch.setattr(module, bound, value)
                assert max_.code(fetch) == "limit_query"
                assert max_.code({**fetch, "a": "qs"}) == "limit_query"
        assert len(_names(max_.ask(fetch))) == 3
        monkeypatch.setattr(live_query_module, "QUERY_DOCUMENTS_MAX", 3)
        max_.frames.clear()
        anna.create(collection, "d", {}, 9)
        error = max_.wait(a="q")
        assert (error["id"], error["error"]["code"]) == (1, "limit_query")
        max_.frames.clear()
        anna.create(collection, "é", {}, 10)
        assert [frame for frame in max_.heard() if frame["a"] == "q"] == []
        assert live.names == ["a", "b", "c"]


def test_a_slow_reader_is_told_the_difference_later(
    accounts: Accounts, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[SQ16] what happens meanwhile is noted; of many ops the last show the client the gap."""
    is_stuck = True

    async def drained(*_: object) -> bool:
        while is_stuck:
            await asyncio.sleep(0.01)
        return True

    with _open(accounts) as anna, _open(accounts, "max") as max_:
        _fill(anna, collection, {"a": {"n": 0}, "b": {"n": 1}})
        monkeypatch.setattr(live_query_module, "has_drained", drained)
        live = _Live(max_, collection, {"$sort": {"n": 1}})
        for n in range(1, 150):
            anna.edit(collection, "a", [{"p": ["n"], "od": n - 1, "oi": n}], 100 + n, n)
        anna.create(collection, "ç", {"n": 5}, 999)
        assert [frame["a"] for frame in max_.heard()] == []
        is_stuck = False
        ops = [frame["v"] for frame in live.until(["b", "ç", "a"]) if frame["a"] == "op"]
        assert ops == list(range(ops[0], 150))
        assert len(ops) <= QUERY_MISSED_REVISIONS_MAX


def test_a_reader_that_does_not_drain_is_closed(
    accounts: Accounts, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[SQ16] with 1013: it asks again on its next connection."""

    async def drained(*_: object) -> bool:
        return False

    with _open(accounts) as anna, _open(accounts, "max") as max_:
        _Live(max_, collection, {})
        monkeypatch.setattr(live_query_module, "has_drained", drained)
        anna.create(collection, "ä", {}, 1)
        assert max_.end() == 1013
