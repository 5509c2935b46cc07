"""Component locks in a room: asking, waiting, ending, and who is told."""

from __future__ import annotations

import pytest

from collab.ids import RevisionNo, SessionId
from collab.limits import (
    LOCK_TTL_MS,
    LOCK_WAIT_MS,
)
from collab.lock_records import NO_LOCKS, HeldLock, LockDeed
from collab.locks import components
from collab.locks.components import fold_locks
from collab.messages import (
    Append,
    Broadcast,
    Dialect,
    Joined,
    Leave,
    Lock,
    LockAction,
    LockAnswer,
    LocksChanged,
    LocksSpread,
    LockStanding,
    ReadOnly,
    Role,
    Send,
    Wake,
)
from collab.revision import ChangeKind
from tests.room.driver import Driver
from tests.room.lock_room import LockRoom

_THIRD = LOCK_TTL_MS // 3


@pytest.fixture
def room() -> LockRoom:
    room = LockRoom()
    room.enter("änne", "ben", "cy")
    return room


# --- asking -------------------------------------------------------------------------------------


def test_taking(room: LockRoom) -> None:
    """[LK1] what is taken is held, with the revision as its token, until its time is over."""
    answer = room.lock("änne", "form")
    assert answer.standing is LockStanding.HELD and answer.token == room.room.head
    assert answer.until_ms == room.now_ms + LOCK_TTL_MS
    assert room.holders == {"form": "änne"}


@pytest.mark.parametrize("component", ["form", "field", "page"])
def test_overlapping_parts(room: LockRoom, component: str) -> None:
    """[LK1] [LK2] the part itself, one inside it and one around it are refused with the name."""
    room.lock("änne", "form")
    answer = room.lock("ben", component)
    assert answer.standing is LockStanding.REFUSED and answer.code == "lock_held"
    assert "änne" in answer.reason and answer.nodes == ("form",)
    assert room.lock("ben", "list").standing is LockStanding.HELD
    assert room.lock("änne", component).standing is LockStanding.HELD or component == "page"


def test_application_is_its_head_alone(room: LockRoom) -> None:
    """[LK1] ``application`` is the head: a page that stands in it is another part."""
    assert room.lock("änne", "application").standing is LockStanding.HELD
    assert room.lock("ben", "page").standing is LockStanding.HELD
    assert room.lock("ben", "application").code == "lock_held"


def test_what_is_not_there(room: LockRoom) -> None:
    """[LK2] an unknown id and what lies in the Trash, alone or with more, are no parts."""
    room.move("cy", "form", None)
    for component in ("nobody", "form", "field"):
        assert room.lock("änne", component).code == "lock_component"
    orphan = {"type": "Card@1", "place": ["unborn", "children", "a0"], "props": {}}
    assert room.edit("cy", ["nodes", "orphan"], orphan) is None
    assert room.lock("änne", "orphan").code == "lock_component"
    free = Driver()
    free.join("ot", Dialect.NATIVE)
    free.feed(Lock(SessionId("ot"), 1, "x", LockAction.ACQUIRE))
    assert free.told(LockAnswer)[0].code == "lock_component"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_who_may_not_edit(room: LockRoom, role: Role) -> None:
    """[LK2] whoever may not edit may not lock."""
    room.enter("vi", role=role)
    assert room.lock("vi", "form").code == "auth_role"
    assert not room.holders and not room.deeds()


def test_renewing(room: LockRoom) -> None:
    """[LK7] asking again renews once a third of the time is over, and keeps the token."""
    token = room.lock("änne", "form").token
    room.now_ms += _THIRD - 1
    head = room.room.head
    assert room.lock("änne", "form", LockAction.RENEW).token == token
    assert room.room.head == head
    room.now_ms += 1
    answer = room.lock("änne", "form", LockAction.RENEW)
    assert answer.token == token and answer.until_ms == room.now_ms + LOCK_TTL_MS
    assert room.deeds(head) == [(LockDeed.RENEW, "form", "änne")]
    assert room.lock("ben", "form", LockAction.RENEW).code == "lock_not_held"


