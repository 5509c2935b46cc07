"""The room: order, durability, exactly-once, sessions, limits."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from pycrdt import Doc, Map

from collab.ids import ClientId, RevisionNo, SessionId
from collab.limits import (
    AWARENESS_CLIENTS_PER_SESSION_MAX,
    HELD_COMMANDS_MAX,
    OP_BASE_LAG_MAX,
    PENDING_REVISIONS_MAX,
    SESSIONS_PER_ROOM_MAX,
    SNAPSHOT_REVISIONS,
)
from collab.messages import (
    Ack,
    Append,
    AppendFailed,
    AwarenessChanged,
    AwarenessEntry,
    Broadcast,
    CloseAll,
    CloseSession,
    Dialect,
    Fetch,
    HistoryLoaded,
    Joined,
    Leave,
    LoadHistory,
    QueryAwareness,
    QueryStateVector,
    ReadOnly,
    Refusal,
    Role,
    SaveSnapshot,
    Send,
    ServerStateVector,
    SetAwareness,
    SnapshotSent,
    SpreadAwareness,
    StateVector,
    SyncDiff,
)
from collab.revision import ChangeKind
from tests.room.driver import Driver, updates_of

_OP = [{"p": ["ä"], "oi": "😀"}]


def _free(**options: Any) -> Driver:
    """A free room with a document ``{}``, which the native session ``ot`` has made."""
    driver = Driver(**options)
    driver.join("ot", Dialect.NATIVE)
    driver.submit("ot", {}, seq=1, kind=ChangeKind.CREATE)
    driver.store()
    return driver


def _key(driver: Driver, seq: int, value: Any = "é", base: int | None = None) -> None:
    driver.submit("ot", [{"p": [f"k{seq}"], "oi": value}], seq=seq, base=base)


def _update(client: int = 2**31, key: str = "ü", value: Any = "日") -> bytes:
    doc: Doc[Any] = Doc(client_id=client)
    updates = updates_of(doc)
    doc.get("model", type=Map)[key] = value
    return updates[0]


# --- durability ---------------------------------------------------------------------------------


def test_numbers() -> None:
    """[RM1] each change is the next revision, whichever form it came in."""
    driver = _free()
    driver.join("y")
    driver.submit("ot", _OP, seq=2)
    driver.update("y", _update())
    driver.submit("ot", None, seq=3, kind=ChangeKind.NONE)
    driver.store()
    assert [revision.number for revision in driver.log] == [1, 2, 3, 4]


def test_determinism() -> None:
    """[RM2] two rooms that are given the same commands do the same."""
    first, second = _free(), _free()
    for driver in (first, second):
        driver.join("y")
    update = _update()
    for driver in (first, second):
        driver.submit("ot", _OP, seq=2)
        driver.update("y", update)
    assert first.effects == second.effects
    assert first.store() == second.store() and first.log == second.log


def test_ack_follows_append() -> None:
    """[RM4] neither ack nor fan-out leaves with the append; both leave with its success."""
    driver = _free()
    driver.join("y")
    driver.submit("ot", _OP, seq=2)
    assert [type(effect) for effect in driver.effects] == [Append]
    driver.store()
    kinds = [type(item.event if isinstance(item, Send) else item) for item in driver.effects]
    assert kinds == [Broadcast, Ack]
    assert driver.told(Ack) == [Ack(2, RevisionNo(2))]


def test_appends_are_pipelined() -> None:
    """[RM3] ordering goes on while an append is in flight."""
    driver = _free()
    for seq in range(2, 6):
        _key(driver, seq)
        assert len(driver.done(Append)) == (1 if seq == 2 else 0)
    driver.store()
    assert driver.room.head == driver.room.durable == 5


def test_everything_computed_from_the_head_waits() -> None:
    """[RM5] joins, sync steps, fetches and the acks of duplicates and no-ops wait for the head."""
    driver = _free()
    driver.join("y")
    update = _update()
    driver.update("y", update)
    commands: list[Any] = [
        lambda: driver.join("late", Dialect.NATIVE),
        lambda: driver.join("yjs"),
        lambda: driver.feed(Fetch(SessionId("ot"), 5)),
        lambda: driver.feed(QueryStateVector(SessionId("y"))),
        lambda: driver.update("y", update),
    ]
    for command in commands:
        command()
        assert driver.effects == []
    driver.store()
    assert len(driver.told(Ack, "y")) == 2
    assert [event.revision for event in driver.told(Joined)] == [2]
    assert [orjson.loads(event.json) for event in driver.told(SnapshotSent)] == [{"ü": "日"}]
    assert driver.told(SyncDiff, "yjs")[0].revision == 2
    assert driver.told(ServerStateVector)[0].revision == 2


def test_refused_append() -> None:
    """[RM7] a refused append closes all sockets with 1012 and silences the room."""
    driver = _free()
    driver.submit("ot", _OP, seq=2)
    driver.feed(AppendFailed("store_fenced", "an other ownér"))
    assert driver.effects == [CloseAll(1012, "an other ownér")] and driver.room.is_dead
    _key(driver, 3)
    assert driver.effects == [] and driver.room.last_snapshot() is None


def test_what_was_not_stored_never_left() -> None:
    """[RM7] the next owner goes on from the log, and the same op is new to it."""
    driver = _free()
    driver.submit("ot", _OP, seq=2)
    successor = driver.reopen(token=2)
    assert successor.document == {} and successor.room.head == 1
    successor.join("ot", Dialect.NATIVE)
    successor.submit("ot", _OP, seq=2, base=1)
    successor.store()
    assert successor.document == {"ä": "😀"} and successor.told(Ack) == [Ack(2, RevisionNo(2))]


# --- exactly once -------------------------------------------------------------------------------


@pytest.mark.parametrize("with_snapshot", [False, True])
def test_duplicate(with_snapshot: bool) -> None:
    """[RM6] a resent change gets its old ack, also after reopening from the log or a snapshot."""
    driver = _free()
    driver.submit("ot", _OP, seq=2)
    driver.store()
    for room in (driver, driver.reopen(token=2, with_snapshot=with_snapshot)):
        if room is not driver:
            room.join("ot", Dialect.NATIVE)
        head = room.room.head
        room.submit("ot", _OP, seq=2, base=1)
        assert room.told(Ack) == [Ack(2, RevisionNo(2))] and room.room.head == head


def test_duplicate_of_a_whole_change() -> None:
    """[RM6] a resent create or del is no second one."""
    driver = _free()
    driver.submit("ot", {}, seq=1, base=0, kind=ChangeKind.CREATE)
    assert driver.told(Ack) == [Ack(1, RevisionNo(1))]
    for _ in range(2):
        driver.submit("ot", None, seq=2, base=1, kind=ChangeKind.DELETE)
    driver.store()
    assert driver.told(Ack) == [Ack(2, RevisionNo(2))] * 2 and len(driver.log) == 2


def test_duplicate_with_an_old_base() -> None:
    """[RM6] however old its base is, a duplicate is acknowledged; [RM9] a new op is not."""
    driver = _free()
    driver.submit("ot", _OP, seq=2, base=1)
    for seq in range(3, OP_BASE_LAG_MAX + 4):
        driver.submit("ot", None, seq=seq, kind=ChangeKind.NONE, source="other")
        driver.store()
    driver.submit("ot", _OP, seq=2, base=1)
    assert driver.told(Ack) == [Ack(2, RevisionNo(2))]
    driver.submit("ot", _OP, seq=3, base=1)
    assert [event.code for event in driver.told(Refusal)] == ["op_base_old"]


def test_source_of_somebody_else() -> None:
    """[RM8] a source belongs to the user who used it first."""
    driver = _free()
    driver.join("eve", Dialect.NATIVE)
    driver.submit("eve", _OP, seq=2, source="source of ot")
    assert [event.code for event in driver.told(Refusal)] == ["op_source_foreign"]
    driver.submit("ot", _OP, seq=0)
    assert [event.code for event in driver.told(Refusal)] == ["op_seq_stale"]
    driver.submit("ot", _OP, seq=2)
    driver.store()
    assert driver.told(Ack) == [Ack(2, RevisionNo(2))]


def test_base_in_the_future() -> None:
    """[RM9] a base that is not committed is refused."""
    driver = _free()
    driver.submit("ot", _OP, seq=2, base=2)
    assert [event.code for event in driver.told(Refusal)] == ["op_base_future"]
    driver.submit("ot", _OP, seq=2, base=1)
    assert driver.done(Append)


# --- history ------------------------------------------------------------------------------------


def _aged() -> Driver:
    """A room opened from a snapshot at revision 5, with nothing before it in memory."""
    driver = _free()
    for seq in range(2, 6):
        _key(driver, seq)
    driver.store()
    successor = driver.reopen(token=2, with_snapshot=True)
    successor.log = list(driver.log)
    successor.join("ot", Dialect.NATIVE)
    return successor


def test_old_base() -> None:
    """[RM10] an op from before memory waits for its history; what comes after it waits behind."""
    driver = _aged()
    driver.submit("ot", [{"p": ["k2", 0], "si": "ä"}], seq=6, base=2)
    assert driver.effects == [LoadHistory(RevisionNo(2), RevisionNo(5))]
    _key(driver, 7)
    driver.feed(Fetch(SessionId("ot"), 1))
    assert driver.effects == [] and driver.room.head == 5
    driver.feed(HistoryLoaded(tuple(driver.log[2:5])))
    driver.store()
    assert [event.seq for event in driver.told(Ack)] == [6, 7]
    assert driver.document["k2"] == "äé" and len(driver.told(SnapshotSent)) == 1


def test_others_go_on_meanwhile() -> None:
    """[RM10] only the session that waits is held."""
    driver = _aged()
    driver.submit("ot", [{"p": ["k2", 0], "si": "ä"}], seq=6, base=2)
    driver.join("other", Dialect.NATIVE)
    driver.submit("other", [{"p": ["k2", 1], "si": "😀"}], seq=1)
    driver.store()
    assert len(driver.told(Ack)) == 1
    driver.feed(HistoryLoaded(tuple(driver.log[2:5])))
    assert driver.document["k2"] == "äé😀"


def test_base_older_still() -> None:
    """[RM10] two sessions with different bases are both served."""
    driver = _aged()
    driver.join("other", Dialect.NATIVE)
    driver.submit("ot", [{"p": ["a"], "oi": 1}], seq=6, base=3)
    driver.submit("other", [{"p": ["b"], "oi": 1}], seq=1, base=1)
    driver.feed(HistoryLoaded(tuple(driver.log[3:5])))
    assert driver.done(LoadHistory) == [LoadHistory(RevisionNo(1), RevisionNo(3))]
    driver.feed(HistoryLoaded(tuple(driver.log[1:5])))
    assert driver.document["a"] == driver.document["b"] == 1


def test_too_many_held() -> None:
    """[RM10] what a waiting session may send is bounded."""
    driver = _aged()
    driver.submit("ot", _OP, seq=6, base=2)
    for seq in range(7, HELD_COMMANDS_MAX + 6):
        _key(driver, seq)
        assert driver.effects == []
    _key(driver, HELD_COMMANDS_MAX + 6)
    assert [(item.code, item.error) for item in driver.done(CloseSession)] == [(1013, "limit_held")]


# --- limits -------------------------------------------------------------------------------------


def test_pending() -> None:
    """[RM11] while the disk is behind, ops are refused and sessions of updates closed."""
    driver = _free()
    driver.join("y")
    for seq in range(2, PENDING_REVISIONS_MAX + 2):
        driver.submit("ot", None, seq=seq, kind=ChangeKind.NONE)
    driver.submit("ot", None, seq=seq + 1, kind=ChangeKind.NONE)
    driver.update("y", _update())
    assert [(item.code, item.error) for item in driver.done(CloseSession)] == [
        (1013, "limit_pending")
    ]
    driver.store()
    assert [event.code for event in driver.told(Refusal)] == ["limit_pending"]
    assert driver.room.head == PENDING_REVISIONS_MAX + 1
    driver.submit("ot", None, seq=seq + 1, kind=ChangeKind.NONE)
    assert driver.done(Append)


def test_read_only() -> None:
    """[RM12] a read-only room takes no edits and goes on serving what it has."""
    source = _free()
    source.join("y")
    update = _update()
    source.update("y", update)
    source.store()
    notice = ReadOnly("storage_full", "die Platte ist voll")
    driver = source.reopen(token=2, read_only=notice)
    driver.join("ot", Dialect.NATIVE)
    assert driver.told(Joined)[0].read_only == notice.reason
    driver.submit("ot", _OP, seq=2)
    assert [event.code for event in driver.told(Refusal)] == ["storage_full"]
    driver.submit("ot", {}, seq=1, base=0, kind=ChangeKind.CREATE)
    assert driver.told(Ack) == [Ack(1, RevisionNo(1))]
    driver.join("y")
    driver.update("y", _update(2**31 + 1))
    assert driver.told(ReadOnly) == [notice] and not driver.told(Ack)
    driver.update("y", update, step2=True)
    assert [event.is_step2 for event in driver.told(Ack)] == [True]
    assert driver.room.head == 2 and driver.document == {"ü": "日"}


def test_snapshots() -> None:
    """[RM13] a snapshot leaves once its revision is durable, and the rest at closing."""
    driver = _free()
    for seq in range(2, SNAPSHOT_REVISIONS + 2):
        _key(driver, seq)
        assert not driver.done(SaveSnapshot)
    driver.store()
    (effect,) = driver.done(SaveSnapshot)
    assert effect.snapshot.revision == SNAPSHOT_REVISIONS
    last = driver.room.last_snapshot()
    assert last is not None and last.snapshot.revision == SNAPSHOT_REVISIONS + 1
    assert driver.room.last_snapshot() is None


def test_large_edits_are_saved_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """[RM13] once as much was written as the bound, or as the state has if that is more."""
    monkeypatch.setattr("collab.room.room.SNAPSHOT_BYTES", 10_000)
    driver = _free()
    saved = []
    for seq in range(2, 40):
        driver.submit("ot", [{"p": ["é"], "oi": "x" * 1_000}], seq=seq)
        driver.store()
        saved += [effect.snapshot.revision for effect in driver.done(SaveSnapshot)]
    assert saved == [11, 21, 31]
    driver.submit("ot", [{"p": ["large"], "oi": "x" * 50_000}], seq=40)
    driver.store()
    assert driver.done(SaveSnapshot)
    for seq in range(41, 80):
        driver.submit("ot", [{"p": ["é"], "oi": "x" * 1_000}], seq=seq)
        driver.store()
        assert not driver.done(SaveSnapshot)


def test_history_meets_what_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """[RM10] nothing is forgotten while the log is read for somebody, and much is afterwards."""
    monkeypatch.setattr("collab.room.ledger.TAIL_REVISIONS_MAX", 3)
    driver = _aged()
    ledger = driver.room.committer.ledger
    driver.submit("ot", [{"p": ["k2", 0], "si": "ä"}], seq=6, base=2)
    driver.join("other", Dialect.NATIVE)
    for seq in range(1, 8):
        driver.submit("other", [{"p": [f"o{seq}"], "oi": seq}], seq=seq)
        driver.store()
    assert ledger.tail_start == 5
    driver.feed(HistoryLoaded(tuple(driver.log[2:5])))
    driver.store()
    assert driver.document["k2"] == "äé" and ledger.head - ledger.tail_start == 3


def test_no_snapshot_of_what_is_not_durable() -> None:
    """[RM13] a room that closes with an append in flight saves no snapshot of it."""
    driver = _free()
    _key(driver, 2)
    assert driver.room.last_snapshot() is None


# --- sessions -----------------------------------------------------------------------------------


def test_pushes_begin_with_the_whole_state() -> None:
    """[SE1] a session is pushed what comes after the state that it was told, and nothing before."""
    driver = _free()
    _key(driver, 2)
    driver.join("late")
    _key(driver, 3)
    driver.store()
    got = [item.revision.number for item in driver.done(Broadcast) if "late" in item.to]
    assert driver.told(SyncDiff)[0].revision == 2 and got == [3]


def test_yjs_session_before_its_sync() -> None:
    """[SE1] a Yjs session that has not asked for the state is pushed nothing."""
    driver = _free()
    driver.join("y", Dialect.HOCUSPOCUS)
    driver.feed(Leave(SessionId("y")))
    driver.join("ot2", Dialect.NATIVE)
    _key(driver, 2)
    driver.store()
    assert [item.to for item in driver.done(Broadcast)] == [("ot", "ot2")]


@pytest.mark.parametrize(
    ("since", "epoch", "is_resumed"),
    [(1, None, True), (0, 1, True), (2, 1, True), (3, 1, False), (1, 2, False)],
)
def test_going_on(since: int, epoch: int | None, is_resumed: bool) -> None:
    """[SE2] who says where it stands gets what came since, if that is this history."""
    driver = _free()
    _key(driver, 2)
    driver.store()
    driver.join("again", Dialect.NATIVE, since=since, epoch=epoch)
    (joined,) = driver.told(Joined)
    assert joined.is_resumed is is_resumed and joined.revision == 2
    if is_resumed:
        assert [item.number for item in joined.revisions] == [*range(since + 1, 3)]
        assert joined.json == b""
    else:
        assert orjson.loads(joined.json) == {"k2": "é"} and joined.revisions == ()


def test_going_on_from_before_memory() -> None:
    """[SE2] who is further behind than memory gets a snapshot."""
    driver = _aged()
    driver.join("again", Dialect.NATIVE, since=4)
    assert not driver.told(Joined)[0].is_resumed
    driver.join("there", Dialect.NATIVE, since=5)
    assert driver.told(Joined)[0].is_resumed


def test_full_room() -> None:
    """[SE3] the session beyond the bound is closed, and takes nobody's place."""
    driver = Driver()
    for number in range(SESSIONS_PER_ROOM_MAX):
        driver.join(f"s{number}", Dialect.NATIVE)
    driver.join("zuviel", Dialect.NATIVE)
    assert [(item.session, item.code) for item in driver.done(CloseSession)] == [("zuviel", 1013)]
    driver.feed(Leave(SessionId("s1")))
    driver.join("nachher", Dialect.NATIVE)
    assert driver.told(Joined)


