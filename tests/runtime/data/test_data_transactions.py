"""Versions, keys, listeners, the outbox, several writers and readers, bounds and samples."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

import runtime.data.changes as changes_module
import runtime.data.postgres as postgres_module
import runtime.data.sqlite as sqlite_module
import runtime.data.transactions as transactions
from runtime.data.errors import (
    DataBusy,
    DataFull,
    DataLimit,
    ModelNotFound,
    RecordConflict,
    RecordInvalid,
    RecordNotFound,
)
from runtime.data.queries import Query
from runtime.data.records import Actor, ChangeKind, RecordChange
from runtime.data.room import RoomData
from runtime.data.sample_patterns import text_for
from runtime.data.sqlite import SqliteDatabase
from runtime.data.tenant import TenantData, file_name
from runtime.data.texts import compile_pattern
from runtime.expressions.engine import Engine
from tests.runtime.data.worlds import ANNA, SHOP, application, faults_of, field, model, sample


def test_versions(room: RoomData) -> None:
    """[DA27] a change that expects another version is refused; no difference is no new version."""
    room.adopt(SHOP)
    record = room.create("Customer", {"name": "Größe"}, ANNA)
    changed = room.update("Customer", record.id, {"name": "日本"}, ANNA, version=1)
    assert (changed.version, changed.created_by) == (2, "anna")
    assert room.update("Customer", record.id, {"name": "日本"}, ANNA, version=2) == changed
    with pytest.raises(RecordConflict) as caught:
        room.update("Customer", record.id, {"name": "ß"}, ANNA, version=1)
    assert caught.value.version == 2
    with pytest.raises(RecordConflict):
        room.delete("Customer", record.id, ANNA, version=1)
    room.delete("Customer", record.id, ANNA, version=2)


def test_replacing_a_whole_record(room: RoomData) -> None:
    """[DA27] a whole update clears, or sets to its default, what is not given."""
    room.adopt(SHOP)
    record = room.create("Customer", {"name": "Größe", "tier": "gold"}, ANNA)
    after = room.update("Customer", record.id, {"name": "ß"}, ANNA, is_whole=True)
    assert (after.values["name"], after.values["tier"]) == ("ß", "standard")
    with pytest.raises(RecordInvalid) as caught:
        room.update("Customer", record.id, {"tier": "gold"}, ANNA, is_whole=True)
    assert [fault.code for fault in caught.value.fields["name"]] == ["required"]


def test_a_key_creates_once(room: RoomData) -> None:
    """[DA28] a creation that is tried again with its key gives the record that is there."""
    room.adopt(SHOP)
    told: list[RecordChange] = []
    room.listen(told.extend)
    first = room.create("Customer", {"name": "ß"}, ANNA, key="größe")
    again = room.create("Customer", {"name": "anders"}, ANNA, key="größe")
    assert again == first
    assert len(told) == 1
    assert room.create("Customer", {"name": "ß"}, ANNA, key="other").id != first.id
    with pytest.raises(RecordInvalid):
        room.create("Order", {}, ANNA, key="größe")
    assert faults_of(room, "Customer", {}) == {"name": ["required"]}
    with pytest.raises(RecordInvalid):
        room.create("Customer", {}, ANNA, key="later")
    assert room.create("Customer", {"name": "ä"}, ANNA, key="later").values["name"] == "ä"


def test_a_key_of_a_step_changes_once(room: RoomData) -> None:
    """[DA28] a workflow's step that comes again with its key changes and deletes nothing."""
    room.adopt(SHOP)
    record = room.create("Customer", {"name": "ß"}, ANNA)
    for name in ("größer", "kleiner"):
        room.update("Customer", record.id, {"name": name}, ANNA, key="lauf:1")
    assert room.read("Customer", record.id).values["name"] == "größer"
    for _ in range(2):
        room.delete("Customer", record.id, ANNA, key="lauf:2")
    with pytest.raises(RecordNotFound):
        room.delete("Customer", record.id, ANNA, key="lauf:3")


