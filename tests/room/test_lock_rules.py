"""What a lock keeps others from, and what it leaves them."""

from __future__ import annotations

from typing import Any

import pytest

from collab.ids import SessionId, SourceId
from collab.limits import LOCK_TTL_MS
from collab.lock_records import LockDeed
from collab.messages import Ack, Dialect, LockAction, Refusal, Revert
from tests.room.lock_room import LockRoom


@pytest.fixture
def room() -> LockRoom:
    """The form is änne's."""
    room = LockRoom()
    room.enter("änne", "ben")
    room.lock("änne", "form")
    return room


def _label(room: LockRoom, name: str, text: str = "neu") -> Refusal | None:
    old = room.document["nodes"]["field"]["props"]["label"]
    return room.edit(name, ["nodes", "field", "props", "label"], text, old)


def _new(parent: str) -> dict[str, Any]:
    return {"type": "Button@1", "place": [parent, "children", "a4"], "props": {"label": "ö"}}


def test_edits_inside(room: LockRoom) -> None:
    """[LK9] another's edit of the part or of anything in it is refused with who holds it."""
    refusal = _label(room, "ben")
    assert refusal is not None and refusal.code == "lock_held"
    assert "änne" in refusal.reason and refusal.nodes == ("field",)
    assert room.document["nodes"]["field"]["props"]["label"] == "Größe"
    assert room.edit("ben", ["nodes", "form", "props", "name"], "x") is not None
    assert _label(room, "änne") is None
    assert room.edit("ben", ["nodes", "model", "props", "name"], "N", "M") is None
    assert room.edit("ben", ["nodes", "page", "props", "name"], "N", "Bestellung") is None


def test_moves(room: LockRoom) -> None:
    """[LK9] nothing goes into it, out of it, or with it; what it stands in may move, not go."""
    for node, place in (
        ("list", ["form", "children", "a4"]),
        ("field", ["page", "children", "a4"]),
        ("field", None),
        ("form", ["page", "children", "a4"]),
        ("form", None),
        ("page", None),
    ):
        refusal = room.move("ben", node, place)
        assert refusal is not None and refusal.code == "lock_held", (node, place)
    refusal = room.edit("ben", ["nodes", "new"], _new("form"))
    assert refusal is not None and refusal.nodes == ("new",)
    assert room.edit("ben", ["nodes", "new"], _new("page")) is None
    assert room.move("ben", "page", ["application", "pages", "a5"]) is None
    assert room.move("änne", "field", ["page", "children", "a6"]) is None
    assert room.move("ben", "field", None) is None


def test_head(room: LockRoom) -> None:
    """[LK9] the application's head is kept like a node, and its pages are not in it."""
    room.lock("änne", "application")
    refusal = room.edit("ben", ["application", "name"], "x")
    assert refusal is not None and refusal.nodes == ("application",)
    assert room.edit("änne", ["application", "name"], "x") is None
    assert room.edit("ben", ["nodes", "new"], _new("page")) is None


def test_two_holders_meet(room: LockRoom) -> None:
    """[LK15] nobody brings what one holds into what the other holds, not even the other."""
    room.lock("ben", "list")
    refusal = room.move("ben", "list", ["form", "children", "a4"])
    assert refusal is not None and refusal.code == "lock_held"
    # In a box that is nobody's, änne would take ben's part into hers.
    box = {"type": "Card@1", "place": ["page", "children", "a7"], "props": {}}
    assert room.edit("ben", ["nodes", "box"], box) is None
    assert room.move("ben", "list", ["box", "children", "a0"]) is None
    refusal = room.move("änne", "box", ["form", "children", "a7"])
    assert refusal is not None and refusal.code == "lock_held" and "ben" in refusal.reason
    room.lock("ben", "list", LockAction.RELEASE)
    assert room.move("änne", "box", ["form", "children", "a7"]) is None


def test_reverts(room: LockRoom) -> None:
    """[LK9] taking back what was done in it is an edit of it."""
    assert _label(room, "änne") is None
    done = room.room.head
    room.feed(Revert(SessionId("ben"), SourceId("ben's"), 1, done))
    (refusal,) = room.told(Refusal, "ben")
    assert refusal.code == "lock_held"
    room.feed(Revert(SessionId("änne"), SourceId("änne's"), 1, done))
    room.store()
    assert room.told(Ack, "änne")


