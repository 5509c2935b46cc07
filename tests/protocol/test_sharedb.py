"""The ShareDB adapter before real rooms. SPEC: section SD."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from collab.errors import LimitExceeded, NotAllowed, NotAuthenticated, StoreUnavailable
from collab.ids import Epoch, RevisionNo
from collab.messages import Dialect, Role, SnapshotSent
from collab.protocol.adapter import CloseRoom
from collab.values import SharedMap, SharedText
from tests.protocol.sharedb_world import Link, World
from tests.protocol.wire import revision

JSON0 = "http://sharejs.org/types/JSONv0"
NOTE = {"c": "notizen", "d": "größe/1 😀"}
ROOM = "notizen/gr%C3%B6%C3%9Fe%2F1%20%F0%9F%98%80"


def created(link: Link, data: Any) -> list[Any]:
    """Create the note and return what comes back."""
    return link.say(a="op", **NOTE, v=None, seq=1, create={"type": JSON0, "data": data})


def errors(frames: list[Any]) -> list[str]:
    return [frame["error"]["code"] for frame in frames if "error" in frame]


def test_a_handshake_is_answered_as_often_as_it_is_said() -> None:
    """[SD1] [SD3] `init` comes first; an id of the user's own is kept, a stranger's is not."""
    link = World().connect("s1", "früher")
    hello = {"protocol": 1, "protocolMinor": 2, "type": JSON0}
    assert link.take() == [{"a": "init", "id": "s1", **hello}]
    for former, kept in ((None, "s1"), (None, "s1"), ("fremd", "s1"), ("früher", "früher")):
        assert link.say(a="hs", id=former, protocol=1, protocolMinor=2) == [
            {"a": "hs", "id": kept, **hello}
        ]


def test_an_op_under_somebody_elses_source_is_refused() -> None:
    """[SD3] a source is public, so it has to be one's own: otherwise it would swallow an op."""
    world = World()
    link = world.connect("s1", "früher")
    created(link, {})
    op = {"a": "op", **NOTE, "v": 1, "op": [{"p": ["é"], "oi": 1}]}
    assert errors(link.say(**op, src="fremd", seq=2)) == ["op_source_foreign"]
    assert world.room(ROOM).room.head == 1
    assert link.say(**op, src="früher", seq=2)[-1]["src"] == "früher"
    assert world.room(ROOM).document == {"é": 1}


def test_documents_and_revisions_are_told() -> None:
    """[SD4] null asks for the document, a version for what came after it."""
    world = World()
    link = world.connect()
    link.take()
    for action in ("f", "s"):
        assert link.say(a=action, **NOTE, v=None) == [
            {"a": action, **NOTE, "data": {"v": 0, "type": None}}
        ]
    world.edit(NOTE["c"], NOTE["d"], {"create": {"data": {"é": "né 😀"}}})
    assert [frame["a"] for frame in link.take()] == ["op"]
    assert link.say(a="f", **NOTE) == [{"a": "f", **NOTE, "data": {"v": 1, "data": {"é": "né 😀"}}}]
    pushed, bare = link.say(a="f", **NOTE, v=0)
    assert pushed == {
        **NOTE,
        "a": "op",
        "v": 0,
        "src": "other",
        "seq": 1,
        "create": {"type": JSON0, "data": {"é": "né 😀"}},
    }
    assert bare == {"a": "f", **NOTE}
    assert errors(link.say(a="f", **NOTE, v=7)) == ["ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT"]


def test_the_application_rooms_are_a_collection() -> None:
    """[SD4] [SD9] the document of an application room is always there, and cannot be created."""
    world = World()
    link = world.connect()
    link.take()
    plan = {"c": "rooms", "d": "plan"}
    (answer,) = link.say(a="s", **plan, v=None)
    assert set(answer["data"]["data"]) == {"application", "nodes"}
    assert list(world.rooms) == ["plan"]
    create = {"create": {"type": JSON0, "data": {}}}
    assert errors(link.say(a="op", **plan, v=0, seq=1, **create)) == ["ERR_DOC_ALREADY_CREATED"]
    (refused,) = link.say(a="op", **plan, v=0, seq=2, op=[{"p": ["nodes"], "od": {}}])
    assert refused["error"]["code"] == "op_root"
    assert errors(link.say(a="op", **plan, v=0, seq=3, **{"del": True})) == ["op_root"]