def test_after_leaving() -> None:
    """[SE4] the last commands of a session that has left do nothing."""
    driver = _free()
    driver.feed(Leave(SessionId("ot")))
    _key(driver, 2)
    assert driver.effects == [] and driver.room.head == 1
    assert driver.feed(Leave(SessionId("ot"))) == []


def test_viewer() -> None:
    """[SE8] a viewer edits in neither form, and is acknowledged what she has from the room."""
    driver = _free()
    driver.join("y")
    doc: Doc[Any] = Doc(client_id=2**31)
    updates = updates_of(doc)
    root = doc.get("model", type=Map)
    root["ü"], root["weg"] = "日", 1
    del root["weg"]
    for update in updates:
        driver.update("y", update)
    driver.store()
    driver.join("viewer", role=Role.VIEWER)
    driver.update("viewer", doc.get_update(doc.get_state()), step2=True)
    assert [event.is_step2 for event in driver.told(Ack)] == [True]
    head = driver.room.head
    del root["ü"]
    for update, is_step2 in ((updates[-1], False), (doc.get_update(doc.get_state()), True)):
        driver.update("viewer", update, step2=is_step2)
        (refusal,) = driver.told(Refusal)
        assert refusal.code == "auth_role" and not refusal.is_undone
        assert refusal.is_step2 is is_step2
    driver.join("reader", Dialect.NATIVE, role=Role.REVIEWER)
    driver.submit("reader", _OP, seq=1)
    assert [event.code for event in driver.told(Refusal)] == ["auth_role"]
    assert driver.room.head == head and driver.document == {"ü": "日"}


