"""The tables follow the model, and nothing is lost that nobody has given up."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from runtime.application import Application
from runtime.data.adoption import PendingKind
from runtime.data.conversion import convert
from runtime.data.queries import Query
from runtime.data.room import RoomData
from runtime.data.storage import Shape
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from runtime.parts import Field
from tests.runtime.data.conftest import COMPONENT
from tests.runtime.data.worlds import (
    ANNA,
    SHOP,
    application,
    faults_of,
    field,
    index,
    model,
    sample,
    writer_of,
)


def values(room: RoomData, name: str, model_: str = "M") -> list[Any]:
    return [record.values[name] for record in room.query(Query(model_, limit=100)).items]


def adopt(room: RoomData, *fields: Field, **rest: Any) -> Any:
    return room.adopt(application(model("M", *fields), **rest))


def test_the_same_models_run_no_statement(room: RoomData) -> None:
    """[DA16] an application with the same models touches no table, and runs nothing at all."""
    room.adopt(sample())
    run: list[str] = []
    event.listen(writer_of(room), "before_cursor_execute", lambda *given: run.append(given[2]))
    again = replace(sample(), name="Größe")
    assert room.adopt(again).statements == ()
    assert run == []
    assert room.application.name == "Größe"


def test_a_restart_finds_its_tables(engine: Engine, tmp_path: Path) -> None:
    """[DA16] after a restart the same models change no table, and the records are there."""
    for turn in range(2):
        tenant = TenantData(tmp_path / "ä.db", engine)
        tenant.open()
        room = tenant.room("größe")
        adoption = room.adopt(SHOP)
        assert bool(adoption.statements) is (turn == 0)
        if turn == 0:
            room.create("Customer", {"name": "日本"}, ANNA)
        assert values(room, "name", "Customer") == ["日本"]
        assert tenant.rooms() == ["größe"]
        tenant.close()


def test_a_rename_moves_nothing(room: RoomData) -> None:
    """[DA16] nodes are known by their ids: another name changes no table and no value."""
    adopt(room, field("größe", "Text"), field("b", "Integer"))
    room.create("M", {"größe": "ß"}, ANNA)
    renamed = model("Neu", field("breite", "Text", id="~größe"), field("b", "Integer"), id="~M")
    assert room.adopt(application(renamed)).statements == ()
    assert values(room, "breite", "Neu") == ["ß"]
    assert faults_of(room, "Neu", {"größe": "x"}) == {"größe": ["unknown"]}
    swapped = model(
        "Neu", field("b", "Text", id="~größe"), field("größe", "Integer", id="~b"), id="~M"
    )
    assert room.adopt(application(swapped)).statements == ()
    assert values(room, "b", "Neu") == ["ß"]


def test_new_fields_are_filled(room: RoomData) -> None:
    """[DA17] a new field has its default in every record, a required UUID one of its own."""
    adopt(room, field("a", "Integer"))
    for number in range(3):
        room.create("M", {"a": number}, ANNA)
    adoption = adopt(
        room,
        field("a", "Integer"),
        field("tier", "Text", default="größer"),
        field("price", "Decimal", default={"expr": "decimal('1.005') * 2"}),
        field("key", "UUID", is_required=True, is_unique=True),
        field("bad", "Integer", default="ß"),
        field("must", "Text", is_required=True),
    )
    assert values(room, "tier") == ["größer"] * 3
    assert values(room, "price") == [Decimal("2.01")] * 3
    assert len(set(values(room, "key"))) == 3
    assert values(room, "bad") == [None] * 3
    assert {fault.code for fault in adoption.faults} == {"default_invalid", "required_missing"}
    first = room.query(Query("M")).items[0]
    assert room.update("M", first.id, {"a": 9}, ANNA).values["a"] == 9


DAY = "2026-11-22"
CONVERSIONS = [
    ("Integer", {}, [1, None, -7], "Decimal", {"scale": 2}, [Decimal(1), None, Decimal(-7)], 0),
    ("Integer", {}, [1, 0], "Text", {}, ["1", "0"], 0),
    ("Integer", {}, [1, 0, 2], "Boolean", {}, [True, False, None], 1),
    ("Integer", {}, [5, 123], "Decimal", {"precision": 4, "scale": 2}, [Decimal(5), None], 1),
    ("Text", {}, ["12", "größe", "", None], "Integer", {}, [12, None, None, None], 1),
    ("Text", {}, ["007", "12", "+1"], "Integer", {}, [7, 12, 1], 2),
    ("Text", {}, ["1.50", "01.50"], "Decimal", {}, [Decimal("1.5"), Decimal("1.5")], 1),
    ("Text", {}, ["2026-11-22", "ä"], "Date", {}, ["2026-11-22", None], 1),
    ("Text", {}, ["ä", "b"], "Enum", {"values": ("ä",)}, ["ä", "b"], 0),
    ("Decimal", {"scale": 2}, ["1.25", "1.50"], "Decimal", {"scale": 1}, ["1.3", "1.5"], 1),
    ("Decimal", {"scale": 2}, ["1.25"], "Decimal", {"scale": 4}, ["1.2500"], 0),
    ("Decimal", {"scale": 2}, ["1.25"], "Decimal", {"scale": 2, "precision": 40}, ["1.25"], 0),
    ("Decimal", {"scale": 2}, ["1.25"], "Text", {}, ["1.25"], 0),
    ("Boolean", {}, [True, False], "Text", {}, ["true", "false"], 0),
    ("Date", {}, ["2026-11-22"], "DateTime", {}, ["2026-11-22T00:00:00.000Z"], 0),
    (
        "DateTime",
        {},
        ["2026-11-22T00:00:00Z", "2026-11-22T09:00:00Z"],
        "Date",
        {},
        ["2026-11-22"] * 2,
        1,
    ),
    ("Json", {}, [{"ä": [1]}, "ß", 5], "Text", {}, ['{"ä":[1]}', "ß", "5"], 0),
    ("Text", {}, ["ä"], "Json", {}, ["ä"], 0),
]


@pytest.mark.parametrize("case", CONVERSIONS, ids=lambda case: f"{case[0]}-{case[3]}-{case[6]}")
def test_conversions_and_back(room: RoomData, case: tuple[Any, ...]) -> None:
    """[DA18] what fits is converted silently; what does not is kept, asked for, and comes back."""
    old, old_rest, given, new, new_rest, expected, lost = case
    adopt(room, field("wert", old, **old_rest), field("n", "Integer"))
    for number, value in enumerate(given):
        room.create("M", {"wert": value, "n": number}, ANNA)
    before = values(room, "wert")
    adoption = adopt(room, field("wert", new, **new_rest), field("n", "Integer"))
    wire = [room.to_json(record)["wert"] for record in room.query(Query("M")).items]
    plain = [str(value) if isinstance(value, Decimal) else value for value in expected]
    assert [str(value) if new == "Decimal" and value else value for value in wire] == [
        f"{Decimal(value):.{new_rest.get('scale', 2)}f}" if new == "Decimal" and value else value
        for value in plain
    ]
    assert [(item.kind, item.count) for item in adoption.pending] == (
        [(PendingKind.FIELD_CONVERTED, lost)] if lost else []
    )
    assert room.pending() == adoption.pending
    if old != "Json":
        adopt(room, field("wert", old, **old_rest), field("n", "Integer"))
        assert values(room, "wert") == [None if value == "" else value for value in before]
        assert room.pending() == ()


def test_what_was_edited_since_a_conversion_stays(room: RoomData) -> None:
    """[DA18] taking a conversion back restores what nobody changed, and keeps what somebody did."""
    adopt(room, field("wert", "Text"))
    first, second = (room.create("M", {"wert": text}, ANNA).id for text in ("größe", "breite"))
    adopt(room, field("wert", "Integer"))
    (pending,) = room.pending()
    assert (pending.count, pending.name, set(pending.examples)) == (
        2,
        "M.wert",
        {"größe", "breite"},
    )
    room.update("M", first, {"wert": 5}, ANNA)
    adopt(room, field("wert", "Text"))
    assert values(room, "wert") == ["5", "breite"]
    adopt(room, field("wert", "Integer"))
    room.confirm([item.id for item in room.pending()])
    assert room.pending() == ()
    adopt(room, field("wert", "Text"))
    assert values(room, "wert") == ["5", None]
    assert second


def test_references_convert_only_to_what_exists(room: RoomData) -> None:
    """[DA18] a text that becomes a reference names a record or is kept aside."""
    target = model("Ziel", field("name", "Text"))
    room.adopt(application(target, model("M", field("ziel", "Text"))))
    there = room.create("Ziel", {"name": "ß"}, ANNA)
    for text in (there.id, "größe"):
        room.create("M", {"ziel": text}, ANNA)
    adoption = room.adopt(
        application(target, model("M", field("ziel", "Reference", model="~Ziel")))
    )
    assert values(room, "ziel") == [there.id, None]
    assert [item.count for item in adoption.pending] == [1]


def test_what_is_removed_is_kept_until_confirmed(room: RoomData) -> None:
    """[DA19] a removed field or model is hidden, asked for, restored with its node, or dropped."""
    full = (field("a", "Text"), field("b", "Text", is_required=True))
    other = model("Andere", field("x", "Integer"))
    room.adopt(application(model("M", *full), other))
    room.create("M", {"a": "größe", "b": "ß"}, ANNA)
    room.create("Andere", {"x": 1}, ANNA)
    adoption = room.adopt(application(model("M", full[0])))
    assert {item.kind for item in adoption.pending} == {
        PendingKind.FIELD_REMOVED,
        PendingKind.MODEL_REMOVED,
    }
    assert room.create("M", {"a": "neu"}, ANNA).values == {"a": "neu"}
    restored = room.adopt(application(model("M", *full), other))
    assert values(room, "b") == ["ß", None]
    assert values(room, "x", "Andere") == [1]
    assert restored.pending == ()
    assert [fault.code for fault in restored.faults] == ["required_missing"]
    room.adopt(application(model("M", full[0])))
    room.confirm([item.id for item in room.pending()])
    assert room.pending() == ()
    room.adopt(application(model("M", *full), other))
    assert values(room, "b") == [None, None]
    assert room.counts() == {"~M": 2, "~Andere": 0}


def test_unfinished_parts_are_kept_and_not_asked_for(room: RoomData) -> None:
    """[DA19] what is unfinished keeps its data, and nobody is asked to give it up."""
    adopt(room, field("a", "Text"), field("b", "Text"))
    room.create("M", {"a": "ß", "b": "größe"}, ANNA)
    adoption = adopt(room, field("a", "Text"), unfinished=frozenset({"~b"}))
    assert adoption.pending == ()
    assert adopt(room, field("a", "Text")).pending[0].kind is PendingKind.FIELD_REMOVED
    adopt(room, field("a", "Text"), field("b", "Text"))
    assert values(room, "b") == ["größe"]
    assert room.adopt(application(unfinished=frozenset({"~M"}))).pending == ()


def test_dangling_references_are_cleared_on_return(room: RoomData) -> None:
    """[DA19] a reference that comes back names nothing that was deleted meanwhile."""
    target, source = model("Ziel"), model("M", field("ziel", "Reference", model="~Ziel"))
    room.adopt(application(target, source))
    there = room.create("Ziel", {}, ANNA)
    room.create("M", {"ziel": there.id}, ANNA)
    room.adopt(application(target))
    room.delete("Ziel", there.id, ANNA)
    room.adopt(application(target, source))
    assert values(room, "ziel") == [None]


def test_unique_over_duplicates_waits(room: RoomData) -> None:
    """[DA20] unique over duplicates is a fault and waits; new ones are refused all the same."""
    adopt(room, field("a", "Text"))
    twins = [room.create("M", {"a": "größe"}, ANNA).id for _ in range(2)]
    adoption = adopt(room, field("a", "Text", is_unique=True))
    assert [fault.code for fault in adoption.faults] == ["unique_taken"]
    (pending,) = adoption.pending
    assert (pending.kind, pending.count, pending.examples) == (PendingKind.UNIQUE, 1, ("größe",))
    assert faults_of(room, "M", {"a": "größe"}) == {"a": ["unique"]}
    room.confirm([pending.id])
    assert len(room.pending()) == 1
    room.update("M", twins[0], {"a": "anders"}, ANNA)
    room.confirm([pending.id])
    assert room.pending() == ()
    assert room.adopt(room.application).faults == ()


def test_indexes_follow_the_model(room: RoomData) -> None:
    """[DA16] indexes are made and dropped with the model; a reference always has one."""
    fields = (field("a", "Text"), field("b", "Reference", model="~M"))
    one = room.adopt(application(model("M", *fields, indexes=(index("a", "createdAt"),))))
    assert sum(text.startswith("CREATE INDEX") for text in one.statements) == 2
    two = room.adopt(application(model("M", *fields, indexes=(index("b", "a"),))))
    assert [text.split(" ON ")[0].split(" index")[0] for text in two.statements] == [
        "DROP INDEX",
        "DROP INDEX",
        "CREATE INDEX",
    ]


TYPES = st.sampled_from(
    [
        ("Text", {}),
        ("Integer", {}),
        ("Decimal", {"scale": 1}),
        ("Decimal", {"scale": 3}),
        ("Boolean", {}),
        ("Date", {}),
        ("Json", {}),
    ]
)
FIELDS = st.lists(st.tuples(st.sampled_from("abc"), TYPES), max_size=3, unique_by=lambda f: f[0])
RAW = {
    "Text": st.sampled_from(["größe", "12", "007", "1.5", "true", "2026-01-01", "日本"]),
    "Integer": st.integers(-5, 5),
    "Decimal": st.integers(-50, 50).map(lambda number: f"{Decimal(number) / 10}"),
    "Boolean": st.booleans(),
    "Date": st.sampled_from(["2026-01-01", "0001-01-01"]),
    "Json": st.sampled_from([{"ä": 1}, [1], "ß", 5]),
}


def built(fields: list[tuple[str, tuple[str, dict[str, int]]]]) -> Application:
    return application(model("M", *(field(name, type_, **rest) for name, (type_, rest) in fields)))


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_model_to_any_other_and_back(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """[DA18] whatever a model becomes, its values become what is known, and all comes back."""
    tenant = TenantData(tmp_path_factory.mktemp("any") / "ß.db", engine)
    tenant.open()
    try:
        room = tenant.room("ä")
        first, second = data.draw(FIELDS), data.draw(FIELDS)
        room.adopt(built(first))
        for _ in range(3):
            drawn = {name: data.draw(st.none() | RAW[type_]) for name, (type_, _) in first}
            room.create("M", drawn, ANNA)
        before = room.query(Query("M")).items
        room.adopt(built(second))
        old, new = dict(first), dict(second)
        for record, changed in zip(before, room.query(Query("M")).items, strict=True):
            for name, (type_, rest) in new.items():
                value = record.values.get(name)
                if name in old and value is not None:
                    was = Shape.of(field(name, old[name][0], **old[name][1]))
                    now = Shape.of(field(name, type_, **rest))
                    value = value if was == now else convert(value, was, now)[0]
                assert changed.values[name] == value
        room.adopt(built(first))
        for record, back in zip(before, room.query(Query("M")).items, strict=True):
            for name, value in record.values.items():
                if name in new and value is not None:
                    was, now = (Shape.of(field(name, t, **r)) for t, r in (old[name], new[name]))
                    other, is_exact = (value, True) if was == now else convert(value, was, now)
                    if was != now and is_exact and other is not None:
                        value = convert(other, now, was)[0]
                assert back.values[name] == value
    finally:
        tenant.close()


KILLED = """
import sys
from pathlib import Path
from runtime.data import adopting
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from tests.runtime.data.test_data_migration import NEW
import os

