"""A file and PostgreSQL answer alike: one random history, the same questions to both. SPEC: DP."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.data.encryption import MasterKeys
from runtime.data.errors import DataError
from runtime.data.postgres import PostgresServer
from runtime.data.queries import Condition, GroupQuery, Measure, Operator, Period, Query
from runtime.data.records import Record
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from tests.runtime.data.worlds import ANNA, application, field, index, model

RECORDS, QUESTIONS, CHANGES = 50, 90, 30
WORDS = [
    "",
    "a",
    "A",
    "b",
    "ß",
    "Straße",
    "STRASSE",
    "É",
    "é",
    "日本",
    "😀",
    "a%b",
    "a_b",
    "'\";--",
    "Z",
    "ä",
]
WORLD = application(
    model("Ort", field("name", "Text"), field("rang", "Integer")),
    model(
        "Ding",
        field("text", "Text"),
        field("art", "Enum", values=("größer", "kleiner", "a")),
        field("ganz", "Integer"),
        field("zahl", "Decimal", precision=12, scale=2),
        field("weit", "Decimal", precision=30, scale=6),
        field("wahr", "Boolean"),
        field("tag", "Date"),
        field("moment", "DateTime"),
        field("frei", "Json"),
        field("ort", "Reference", model="~Ort", inverse="dinge", on_delete="clear"),
        field("nur", "Text", is_unique=True),
        field("doppelt", "Decimal", computed="record.zahl * 2"),
        indexes=(index("art", "ganz"), index("text"), index("tag", "zahl", is_unique=True)),
    ),
)
VALUES: dict[str, list[Any]] = {
    "text": WORDS,
    "art": ["größer", "kleiner", "a"],
    "ganz": [0, 1, -1, 2**53 - 1, -(2**53 - 1), 7],
    "zahl": ["0.00", "0.01", "-0.01", "9999999999.99", "-1.50", "1.5"],
    "weit": ["0", "123456789012345678901234.000001", "-0.000001", "-5", "1e3"],
    "wahr": [True, False],
    "tag": ["0001-01-01", "1969-12-31", "2024-02-29", "9999-12-31"],
    "moment": ["1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z", "2026-07-01T12:00:00.500Z"],
    "frei": [1, "a", {"ü": [1, None]}, []],
    "nur": ["eins", "Eins", "zwei", "ß", "ss"],
}
NAMES = sorted(VALUES)
PATHS = [*NAMES, "doppelt", "ort.name", "ort.rang", "createdAt"]
OPERATORS = {
    "text": list(Operator),
    "number": [op for op in Operator if op not in {"contains", "startsWith", "endsWith"}],
}
FILTERS = [
    "item.ganz > 0 && item.zahl <= decimal('1.5')",
    "item.text.contains('a') || item.ort.name == 'ß'",
    "!(item.wahr == true) && item.art != 'a'",
    "item.weit >= decimal('-5') && item.tag < '2000-01-01'",
    "item.moment < timestamp('1970-01-01T00:00:00Z')",
    "item.text.startsWith('S') || item.text.endsWith('é')",
    "item.art in ['a', 'größer'] && has(item.ganz)",
    "item.ort == null || item.ort.rang >= 1",
    "item.ganz / 0 > 1 || item.wahr",
    "item.text.size() > 1",
]


@pytest.fixture
def pair(
    engine: Engine, tmp_path: Path, preview_server: PostgresServer
) -> Iterator[tuple[RoomData, RoomData]]:
    name = f"größe {uuid.uuid4()}"
    cipher = MasterKeys(tmp_path, {}).cipher("tenant", name)
    places = (tmp_path / "größe.db", preview_server.database(name))
    tenants = [TenantData(place, engine, cipher) for place in places]
    for tenant in tenants:
        tenant.open()
    one, two = (tenant.room("ä") for tenant in tenants)
    yield one, two
    for tenant in tenants:
        tenant.close()


class Both:
    """Does the same to two rooms; records are told by the order in which they were made."""

    def __init__(self, rooms: tuple[RoomData, RoomData]) -> None:
        self.rooms = rooms
        self.ids: list[tuple[str, str]] = []
        self._places: tuple[dict[str, str], dict[str, str]] = ({}, {})

    def told(self, side: int, value: Any) -> Any:
        """Return *value* with ids and times as either room would tell them."""
        if isinstance(value, Record):
            values = {name: self.told(side, item) for name, item in value.values.items()}
            return (self.told(side, value.id), value.version, values, dict(value.faults))
        if isinstance(value, tuple | list):
            return [self.told(side, item) for item in value]
        return self._places[side].get(value, value) if isinstance(value, str) else value

    def ask(self, ask: Callable[[RoomData, int], Any]) -> Any:
        """Return what both say; fails if they do not say the same."""
        answers: list[Any] = []
        for side, room in enumerate(self.rooms):
            try:
                answers.append(self.told(side, ask(room, side)))
            except DataError as error:
                answers.append((type(error), error.code, str(error)))
        assert answers[0] == answers[1]
        return answers[0]

    def create(self, model_: str, values: dict[str, Any], place: int | None = None) -> None:
        made: list[str] = []

        def create(room: RoomData, side: int) -> Record:
            given = values if place is None else {**values, "ort": self.ids[place][side]}
            record = room.create(model_, given, ANNA)
            made.append(record.id)
            self._places[side][record.id] = f"#{len(self.ids)}"
            return record

        self.ask(create)
        if len(made) == 2:
            self.ids.append((made[0], made[1]))


def question(chance: random.Random) -> Query:
    """Return a random question about things."""
    path = chance.choice(PATHS)
    last = path.split(".")[-1]
    known = VALUES.get(last) or {"name": WORDS, "rang": [0, 1, 2], "createdAt": ["x"]}.get(
        last, [1]
    )
    kind = "text" if last in ("text", "art", "name", "nur") else "number"
    operator = chance.choice(OPERATORS[kind])
    value: Any = chance.choice([*known, None])
    if operator is Operator.IN:
        value = chance.sample(known, min(2, len(known)))
    elif operator is Operator.EMPTY:
        value = chance.choice([True, False])
    query = Query(
        "Ding",
        conditions=(Condition(path, operator, value),) if chance.random() < 0.6 else (),
        filter=chance.choice(FILTERS) if chance.random() < 0.5 else "",
        search=chance.choice([word for word in WORDS if word]) if chance.random() < 0.2 else "",
        sort=tuple(chance.choice(["", "-"]) + name for name in chance.sample(PATHS, 2)),
        limit=chance.choice([3, 10, 100]),
        expand=("ort",) if chance.random() < 0.2 else (),
    )
    return replace(query, offset=chance.randint(0, 5)) if chance.random() < 0.2 else query


def ask_pages(both: Both, query: Query) -> int:
    """Ask for all pages of *query* and return how many records they had."""
    cursors: list[str | None] = [None, None]
    count = 0
    for _ in range(30):

        def page(room: RoomData, side: int) -> Any:
            found = room.query(replace(query, cursor=cursors[side]))
            cursors[side] = found.next
            return [list(found.items), found.total, found.next is None]

        answer = both.ask(page)
        if isinstance(answer, tuple):
            return count
        count += len(answer[0])
        if query.offset is not None or cursors[0] is None:
            return count
    raise AssertionError("pages without end")


def group(chance: random.Random) -> GroupQuery:
    measure = chance.choice(list(Measure))
    return GroupQuery(
        "Ding",
        by=chance.choice(["art", "wahr", "tag", "moment", "text", "ort"]),
        period=chance.choice(list(Period)),
        measure=measure,
        field=""
        if measure is Measure.COUNT
        else chance.choice(["ganz", "zahl", "weit", "tag", "text"]),
    )


@pytest.mark.parametrize("seed", range(2))
def test_a_file_and_postgres_answer_alike(pair: tuple[RoomData, RoomData], seed: int) -> None:
    """[DP1] Records, refusals, pages, groups, conversions: the same from either."""
    chance = random.Random(seed)
    both = Both(pair)
    both.ask(lambda room, _: room.adopt(WORLD).statements and None)
    for number in range(4):
        both.create("Ort", {"name": chance.choice(WORDS), "rang": chance.choice([None, 0, number])})
    for _ in range(RECORDS):
        values = {name: chance.choice([None, *VALUES[name]]) for name in NAMES}
        if chance.random() < 0.8:
            values["nur"] = None
        both.create("Ding", values, chance.choice([None, 0, 1, 2, 3]))
    assert len(both.ids) > RECORDS // 2
    found = sum(ask_pages(both, question(chance)) for _ in range(QUESTIONS))
    assert found > QUESTIONS
    for _ in range(QUESTIONS // 3):
        query = group(chance)
        both.ask(
            lambda room, _, query=query: [[item.key, item.value] for item in room.groups(query)]
        )
    for _ in range(CHANGES):
        which, name = chance.choice(both.ids[4:]), chance.choice(NAMES)
        value = chance.choice([None, *VALUES[name]])
        if chance.random() < 0.2:
            both.ask(
                lambda room, side, which=which: room.delete("Ding", which[side], ANNA) and None
            )
        else:
            both.ask(
                lambda room, side, which=which, name=name, value=value: room.update(
                    "Ding", which[side], {name: value}, ANNA
                )
            )
    things = WORLD.models[1]
    converted = tuple(
        replace(item, type=field("x", to).type, is_unique=False, scale=0, precision=0)
        if (to := {"ganz": "Text", "text": "Integer", "tag": "DateTime"}.get(item.name))
        else item
        for item in things.fields
    )
    changed = application(WORLD.models[0], replace(things, fields=converted, indexes=()))
    for world in (changed, WORLD):
        both.ask(lambda room, _, world=world: room.adopt(world).statements and None)
        ask_pages(both, Query("Ding", sort=("createdAt",), limit=100))
    both.ask(lambda room, _: room.counts())
