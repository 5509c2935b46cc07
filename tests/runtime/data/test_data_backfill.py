"""Computed fields of many records: filled in after the migration, beside everybody's changes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from runtime.data import backfilling, backlog
from runtime.data.backlog import Batch
from runtime.data.computed import Computation
from runtime.data.queries import Query
from runtime.data.records import RecordChange
from runtime.data.room import RoomData
from runtime.data.sight import Sight
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from tests.runtime.data.conftest import COMPONENT
from tests.runtime.data.worlds import ANNA, application, field, model

RATE = model("Satz", field("wert", "Integer"))
PLAIN = (field("text", "Text"), field("satz", "Reference", model="~Satz"))
TOLD = field("told", "Text", computed="record.text + '!'")
DOUBLE = field("double", "Integer", computed="record.satz.wert * 2")
BEFORE = application(RATE, model("Ding", *PLAIN))
AFTER = application(RATE, model("Ding", *PLAIN, TOLD, DOUBLE))
SUM = "record.dinge.map(ding, ding.size).sum()"
RECORDS = 23
BATCH = 5
_PATIENCE_S = 30


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every table of more than five records a large one."""
    for module in (backlog, backfilling):
        monkeypatch.setattr(module, "DATA_BATCH_RECORDS", BATCH)


@pytest.fixture
def filled(room: RoomData) -> Iterator[RoomData]:
    fill(room)
    yield room
    room.close()


def fill(room: RoomData) -> None:
    room.adopt(BEFORE)
    rate = room.create("Satz", {"wert": 21}, ANNA).id
    for at in range(RECORDS):
        room.create("Ding", {"text": f"größe {at}", "satz": rate if at % 2 else None}, ANNA)


def values(room: RoomData, name: str) -> list[Any]:
    return [record.values[name] for record in room.query(Query("Ding", limit=100)).items]


def on_read(monkeypatch: pytest.MonkeyPatch, act: Callable[[str], None]) -> None:
    """Call *act* with the field between the reading of each batch and its turn to be written."""
    compute = backfilling.compute_batch

    def computed(
        connection: Connection, sight: Sight, item: Computation, after: str, count: int
    ) -> Batch:
        batch = compute(connection, sight, item, after, count)
        # Readers may not write; who may is within a turn, where nobody else can come in.
        is_file = connection.dialect.name == "sqlite"
        asked = "PRAGMA query_only" if is_file else "SHOW transaction_read_only"
        if connection.exec_driver_sql(asked).scalar() in (1, "on"):
            act(item.field.field.name)
        return batch

    monkeypatch.setattr(backfilling, "compute_batch", computed)


def test_many_records_are_filled_in_afterwards(filled: RoomData) -> None:
    """[DA60] every record gets its value, its faults and a listener's notice, and no version."""
    heard: list[RecordChange] = []

    def listen(changes: Sequence[RecordChange]) -> None:
        heard.extend(changes)

    before = {record.id: record for record in filled.query(Query("Ding", limit=100)).items}
    filled.listen(listen)
    filled.adopt(AFTER)
    filled.settle()
    after = filled.query(Query("Ding", limit=100)).items
    assert [record.values["told"] for record in after] == [f"größe {at}!" for at in range(RECORDS)]
    assert values(filled, "double") == [42 if at % 2 else None for at in range(RECORDS)]
    assert all(("double" in record.faults) == (at % 2 == 0) for at, record in enumerate(after))
    assert all(record.version == before[record.id].version for record in after)
    assert {change.record for change in heard} == set(before)
    assert {change.record: change.after for change in heard} == {item.id: item for item in after}
    assert filled.adopt(AFTER).statements == ()


def test_few_records_are_a_part_of_the_migration(room: RoomData) -> None:
    """[DA60] what is computed for few records is there when the migration is."""
    room.adopt(BEFORE)
    for at in range(BATCH):
        room.create("Ding", {"text": f"ß{at}"}, ANNA)
    assert room.adopt(AFTER).statements
    assert values(room, "told") == [f"ß{at}!" for at in range(BATCH)]


def test_unique_values_are_there_for_their_index(filled: RoomData) -> None:
    """[DA60] a unique computed field, and what it reads, is computed within the migration."""
    unique = field("again", "Text", computed="record.told + '?'", is_unique=True)
    filled.adopt(application(RATE, model("Ding", *PLAIN, TOLD, unique)))
    assert values(filled, "again") == [f"größe {at}!?" for at in range(RECORDS)]