def test_live_update(room: LockRoom) -> None:
    """[LK9] a live update is undone whole, and its author told who holds what."""
    room.join("yjs-ben", Dialect.YJS)
    nodes = room.nodes("yjs-ben")
    with room.doc("yjs-ben").transaction():
        nodes["field"]["props"]["label"] = "geheim"
        nodes["list"]["props"]["emptyText"] = "nichts"
    refusal = room.push("yjs-ben", "yjs-ben")
    assert refusal is not None and refusal.code == "lock_held" and refusal.is_undone
    assert refusal.nodes == ("field", "list") and "änne" in refusal.reason
    assert room.document["nodes"]["field"]["props"]["label"] == "Größe"
    assert "emptyText" not in room.document["nodes"]["list"]["props"]


def test_texts(room: LockRoom) -> None:
    """[LK9] typing in a text of what is held is an edit of it."""
    room.lock("änne", "model")
    room.join("yjs-ben", Dialect.YJS)
    text = room.nodes("yjs-ben")["model"]["props"]["description"]
    text += " 😀"
    refusal = room.push("yjs-ben", "yjs-ben")
    assert refusal is not None and refusal.nodes == ("model",) and refusal.code == "lock_held"
    assert room.document["nodes"]["model"]["props"]["description"] == "ß"


def test_work_offline(room: LockRoom) -> None:
    """[LK9] of a step 2 what touches it is put back node by node, with what stands on that."""
    nodes = room.nodes("ben")
    nodes["page"]["props"]["name"] = "Auftrag"
    nodes["field"]["props"]["label"] = "geheim"
    # The field is taken out of the form, and the list put into it: back in the form, the field
    # would bring the list in.
    nodes["field"]["place"] = ["page", "children", "a4"]
    nodes["list"]["place"] = ["field", "children", "a0"]
    room.join("yjs-ben", Dialect.YJS)
    refusal = room.push("ben", "yjs-ben", step2=True)
    assert refusal is not None and set(refusal.nodes) == {"field", "list"}
    document = room.document["nodes"]
    assert document["page"]["props"]["name"] == "Auftrag"
    assert document["field"]["props"]["label"] == "Größe"
    assert document["field"]["place"][0] == "form" and document["list"]["place"][0] == "page"


def test_activity(room: LockRoom) -> None:
    """[LK7] an edit in it renews it in its own revision, once a third of its time is over."""
    token = room.room.head
    assert _label(room, "änne", "a") is None
    assert room.log[-1].locks == ()
    room.now_ms += LOCK_TTL_MS // 3
    assert room.edit("änne", ["nodes", "page", "props", "name"], "N", "Bestellung") is None
    assert room.log[-1].locks == ()
    assert _label(room, "änne", "b") is None
    record = room.log[-1].locks[0]
    assert (record.deed, record.until_ms) == (LockDeed.RENEW, room.now_ms + LOCK_TTL_MS)
    assert _label(room, "änne", "c") is None
    assert room.log[-1].locks == ()
    (lock,) = room.room.committer.locks.state.held
    assert lock.token == token and lock.until_ms == record.until_ms


def test_activity_of_a_yjs_client(room: LockRoom) -> None:
    """[LK7] [LK10] the same user's edit through the other door renews it too."""
    room.now_ms += LOCK_TTL_MS // 2
    room.feed_as("änne", "tab")
    room.nodes("tab")["field"]["props"]["label"] = "von hier"
    assert room.push("tab", "tab") is None
    assert [record.deed for record in room.log[-1].locks] == [LockDeed.RENEW]


def test_after_its_time(room: LockRoom) -> None:
    """[LK6] an edit that comes when the time is over finds the end recorded before it."""
    room.now_ms += LOCK_TTL_MS
    head = room.room.head
    assert _label(room, "ben") is None
    assert [revision.author for revision in room.log[head:]] == ["änne", "ben"]
    assert room.deeds(head) == [(LockDeed.EXPIRE, "form", "änne")]


def test_deleting(room: LockRoom) -> None:
    """[LK11] what its holder deletes, or what it stood in, is given back in the same revision."""
    room.lock("ben", "field", LockAction.WAIT)
    room.lock("ben", "page", LockAction.WAIT)
    assert room.move("änne", "form", None) is None
    assert [(item.deed, item.component) for item in room.log[-1].locks] == [
        (LockDeed.RELEASE, "form"),
        (LockDeed.LEAVE, "field"),
        (LockDeed.GRANT, "page"),
    ]
    assert room.holders == {"page": "ben"} and not room.queue
    room.lock("ben", "list")
    assert room.move("ben", "page", None) is None
    assert not room.holders