def test_giving_back(room: LockRoom) -> None:
    """[LK4] what is given back is free; giving back again changes nothing."""
    room.lock("änne", "form")
    assert room.lock("ben", "form", LockAction.RELEASE).standing is LockStanding.FREE
    assert room.holders == {"form": "änne"}
    assert room.lock("änne", "form", LockAction.RELEASE).standing is LockStanding.FREE
    head = room.room.head
    assert room.lock("änne", "form", LockAction.RELEASE).standing is LockStanding.FREE
    assert not room.holders and room.room.head == head


def test_breaking(room: LockRoom) -> None:
    """[LK8] an owner breaks it, nobody else does, and a token means that very lock."""
    token = room.lock("änne", "form").token
    assert token is not None
    room.lock("ben", "form", LockAction.WAIT)
    assert room.lock("cy", "form", LockAction.BREAK).code == "auth_role"
    room.enter("olga", role=Role.OWNER)
    assert room.lock("olga", "form", LockAction.BREAK, token).standing is LockStanding.FREE
    assert room.holders == {"form": "ben"}
    # Sent again, by a node that does not know whether it was done, it strikes nobody else.
    assert room.lock("olga", "form", LockAction.BREAK, token).code == "lock_not_held"
    assert room.holders == {"form": "ben"}
    assert room.lock("olga", "form", LockAction.BREAK).standing is LockStanding.FREE
    assert not room.holders


# --- waiting ------------------------------------------------------------------------------------


def test_queue(room: LockRoom) -> None:
    """[LK3] whoever gives back or runs out of time is followed by the first who waits."""
    room.lock("änne", "form")
    assert room.lock("ben", "form", LockAction.WAIT).position == 1
    assert room.lock("cy", "form", LockAction.WAIT).position == 2
    assert room.lock("ben", "form", LockAction.WAIT).position == 1
    assert room.queue == [("form", "ben"), ("form", "cy")]
    room.lock("änne", "form", LockAction.RELEASE)
    assert room.holders == {"form": "ben"} and room.queue == [("form", "cy")]
    room.wait(LOCK_TTL_MS)
    assert room.holders == {"form": "cy"} and not room.queue


def test_leaving_the_queue(room: LockRoom) -> None:
    """[LK3] whoever gives a place back is passed over."""
    room.lock("änne", "form")
    room.lock("ben", "form", LockAction.WAIT)
    room.lock("cy", "form", LockAction.WAIT)
    assert room.lock("ben", "form", LockAction.RELEASE).standing is LockStanding.FREE
    room.lock("änne", "form", LockAction.RELEASE)
    assert room.holders == {"form": "cy"}


def test_fairness_among_parts(room: LockRoom) -> None:
    """[LK2] [LK3] who waits for a large part is not overtaken by those who ask for parts of it."""
    room.lock("änne", "form")
    room.lock("ben", "page", LockAction.WAIT)
    answer = room.lock("cy", "list")
    assert answer.code == "lock_queued" and "ben" in answer.reason
    room.lock("cy", "list", LockAction.WAIT)
    room.lock("änne", "form", LockAction.RELEASE)
    assert room.holders == {"page": "ben"}
    room.lock("ben", "page", LockAction.RELEASE)
    assert room.holders == {"list": "cy"}