def test_a_bulk_is_answered_once() -> None:
    """[SD5] when the last of its documents has answered; one that fails fails alone."""
    world = World()
    world.edit("n", "ä", {"create": {"data": {"a": 1}}})
    link = world.connect()
    link.take()
    link.denials["n/%C3%B6"] = NotAllowed("du nicht")
    link.is_slow = True
    assert link.say(a="bs", c="n", b=["ä", "ö", "ü"]) == []
    link.open_all()
    (answer,) = link.take()
    assert {key: answer[key] for key in ("a", "c")} == {"a": "bs", "c": "n"}
    assert "b" not in answer
    assert answer["data"]["ä"] == {"v": 1, "data": {"a": 1}}
    assert answer["data"]["ö"] == {"error": {"code": "auth_denied", "message": "du nicht"}}
    assert answer["data"]["ü"] == {"v": 0, "type": None}

    data, bare = link.say(a="bf", c="n", b={"ä": 1, "ö": 4, "ü": 0})
    assert data == {"a": "bf", "c": "n", "data": {"ö": answer["data"]["ö"]}}
    assert bare == {"a": "bf", "c": "n", "b": {"ä": 1, "ü": 0}}
    assert link.say(a="bu", c="n", b=["ä", "ü", "nie"]) == [
        {"a": "bu", "c": "n", "b": ["ä", "ü", "nie"]}
    ]
    assert link.say(a="bf", c="n", b=[]) == [{"a": "bf", "c": "n", "b": []}]
    (refused,) = link.say(a="bf", c="n", b={"ä": -1})
    assert refused["error"]["code"] == "ERR_MESSAGE_BADLY_FORMED"
    assert refused["b"] == {"ä": -1}


def test_ops_are_ordered_and_acknowledged() -> None:
    """[SD6] [SD7] [SD18] whether their author is subscribed, or lacks what came before them."""
    world = World()
    link = world.connect()
    link.take()
    link.say(a="s", **NOTE, v=None)
    created(link, {"l": []})
    (own,) = link.say(a="op", **NOTE, v=1, seq=2, op=[{"p": ["l", 0], "li": "é"}])
    assert (own["src"], own["seq"], own["v"]) == ("client", 2, 1)
    assert link.say(a="u", **NOTE) == [{"a": "u", **NOTE}]
    world.edit(NOTE["c"], NOTE["d"], {"op": [{"p": ["l", 0], "li": "vorher 😀"}]})
    assert link.take() == []
    lacking, ack = link.say(a="op", **NOTE, v=2, seq=3, op=[{"p": ["l", 1], "li": "ich"}])
    assert (lacking["v"], lacking["op"]) == (2, [{"p": ["l", 0], "li": "vorher 😀"}])
    assert ack == {"a": "op", **NOTE, "src": "client", "seq": 3, "v": 3}
    assert world.room(ROOM).document == {"l": ["vorher 😀", "é", "ich"]}
    (ack,) = link.say(a="op", **NOTE, v=None, seq=4, op=[{"p": ["l", 0], "ld": "vorher 😀"}])
    assert ack["v"] == 4
    (ack,) = link.say(a="op", **NOTE, v=5, seq=5, **{"del": True})
    assert ack["v"] == 5
    assert errors(link.say(a="op", **NOTE, v=6, seq=6, op=[])) == ["ERR_DOC_DOES_NOT_EXIST"]


def test_what_is_sent_again_is_acknowledged_again() -> None:
    """[SD8] with what lies between its base and its own revision, and it is applied once."""
    world = World()
    link = world.connect()
    created(link, {"n": 0})
    add = {"a": "op", **NOTE, "v": 1, "seq": 2, "op": [{"p": ["n"], "na": 1}]}
    world.edit(NOTE["c"], NOTE["d"], {"op": [{"p": ["é"], "oi": 1}]})
    link.take()
    first = link.say(**add)
    assert [frame["v"] for frame in first] == [1, 2]
    link.drop()
    again = world.connect("neu", "client")
    again.take()
    assert again.say(**add, src="client") == first
    assert world.room(ROOM).document == {"n": 1, "é": 1}
    assert errors(again.say(**{**add, "seq": 1}, src="client")) == ["op_seq_stale"]