def test_listeners_hear_what_is_committed(room: RoomData) -> None:
    """[DA29] listeners are told after the commit, what was and what is; failing harms nobody."""
    room.adopt(SHOP)
    told: list[RecordChange] = []

    def fail(_: Sequence[RecordChange]) -> None:
        raise ValueError("größe")

    def listen(changes: Sequence[RecordChange]) -> None:
        told.extend(changes)
        # It can read, for the transaction is over.
        assert room.counts()["~Customer"] >= 0

    room.listen(fail)
    stop = room.listen(listen)
    bert = Actor("bert", "日本")
    record = room.create("Customer", {"name": "ß"}, bert, depth=3)
    with pytest.raises(RecordInvalid):
        room.create("Customer", {}, bert)
    changed = room.update("Customer", record.id, {"name": "ä"}, ANNA)
    room.delete("Customer", record.id, ANNA)
    assert [(item.kind, item.before, item.after, item.depth) for item in told] == [
        (ChangeKind.CREATED, None, record, 3),
        (ChangeKind.UPDATED, record, changed, 0),
        (ChangeKind.DELETED, changed, None, 0),
    ]
    assert told[0].actor == bert
    stop()
    room.create("Customer", {"name": "ß"}, bert)
    assert len(told) == 3


def test_the_outbox_is_written_with_the_records(engine: Engine, tmp_path: Path) -> None:
    """[DA30] what a trigger waits for is in the outbox with its change, over a restart."""
    path = tmp_path / "ä.db"
    tenant = TenantData(path, engine)
    tenant.open()
    room = tenant.room("ß")
    room.adopt(SHOP)
    room.triggers = frozenset({("~Order", "updated"), ("~Customer", "created")})
    told: list[RecordChange] = []
    room.listen(told.extend)
    customer = room.create("Customer", {"name": "Größe"}, ANNA, depth=2)
    order = room.create("Order", {"number": "1", "customer": customer.id}, ANNA)
    line = room.create("Line", {"order": order.id, "quantity": 1, "price": "5"}, ANNA)
    with pytest.raises(RecordInvalid):
        room.create("Customer", {}, ANNA)
    tenant.close()
    tenant = TenantData(path, engine)
    tenant.open()
    room = tenant.room("ß")
    room.adopt(SHOP)
    waiting = room.outbox(10)
    assert [(item.kind, item.model, item.depth) for item in waiting] == [
        (ChangeKind.CREATED, "~Customer", 2),
        (ChangeKind.UPDATED, "~Order", 0),
    ]
    numbered = [item for item in told if item.number]
    assert waiting == numbered
    assert waiting[0].after == customer
    assert waiting[1].before == order
    assert room.outbox(1) == waiting[:1]
    room.taken([waiting[0].number])
    assert room.outbox(10) == waiting[1:]
    assert line
    tenant.close()


def test_rooms_and_tenants_are_apart(engine: Engine, tmp_path: Path) -> None:
    """[DA31] rooms of a tenant share a file and nothing else; tenants share nothing."""
    for tenant_name in ("../größe", "a/b", "日本", "."):
        name = file_name(tenant_name)
        assert (tmp_path / name).resolve().parent == tmp_path.resolve()
        tenant = TenantData(tmp_path / name, engine)
        tenant.open()
        one, two = tenant.room("eins"), tenant.room("zwei")
        assert tenant.room("eins") is one
        for room in (one, two):
            room.adopt(SHOP)
        record = one.create("Customer", {"name": "ß"}, ANNA, key="k")
        assert two.counts()["~Customer"] == 0
        with pytest.raises(RecordNotFound):
            two.read("Customer", record.id)
        assert two.create("Customer", {"name": "ä"}, ANNA, key="k").id != record.id
        one.reset()
        assert two.counts()["~Customer"] == 1
        assert tenant.rooms() == ["eins", "zwei"]
        with pytest.raises(ModelNotFound):
            one.create("Fremd", {}, ANNA)
        tenant.close()


def test_writers_take_turns_and_readers_do_not_wait(room: RoomData) -> None:
    """[DA32] writers come one after the other, none is lost; readers go on meanwhile."""
    room.adopt(SHOP)
    customer = room.create("Customer", {"name": "ß"}, ANNA)
    order = room.create("Order", {"number": "1", "customer": customer.id}, ANNA)
    failures: list[BaseException] = []

    def guarded(work: Any) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def write() -> None:
        for _ in range(5):
            room.create("Line", {"order": order.id, "quantity": 1, "price": "1.00"}, ANNA)

    def read() -> None:
        for _ in range(20):
            page = room.query(Query("Order", expand=("lines",)))
            lines = page.items[0].expanded["lines"]
            assert page.items[0].values["total"] == len(lines)  # type: ignore[arg-type]

    threads = [*(guarded(write) for _ in range(3)), *(guarded(read) for _ in range(2))]
    with room._database.writing(5):
        assert room.counts()["~Customer"] == 1
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert room.read("Order", order.id).values["total"] == 15