def test_fields_that_build_on_each_other(filled: RoomData) -> None:
    """[DA60] a field that reads one that is filled in is filled in after it."""
    rate = model("Satz", field("wert", "Integer"), field("summe", "Integer", computed=SUM))
    lists = field("satz", "Reference", model="~Satz", inverse="dinge")
    size = field("size", "Integer", computed="record.text.size()")
    filled.adopt(application(rate, model("Ding", PLAIN[0], lists, size)))
    filled.settle()
    expected = sum(len(f"größe {at}") for at in range(RECORDS) if at % 2)
    assert filled.query(Query("Satz")).items[0].values["summe"] == expected


def test_others_write_meanwhile(filled: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA60] a change is made while a batch is computed, and what was read before it is dropped."""
    rate = filled.query(Query("Satz")).items[0].id
    first = filled.query(Query("Ding", limit=1)).items[0].id
    done: list[str] = []

    def change(name: str) -> None:
        if name not in done and name == "told":
            filled.update("Ding", first, {"text": "neu 😀"}, ANNA)
            filled.create("Ding", {"text": "auch neu"}, ANNA)
        elif name not in done:
            # What was to be computed becomes null, as it is stored: no version tells of it.
            filled.update("Satz", rate, {"wert": None}, ANNA)
        done.append(name)

    on_read(monkeypatch, change)
    filled.adopt(AFTER)
    filled.settle()
    assert len(done) > 4
    assert values(filled, "double") == [None] * (RECORDS + 1)
    told = ["neu 😀!", *(f"größe {at}!" for at in range(1, RECORDS)), "auch neu!"]
    assert values(filled, "told") == told


def test_writers_do_not_wait_for_the_engine(
    filled: RoomData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[DA60] while a batch is computed, others write; a new migration ends the work in between."""
    is_computing, may_go_on = threading.Event(), threading.Event()

    def hold(_: str) -> None:
        is_computing.set()
        assert may_go_on.wait(_PATIENCE_S)

    on_read(monkeypatch, hold)
    filled.adopt(AFTER)
    assert is_computing.wait(_PATIENCE_S)
    made = filled.create("Ding", {"text": "währenddessen"}, ANNA)
    assert made.values["told"] == "währenddessen!"
    may_go_on.set()
    filled.adopt(BEFORE)
    filled.adopt(AFTER)
    filled.settle()
    assert values(filled, "told")[-1] == "währenddessen!"
    assert None not in values(filled, "told")


KILLED = """
import os, sys
from pathlib import Path
from runtime.data import backfilling, backlog
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from tests.runtime.data.test_data_backfill import AFTER, BATCH

backlog.DATA_BATCH_RECORDS = backfilling.DATA_BATCH_RECORDS = BATCH
compute = backfilling.compute_batch
batches = 3

def counted(*arguments):
    global batches
    batches -= 1
    if batches == 0:
        os.kill(os.getpid(), 9)
    return compute(*arguments)

backfilling.compute_batch = counted
tenant = TenantData(Path(sys.argv[3]), Engine(Path(sys.argv[1]), cache=Path(sys.argv[2])))
tenant.open()
room = tenant.room("ä")
room.adopt(AFTER)
room.settle()
"""


def test_a_killed_process_goes_on_where_it_was(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[DA60] kill -9 loses at most a batch: the next process begins behind the last one written."""
    path, cache = tmp_path / "ä.db", tmp_path / "cache"
    cache.mkdir()
    tenant = TenantData(path, engine)
    tenant.open()
    fill(tenant.room("ä"))
    tenant.close()
    script = [sys.executable, "-c", KILLED, str(COMPONENT), str(cache), str(path)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -9, done.stderr
    tenant = TenantData(path, engine)
    tenant.open()
    room = tenant.room("ä")
    begun: list[str] = []
    compute = backfilling.compute_batch

    def noted(*arguments: Any) -> Batch:
        if arguments[2].field.field.name == "told":
            begun.append(arguments[3])
        return compute(*arguments)

    monkeypatch.setattr(backfilling, "compute_batch", noted)
    room.adopt(AFTER)
    room.settle()
    ids = [record.id for record in room.query(Query("Ding", limit=100)).items]
    assert begun[0] == ids[2 * BATCH - 1]
    assert values(room, "told") == [f"größe {at}!" for at in range(RECORDS)]
    assert room.adopt(AFTER).statements == ()
    tenant.close()