engine = Engine(Path(sys.argv[1]), cache=Path(sys.argv[2]))
tenant = TenantData(Path(sys.argv[3]), engine)
tenant.open()
room = tenant.room("ä")
steps = int(sys.argv[4])
from runtime.data.ddl import Steps
run = Steps.run

def counted(self, statement, rows=None):
    global steps
    if steps == 0:
        os.kill(os.getpid(), 9)
    steps -= 1
    return run(self, statement, rows)

Steps.run = counted
room.adopt(NEW)
print("done")
"""
OLD = application(model("M", field("a", "Text"), field("b", "Text")), model("N"))
NEW = application(
    model(
        "M",
        field("a", "Integer", is_unique=True),
        field("c", "Text", default="größe"),
        field("d", "Integer", computed="record.a * 2"),
    ),
    model("O", field("x", "Reference", model="~M")),
)


def test_a_killed_migration_leaves_old_or_new(engine: Engine, tmp_path: Path) -> None:
    """[DA21] kill -9 between any two statements of a migration leaves the old tables, whole."""
    path = tmp_path / "ä.db"

    def opened() -> tuple[TenantData, RoomData]:
        tenant = TenantData(path, engine)
        tenant.open()
        return tenant, tenant.room("ä")

    tenant, room = opened()
    room.adopt(OLD)
    for number in range(20):
        room.create("M", {"a": "größe" if number == 7 else str(number), "b": "ß"}, ANNA)
    before = room.query(Query("M")).items
    tenant.close()
    cache = tmp_path / "cache"
    cache.mkdir()
    kills = 0
    for steps in (0, 1, 3, 5, 7, 100):
        script = [sys.executable, "-c", KILLED, str(COMPONENT), str(cache), str(path), str(steps)]
        done = subprocess.run(script, capture_output=True, text=True, timeout=120, check=False)
        if done.stdout == "done\n":
            break
        assert done.returncode == -9, done.stderr
        kills += 1
        tenant, room = opened()
        assert room.adopt(OLD).statements == ()
        assert room.query(Query("M")).items == before
        tenant.close()
    assert kills >= 4
    tenant, room = opened()
    assert room.adopt(NEW).statements == ()
    assert values(room, "d")[:8] == [0, 2, 4, 6, 8, 10, 12, None]
    assert values(room, "c") == ["größe"] * 20
    assert {item.kind for item in room.pending()} == {
        PendingKind.FIELD_REMOVED,
        PendingKind.FIELD_CONVERTED,
    }
    tenant.close()