def test_an_error_echoes_the_request() -> None:
    """[SD9] all of it, its number and its unknown fields too; the path is told."""
    link = World().connect()
    created(link, {"t": "é"})
    link.take()
    text = json.dumps(
        {
            **NOTE,
            "x": {"source": "ich"},
            "a": "op",
            "v": 1,
            "seq": 2,
            "op": [{"p": ["t", 5], "si": "😀"}],
            "own": 1.5,
        }
    )
    (refused,) = link.say_text(text)
    error = refused.pop("error")
    assert refused == json.loads(text)
    assert error["code"] == "ERR_OT_OP_NOT_APPLIED"
    assert error["path"] == ["t", 5]
    op = {**NOTE, "a": "op", "v": 1, "seq": 2}
    codes = {
        "ERR_MESSAGE_BADLY_FORMED": {"a": "wat"},
        "ERR_OT_OP_BADLY_FORMED": {**op, "op": 5},
        "ERR_DOC_TYPE_NOT_RECOGNIZED": {**op, "create": {"type": "nie", "data": {}}},
        "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT": {**op, "v": 9, "op": []},
    }
    for code, fields in codes.items():
        (refused,) = link.say(**fields)
        assert refused["error"].pop("code") == code
        assert {**fields, "error": refused["error"]} == refused
    assert link.say_text("{}") == [
        {
            "error": {
                "code": "ERR_MESSAGE_BADLY_FORMED",
                "message": "Invalid or unknown message",
            }
        }
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"create": True},
        {"create": {"data": {}}},
        {"del": "ja"},
        {},
        {"op": [{"p": ["constructor"], "oi": 1}]},
        {"op": [{"p": ["a"], "oi": {"__proto__": 1}}]},
        {"op": [{"p": ["a"], "oi": 2**60}]},
        {"src": 5, "op": []},
    ],
)
def test_a_badly_formed_op_is_refused(fields: dict[str, Any]) -> None:
    """[SD9] [SD14] its author rolls back, and everybody else is told nothing."""
    world = World()
    link, reader = world.connect("client"), world.connect("leser", user="mia")
    created(link, {})
    reader.say(a="s", **NOTE, v=None)
    link.take()
    assert errors(link.say(a="op", **NOTE, v=1, seq=2, **fields)) == ["ERR_OT_OP_BADLY_FORMED"]
    assert reader.take() == []
    assert link.closed is None


def test_a_viewer_reads_and_does_not_write() -> None:
    """[SD9] with our own code, where ShareDB has none."""
    world = World()
    created(world.connect(), {"é": 1})
    viewer = world.connect("s2", user="mia", role=Role.VIEWER)
    viewer.take()
    assert viewer.say(a="s", **NOTE, v=None)[0]["data"]["data"] == {"é": 1}
    assert errors(viewer.say(a="op", **NOTE, v=1, seq=1, op=[])) == ["auth_role"]


def test_a_revision_is_one_message_for_everybody() -> None:
    """[SD10] it depends on its document alone, marks left out; what changed nothing counts too."""
    world = World()
    one, two = world.connect("a"), world.connect("b")
    change = [{"p": ["é"], "oi": SharedMap(t=SharedText("né 😀"))}]
    made = replace(revision(7), change=change)
    frame = one.adapter.encode_revision(ROOM, made)
    assert frame is not None
    assert frame == two.adapter.encode_revision(ROOM, made)
    assert one.adapter.revision_key(ROOM) == (Dialect.SHAREDB, ROOM)
    assert json.loads(frame) == {
        **NOTE,
        "a": "op",
        "v": 6,
        "src": "yjs",
        "seq": 7,
        "op": [{"p": ["é"], "oi": {"t": "né 😀"}}],
    }
    created(one, {"t": "é"})
    two.say(a="s", **NOTE, v=None)
    two.take()
    one.say(a="op", **NOTE, v=1, seq=2, op=[])
    (nothing,) = two.take()
    assert nothing == {"a": "op", **NOTE, "v": 1, "src": "a", "seq": 2}