def test_waiting_for_a_writer_is_bounded(room: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA32] who waits too long for another writer is told to try again."""
    room.adopt(SHOP)
    for module in (sqlite_module, postgres_module):
        monkeypatch.setattr(module, "DATA_BUSY_S", 0.05)
    with room._database.writing(5), pytest.raises(DataBusy):
        room.create("Customer", {"name": "ß"}, ANNA)
    assert room.create("Customer", {"name": "ß"}, ANNA).version == 1


def test_statements_are_bounded_in_time(room: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA33] a statement that takes too long is ended, and the next one works."""
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    for module in (sqlite_module, postgres_module):
        monkeypatch.setattr(module, "DATA_STATEMENT_S", 0.05)
    start = time.monotonic()
    with pytest.raises(DataLimit) as caught, room._database.reading() as connection:
        connection.exec_driver_sql(endless)
    assert caught.value.code == "data_limit_time"
    assert time.monotonic() - start < 5
    monkeypatch.undo()
    room.adopt(SHOP)
    assert room.counts() == {"~Customer": 0, "~Order": 0, "~Line": 0}


def test_readers_cannot_write(room: RoomData) -> None:
    """[DA32] a reading transaction can change nothing."""
    with pytest.raises(DBAPIError), room._database.reading() as connection:
        connection.exec_driver_sql("DELETE FROM rooms")


