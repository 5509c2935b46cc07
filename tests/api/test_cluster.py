"""Three nodes with real sockets, over one PostgreSQL and one Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed

from collab.bus.redis import RedisBus, RedisLeases
from collab.host.cluster import Cluster
from collab.ids import RoomId, TenantId
from collab.stores.postgres import PostgresStore
from collab.system import SystemClock, new_node_id
from tests.api.inside import InsideServer
from tests.api.native import Message, Native, closing, refused
from tests.redis_server import RedisServer

_ROOM = "größe/x"
_LEASE_MS = 1_500


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.remove()


@pytest.fixture
def nodes(redis: RedisServer, database_url: str) -> Iterator[list[InsideServer]]:
    """Three servers of one cluster."""
    with ExitStack() as stack:
        yield [stack.enter_context(_node(redis, database_url)) for _ in range(3)]


def _node(redis: RedisServer, database_url: str) -> InsideServer:
    bus, leases = RedisBus(redis.url, b"k" * 32), RedisLeases(redis.url)
    clock = SystemClock()
    cluster = Cluster(new_node_id(), bus, leases, clock, lease_ttl_ms=_LEASE_MS)
    return InsideServer(PostgresStore(database_url), cluster=cluster)


def _numbers(client: Native) -> list[int]:
    return [item["revision"] for item in client.seen if item["type"] == "revision"]


def _see(client: Native, revision: int) -> Message:
    """Wait until *client* was told *revision*."""
    if revision in _numbers(client):
        return next(item for item in client.seen if item.get("revision") == revision)
    return client.wait_for(
        lambda item: item["type"] == "revision" and item["revision"] == revision,
        f"revision {revision}",
    )


def _await_edit(server: InsideServer, room: str, key: str) -> int:
    """Edit as soon as a node lets one: it may have to notice first that the owner is gone."""
    deadline = time.monotonic() + 10
    while True:
        try:
            with Native(server, room) as client:
                return int(client.edit(key, 3)["revision"])
        except (ConnectionClosed, OSError):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_one_room_at_every_node(nodes: list[InsideServer]) -> None:
    """[ND3] whoever edits at whichever node is answered, and everybody sees every revision once."""
    with ExitStack() as stack:
        clients = [stack.enter_context(Native(node, _ROOM)) for node in nodes]
        assert clients[0].answer(clients[0].submit({"é": 0}, 0, kind="create"))["type"] == "ack"
        revision = 1
        for round_ in range(3):
            for client in clients:
                _see(client, revision)
                op = [{"p": ["é"], "od": 0, "oi": round_}]
                answer = client.answer(client.submit(op, revision))
                assert answer["type"] == "ack"
                revision += 1
                assert answer["revision"] == revision
        for client in clients:
            _see(client, revision)
            assert _numbers(client) == list(range(2 if client is not clients[0] else 1, 11)) or (
                _numbers(client) == list(range(1, 11))
            )
            assert client.fetch() == (revision, {"é": 2})


def test_an_answer_comes_behind_the_revisions_before_it(nodes: list[InsideServer]) -> None:
    """[RP2] a session of a replica is told the revision of its own change, and then its ack."""
    with Native(nodes[0], _ROOM) as owner, Native(nodes[1], _ROOM) as guest:
        owner.answer(owner.submit({}, 0, kind="create"))
        _see(guest, 1)
        seqs = [guest.submit([{"p": [f"k{index}"], "oi": index}], 1) for index in range(50)]
        guest.answer(seqs[-1])
        told = [(item["type"], item["revision"]) for item in guest.seen if "revision" in item]
        for revision in range(2, 52):
            assert told.index(("revision", revision)) < told.index(("ack", revision))


def test_presence_crosses_nodes(nodes: list[InsideServer]) -> None:
    """[RP3] what somebody shows is seen at every node, by latecomers too, and ends with them."""
    state = {"user": {"name": "Zoë 😀"}}
    with Native(nodes[0], _ROOM) as owner, Native(nodes[1], _ROOM) as other:
        with Native(nodes[2], _ROOM) as shown:
            client_id = shown.welcome["client"]
            shown.send(type="presence", state=state)
            for client in (owner, other):
                assert client.wait("presence")["clients"] == [{"client": client_id, "state": state}]
            with Native(nodes[1], _ROOM) as late:
                assert late.wait("presence")["clients"] == [{"client": client_id, "state": state}]
        for client in (owner, other):
            assert client.wait("presence")["clients"] == [{"client": client_id, "state": None}]


def test_a_room_that_is_deleted_elsewhere(nodes: list[InsideServer]) -> None:
    """[ND4] deleting a room at one node closes its sockets at every node, for good."""
    nodes[0].import_sample("order-management.json", "orders")
    with Native(nodes[0], "orders") as owner, Native(nodes[1], "orders") as guest:
        assert nodes[2].request("DELETE", "/api/rooms/orders").status_code == 200
        assert closing(owner.socket)[0] == 4404
        assert closing(guest.socket)[0] == 4404


def test_a_node_that_is_drained(redis: RedisServer, database_url: str) -> None:
    """[ND5] the room of a node that stops is opened by another at once, with all that was acked."""
    with _node(redis, database_url) as staying:
        with _node(redis, database_url) as leaving, Native(leaving, _ROOM) as author:
            author.answer(author.submit({"é": 1}, 0, kind="create"))
            with Native(staying, _ROOM) as guest:
                assert guest.answer(guest.submit([{"p": ["b"], "oi": 2}], 1))["revision"] == 2
        assert _await_edit(staying, _ROOM, "c") == 3
        with Native(staying, _ROOM) as client:
            assert client.fetch() == (3, {"b": 2, "c": 3, "é": 1})


def test_redis_is_away(redis: RedisServer, nodes: list[InsideServer]) -> None:
    """[ND6] while Redis is away owned rooms go on; another waits with a code until it is back."""
    with Native(nodes[0], _ROOM) as owner:
        owner.answer(owner.submit({}, 0, kind="create"))
        redis.stop()
        try:
            assert owner.edit("é", 1)["type"] == "ack"
            code, close = refused(nodes[1], "another/room")
            assert (code, close) == ("cluster_unavailable", 1013)
        finally:
            redis.start()
        time.sleep(1.5 * _LEASE_MS / 1000)
        assert owner.edit("é", 2)["type"] == "ack"
        assert _await_edit(nodes[1], _ROOM, "é") == 4


def test_a_replica_takes_no_part_in_numbering(nodes: list[InsideServer]) -> None:
    """[ND7] of all nodes one has the room as its owner, which alone holds a fencing token."""
    with ExitStack() as stack:
        for node in nodes:
            stack.enter_context(Native(node, _ROOM))
        room_id = RoomId.parse(TenantId("local"), "gr%C3%B6%C3%9Fe/x")
        kinds = [
            type(found.room).__name__ for node in nodes if (found := node.host.open_room(room_id))
        ]
        assert sorted(kinds) == ["Replica", "Replica", "Room"]