def test_a_client_of_a_lost_history_begins_anew() -> None:
    """[SD11] it takes no other document until the one that it has is gone."""
    link = World().connect()
    link.say(a="s", **NOTE, v=None)
    link.is_slow = True
    link.take()
    link.leave(ROOM)
    adapter = link.adapter
    # The room that the request was handed to is gone, so it is answered by hand.
    adapter.receive(json.dumps({"a": "s", **NOTE, "v": 3}).encode())
    document = b'{"t":"n\xc3\xa9"}'
    link.perform(
        adapter.event(
            ROOM,
            SnapshotSent(2, Epoch(2), RevisionNo(40), True, document, is_reset=True),
        )
    )
    gone, answer = link.take()
    assert gone == {"a": "op", **NOTE, "v": 3, "src": "yjs", "seq": 4, "del": True}
    assert answer == {"a": "s", **NOTE, "data": {"v": 40, "data": {"t": "né"}}}


def test_a_denied_document_costs_that_document_alone() -> None:
    """[SD12] everything about it is answered, the other documents go on."""
    link = World().connect()
    link.take()
    link.is_slow = True
    link.denials[ROOM] = NotAllowed("du nicht", code="auth_room")
    link.say(a="s", **NOTE, v=None)
    link.say(a="op", **NOTE, v=None, seq=1, op=[])
    link.say(a="u", **NOTE)
    link.open_all()
    frames = link.take()
    assert errors(frames) == ["auth_room"] * 3
    assert {frame["a"] for frame in frames} == {"s", "op", "u"}
    assert link.closed is None
    assert link.say(a="f", c="notizen", d="ö")[0]["data"]["v"] == 0
    # It is asked for anew the next time, when it may be allowed.
    del link.denials[ROOM]
    assert link.say(a="f", **NOTE)[0]["data"]["v"] == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreUnavailable("weg"), 1012),
        (NotAuthenticated("abgelaufen", code="auth_expired"), 4401),
        (LimitExceeded("voll", code="limit_rooms"), None),
    ],
)
def test_a_failure_closes_so_that_ops_are_sent_again(error: Any, code: int | None) -> None:
    """[SD12] an op that is answered with an error is rolled back by its client."""
    link = World().connect()
    link.denials[ROOM] = error
    assert errors(created(link, {})) == ([] if code else ["limit_rooms"])
    assert (link.closed.code if link.closed else None) == code


def test_a_room_that_closes_closes_the_socket() -> None:
    """[SD13] [SD23] clients send again on a new connection only, so nothing more is heard."""
    link = World().connect()
    created(link, {})
    link.take()
    link.perform(link.adapter.closed_by_room("nie/gesehen", 1012, "zu"))
    assert link.closed is None
    link.perform(link.adapter.closed_by_room(ROOM, 1012, "der Raum öffnet neu"))
    assert link.closed is not None
    assert (link.closed.code, link.closed.reason) == (1012, "der Raum öffnet neu")
    assert link.say(a="pp") == []
    assert link.adapter.event(ROOM, revision_snapshot()).frames == []


def revision_snapshot() -> SnapshotSent:
    return SnapshotSent(1, Epoch(1), revision().number, True, b"{}")


def test_a_document_at_rest_is_left_for_others() -> None:
    """[SD16] the one used longest ago first, and never one that is owed something."""
    world = World()
    link = world.connect()
    for number in range(16):
        link.say(a="f", c="n", d=f"ä{number}")
    link.say(a="s", c="n", d="abonniert", v=None)
    assert not [item for item in link.requests if isinstance(item, CloseRoom)]
    link.say(a="f", c="n", d="ä0")
    link.say(a="f", c="n", d="neu")
    assert [item for item in link.requests if isinstance(item, CloseRoom)] == [
        CloseRoom("n/%C3%A41")
    ]
    assert "n/abonniert" in link.outlets
    link.say(a="op", c="n", d="ä0", v=None, seq=1, create={"type": JSON0, "data": {}})
    assert world.room("n/%C3%A40").document == {}
    assert len(link.outlets) == 17