def test_waiting_ends(room: LockRoom) -> None:
    """[LK3] whoever is not heard of for long waits no more, unless the place is renewed."""
    room.lock("änne", "form")
    room.lock("ben", "form", LockAction.WAIT)
    room.lock("cy", "form", LockAction.WAIT)
    for _ in range(LOCK_WAIT_MS // _THIRD):
        room.now_ms += _THIRD
        room.lock("änne", "form", LockAction.RENEW)
        room.lock("cy", "form", LockAction.RENEW)
    assert room.queue == [("form", "cy")] and room.holders == {"form": "änne"}


# --- the log ------------------------------------------------------------------------------------


def test_a_locks_revision_changes_nothing(room: LockRoom) -> None:
    """[LK5] it is a no-op with an empty update for all who follow, and counts a version."""
    before = room.room.committer.json(), room.room.committer.diff(b"\x00")
    room.lock("änne", "form")
    (effect,) = room.done(Broadcast)
    revision = effect.revision
    assert (revision.kind, revision.change, revision.update) == (ChangeKind.NONE, None, b"")
    assert revision.number == room.room.head and revision.author == "änne"
    assert (room.room.committer.json(), room.room.committer.diff(b"\x00")) == before


@pytest.mark.parametrize("with_snapshot", [False, True])
def test_next_owner(room: LockRoom, *, with_snapshot: bool) -> None:
    """[LK4] who holds and who waits survives the owner, and the fold of the log says the same."""
    room.lock("änne", "form")
    room.lock("ben", "page", LockAction.WAIT)
    room.now_ms += _THIRD
    room.lock("änne", "form", LockAction.RENEW)
    state = room.room.committer.locks.state
    assert fold_locks(room.log) == state != NO_LOCKS
    successor = room.reopen(2, with_snapshot=with_snapshot)
    assert successor.room.committer.locks.state == state
    # What nobody renews ends under the next owner too, before it is somebody else's.
    successor.now_ms = room.now_ms + LOCK_TTL_MS
    successor.join("ben", Dialect.NATIVE)
    successor.store()
    (lock,) = successor.room.committer.locks.state.held
    assert (lock.component, lock.user) == ("page", "ben")
    assert [record.deed for record in successor.log[-1].locks] == [LockDeed.EXPIRE, LockDeed.GRANT]


def test_ending_by_time(room: LockRoom) -> None:
    """[LK6] the room asks to be woken, and what is over is recorded before anybody else has it."""
    room.feed(Lock(SessionId("änne"), 1, "form", LockAction.ACQUIRE))
    assert room.done(Wake) == [Wake(room.now_ms + LOCK_TTL_MS)]
    room.store()
    room.now_ms += LOCK_TTL_MS - 1
    assert room.lock("ben", "form").code == "lock_held"
    room.now_ms += 1
    head = room.room.head
    assert room.lock("ben", "form").standing is LockStanding.HELD
    assert room.deeds(head) == [(LockDeed.EXPIRE, "form", "änne"), (LockDeed.TAKE, "form", "ben")]
    room.wait(LOCK_TTL_MS)
    assert not room.holders


def test_being_woken_too_early(room: LockRoom) -> None:
    """[LK6] a lock that was renewed meanwhile is not over, and the room asks to be woken again."""
    room.lock("änne", "form")
    due_ms = room.now_ms + LOCK_TTL_MS
    room.now_ms += _THIRD
    room.lock("änne", "form", LockAction.RENEW)
    assert not room.done(Wake)
    room.wait(due_ms - room.now_ms)
    assert room.holders and room.done(Wake) == [Wake(due_ms + _THIRD)]


def test_away_and_back(room: LockRoom) -> None:
    """[LK10] a lock outlives its holder's sessions, and all of them hold it."""
    token = room.lock("änne", "form").token
    room.feed(Leave(SessionId("änne")))
    assert room.lock("ben", "form").code == "lock_held"
    room.feed(Leave(SessionId("ben")))
    room.join("tool", Dialect.NATIVE)
    room.enter("änne")
    assert room.lock("änne", "form").token == token
    assert room.edit("änne", ["nodes", "field", "props", "label"], "x", "Größe") is None


def test_bounds(room: LockRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """[LK12] locks of a user, places in the queues, and locks of a room are bounded."""
    monkeypatch.setattr(components, "LOCKS_PER_USER_MAX", 3)
    monkeypatch.setattr(components, "LOCK_WAITERS_MAX", 4)
    monkeypatch.setattr(components, "LOCKS_PER_ROOM_MAX", 6)
    for index in range(8):
        assert _make(room, f"x{index}") is None
    for index in range(3):
        assert room.lock("änne", f"x{index}").standing is LockStanding.HELD
    assert room.lock("änne", "form").code == "limit_locks"
    assert room.lock("änne", "x0").standing is LockStanding.HELD
    for index in range(4):
        room.enter(f"u{index}")
        assert room.lock(f"u{index}", "x0", LockAction.WAIT).position == index + 1
    assert room.lock("ben", "x0", LockAction.WAIT).code == "limit_locks"
    # Who is granted what they waited for has one place less in the queue, and one lock more.
    room.lock("änne", "x0", LockAction.RELEASE)
    assert room.lock("ben", "x0", LockAction.WAIT).position == 4
    for index in range(3, 6):
        assert room.lock(f"u{index - 3}", f"x{index}").standing is LockStanding.HELD
    assert len(room.holders) == 6
    assert room.lock("cy", "form").code == "limit_locks"
    room.lock("u2", "x5", LockAction.RELEASE)
    assert room.lock("cy", "form").standing is LockStanding.HELD


def _make(room: LockRoom, node: str) -> object:
    place = ["application", "dataModels", "a1"]
    return room.edit("cy", ["nodes", node], {"type": "DataModel@1", "place": place, "props": {}})


# --- who is told --------------------------------------------------------------------------------


def test_everybody_is_told(room: LockRoom) -> None:
    """[LK13] a change is pushed to all, a newcomer is told at once, and a renewal to nobody."""
    room.lock("änne", "form")
    (push,) = room.done(LocksSpread)
    assert set(push.to) == {"maker", "änne", "ben", "cy"}
    (lock,) = push.event.locks.held
    assert isinstance(lock, HeldLock) and (lock.component, lock.name) == ("form", "änne")
    room.now_ms += _THIRD
    room.lock("änne", "form", LockAction.RENEW)
    assert room.deeds()[-1][0] is LockDeed.RENEW and not room.done(LocksSpread)
    room.enter("late")
    assert room.told(Joined, "late") == []
    room.join("later", Dialect.NATIVE)
    (joined,) = room.told(Joined, "later")
    assert joined.locks == room.room.committer.locks.state
    room.join("designer", Dialect.HOCUSPOCUS)
    (told,) = room.told(LocksChanged, "designer")
    assert told.locks == joined.locks


def test_nothing_leaves_before_it_is_durable(room: LockRoom) -> None:
    """[LK14] neither the answer nor the push leaves with the append."""
    room.feed(Lock(SessionId("änne"), 7, "form", LockAction.ACQUIRE))
    assert {type(effect) for effect in room.effects} == {Append, Wake}
    room.store()
    told = [item.event if isinstance(item, Send) else item for item in room.effects]
    kinds = [type(item) for item in told]
    assert kinds == [Broadcast, LocksSpread, LockAnswer]
    assert told[-1] == LockAnswer(
        7,
        RevisionNo(room.room.head),
        "form",
        LockStanding.HELD,
        token=room.room.head,
        until_ms=room.now_ms + LOCK_TTL_MS,
    )


def test_read_only(room: LockRoom) -> None:
    """[LK16] a room that takes no edits takes no lock and ends none."""
    room.lock("änne", "form")
    closed = Driver(
        is_application=True, token=2, tail=room.log, read_only=ReadOnly("storage_full", "voll")
    )
    closed.now_ms = room.now_ms + 10 * LOCK_TTL_MS
    closed.join("ben", Dialect.NATIVE)
    assert not closed.done(Wake) and not closed.done(Append)
    closed.feed(Lock(SessionId("ben"), 1, "list", LockAction.ACQUIRE))
    (answer,) = closed.told(LockAnswer)
    assert (answer.code, answer.reason) == ("storage_full", "voll")
    assert closed.room.committer.locks.state == room.room.committer.locks.state