def test_awareness() -> None:
    """[SE5] what is new is spread to everybody; [SE6] so is a departure."""
    driver = _free()
    driver.join("y")
    entry = AwarenessEntry(ClientId(9), 1, {"name": "Ülrike"})
    for _ in range(2):
        driver.feed(SetAwareness(SessionId("y"), (entry,)))
        spread = driver.done(SpreadAwareness)
        if spread:
            assert spread == [
                SpreadAwareness(AwarenessChanged((entry,)), (SessionId("ot"), SessionId("y")))
            ]
    assert not driver.effects
    driver.feed(QueryAwareness(SessionId("ot")))
    assert driver.told(AwarenessChanged, "ot") == [AwarenessChanged((entry,))]
    driver.feed(Leave(SessionId("y")))
    gone = AwarenessEntry(ClientId(9), 2, None)
    assert driver.done(SpreadAwareness)[0].event == AwarenessChanged((gone,))


def test_awareness_after_joining() -> None:
    """[SE9] who is here is told after the session knows that it is in."""
    driver = _free()
    driver.feed(SetAwareness(SessionId("ot"), (AwarenessEntry(ClientId(9), 1, {}),)))
    _key(driver, 2)
    driver.join("late", Dialect.NATIVE)
    assert driver.effects == []
    driver.store()
    told = [item.event for item in driver.done(Send) if item.session == "late"]
    assert [type(event) for event in told] == [Joined, AwarenessChanged]


def test_too_many_awareness_ids() -> None:
    """[SE7] a session with too many awareness ids is closed."""
    driver = _free()
    entries = tuple(
        AwarenessEntry(ClientId(client), 1, {})
        for client in range(AWARENESS_CLIENTS_PER_SESSION_MAX + 1)
    )
    driver.feed(SetAwareness(SessionId("ot"), entries[:-1]))
    assert not driver.done(CloseSession)
    driver.feed(SetAwareness(SessionId("ot"), entries[-1:]))
    assert [item.code for item in driver.done(CloseSession)] == [1008]


@pytest.mark.parametrize("state_vector", [b"", b"\x01", b"\x00\x00", b"\x02\x05\x01\x05\x02"])
def test_malformed_state_vector(state_vector: bytes) -> None:
    """[SE10] a malformed state vector costs its session alone."""
    driver = _free()
    driver.join("y")
    driver.feed(StateVector(SessionId("y"), state_vector))
    assert [(item.session, item.code) for item in driver.done(CloseSession)] == [("y", 1002)]
    _key(driver, 2)
    assert driver.done(Append)