def test_records_and_files_are_bounded(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[DA33] a model has so many records, and a tenant's file so many bytes."""
    tenant = TenantData(tmp_path / "ä.db", engine)
    tenant._database = SqliteDatabase(tmp_path / "ä.db", bytes_max=1 << 20)
    tenant.open()
    room = tenant.room("ß")
    room.adopt(application(model("M", field("a", "Text"))))
    monkeypatch.setattr(transactions, "RECORDS_PER_MODEL_MAX", 2)
    for _ in range(2):
        room.create("M", {}, ANNA)
    with pytest.raises(DataLimit) as caught:
        room.create("M", {}, ANNA)
    assert caught.value.code == "data_limit_records"
    monkeypatch.undo()
    with pytest.raises(DataFull):
        for _ in range(100):
            room.create("M", {"a": "ä" * 50_000}, ANNA)
    count = room.counts()["~M"]
    assert 2 < count < 100
    room.delete("M", room.query(Query("M")).items[-1].id, ANNA)
    assert room.counts()["~M"] == count - 1
    tenant.close()


def test_changes_at_once_are_bounded(room: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA33] a change that would change too many records with it changes none."""
    room.adopt(SHOP)
    customer = room.create("Customer", {"name": "ß"}, ANNA)
    for number in range(4):
        room.create("Order", {"number": str(number), "customer": customer.id}, ANNA)
    monkeypatch.setattr(
        changes_module.Changes.__init__, "__kwdefaults__", {"depth": 0, "records_max": 3}
    )
    for order in room.query(Query("Order")).items[:1]:
        room.create("Line", {"order": order.id, "quantity": 1, "price": "1"}, ANNA)
    before = room.read("Customer", customer.id)
    orders = room.query(Query("Order")).items
    for order in orders[1:]:
        room.update("Order", order.id, {"friend": customer.id}, ANNA)
    with pytest.raises(DataLimit) as caught:
        friend = room.create("Customer", {"name": "Größe"}, ANNA)
        for order in orders:
            room.update("Order", order.id, {"friend": friend.id}, ANNA)
        room.delete("Customer", friend.id, ANNA)
    assert caught.value.code == "data_limit_changed"
    assert room.read("Customer", customer.id) == before


# --- samples --------------------------------------------------------------------------------------


def wire(room: RoomData) -> list[dict[str, Any]]:
    told = []
    for name in ("Customer", "Product", "Order", "OrderLine"):
        for record in room.query(Query(name, limit=100, expand=())).items:
            values = room.to_json(record)
            told.append({key: values[key] for key in record.values if len(str(values[key])) != 36})
    return told


def test_samples_are_valid_and_the_same_again(engine: Engine, tmp_path: Path) -> None:
    """[DA34] the same seed gives the same valid records, references filled, lines to each order."""
    found = []
    for seed in (7, 7, 8):
        tenant = TenantData(tmp_path / f"{len(found)}.db", engine)
        tenant.open()
        room = tenant.room("ä")
        room.adopt(sample())
        room.triggers = frozenset((item.id, "created") for item in room.application.models)
        made = room.generate(seed=seed, per_model=12, actor=ANNA)
        assert made == room.counts()
        assert made.notes == []
        assert room.outbox(10) == []
        found.append(wire(room))
        again = room.generate(seed=seed, per_model=12, actor=ANNA)
        assert list(again.values())[:3] == [12, 12, 12]
        orders = room.query(Query("Order", limit=100, expand=("lines.product", "customer"))).items
        for order in orders:
            assert 1 <= len(order.expanded["lines"]) <= 4  # type: ignore[arg-type]
            assert order.values["totalAmount"] > 0  # type: ignore[operator]
            customer = order.expanded["customer"]
            assert order.values["customerEmail"] == customer.values["email"]  # type: ignore[union-attr]
        assert len({order.values["status"] for order in orders}) > 3
        tenant.close()
    assert found[0] == found[1] != found[2]
    assert any(not text.isascii() for told in found[0] for text in map(str, told.values()))


CODE = "^[A-Z]{2}-\\d{3}(a|b)?$"


def test_samples_follow_rules_or_are_left_out(room: RoomData) -> None:
    """[DA34] samples keep rules and patterns; what cannot be made is left out and noted."""
    room.adopt(
        application(
            model(
                "Ware",
                field("code", "Text", is_unique=True, validation={"pattern": CODE}),
                field("seltsam", "Text", validation={"pattern": "^\\p{Greek}+$"}),
                field("kurz", "Text", is_required=True, validation={"maxLength": 4}),
                field("lang", "Text", is_required=True, validation={"minLength": 80}),
                field("menge", "Integer", validation={"min": 5, "max": 6}),
                field("preis", "Decimal", precision=3, scale=1, validation={"max": "9.5"}),
                field("tag", "Date", validation={"min": "2030-01-01"}),
                field("wo", "Url"),
                field("tel", "Text", validation="E164"),
            ),
            model("Teil", field("fehlt", "Reference", model="~Teil", is_required=True)),
        )
    )
    made = room.generate(seed=1, per_model=10, actor=ANNA)
    assert made == {"~Ware": 10, "~Teil": 0}
    assert len(made.notes) == 2
    for record in room.query(Query("Ware")).items:
        values = {
            name: value for name, value in room.to_json(record).items() if name in record.values
        }
        assert values.pop("code") is not None
        assert values["seltsam"] is None
        assert faults_of(room, "Ware", values) == {}


@pytest.mark.parametrize(
    "pattern",
    ["^[A-Z0-9-]{3,20}$", "a|b", r"\d+\.\d{2}", "^(?:ab?){2,3}[xyz]*$", "^ä[à-ü]ß$", "x{0,1}"],
)
def test_texts_for_patterns(pattern: str) -> None:
    """[DA34] what is made for a pattern matches it."""
    compiled = compile_pattern(pattern)
    assert compiled is not None
    for seed in range(20):
        text = text_for(pattern, random.Random(seed))
        assert text is not None
        assert compiled.matches(text)
    for other in ("(?=a)", "[^a]", "a{2", "(a", r"\p{L}", "*"):
        assert text_for(other, random.Random(1)) is None


def test_reset_leaves_empty_tables(room: RoomData) -> None:
    """[DA35] a reset deletes all records, hidden ones too, and what waited to be confirmed."""
    room.adopt(sample())
    room.generate(seed=3, per_model=3, actor=ANNA)
    room.create("Customer", {"email": "a@b.de", "name": "ß"}, ANNA, key="k")
    room.adopt(application(*sample().models[:2]))
    assert room.pending()
    room.reset()
    assert room.pending() == ()
    assert set(room.counts().values()) == {0}
    room.adopt(sample())
    assert set(room.counts().values()) == {0}
    assert room.create("Customer", {"email": "a@b.de", "name": "ß"}, ANNA, key="k").version == 1


def test_ids_are_in_the_order_of_creation(engine: Engine, tmp_path: Path) -> None:
    """[DA36] ids sort as creation does, even where the clock goes back."""
    tenant = TenantData(tmp_path / "ä.db", engine)
    tenant.open()
    room = tenant.room("ß")
    moments = iter([0, 1, -5_000, -5_000, 2] * 10)
    start = datetime(2026, 11, 22, 9, tzinfo=UTC)
    room._transactions._clock = lambda: start + timedelta(milliseconds=next(moments))
    room.adopt(application(model("M")))
    made = [room.create("M", {}, ANNA) for _ in range(6)]
    assert [item.id for item in sorted(made, key=lambda item: item.id)] == [
        item.id for item in made
    ]
    assert [item.created_at for item in made] == sorted(item.created_at for item in made)
    assert all(item.id[14] == "7" for item in made)
    tenant.close()
    assert sqlite3.connect(tmp_path / "ä.db").execute("PRAGMA integrity_check").fetchone() == (
        "ok",
    )
