"""Lists as they are on the wire: made by plans and straight from rows, and yet the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select

from runtime.data import plans
from runtime.data.errors import QueryInvalid
from runtime.data.queries import OPEN, Access, Condition, ModelAccess, Operator, Query
from runtime.data.room import RoomData
from runtime.data.values import format_moment, moment
from runtime.data.wire import moment_text
from tests.runtime.data.worlds import ANNA, application, field, model

TYPES = application(
    model("Ort", field("name", "Text"), field("rang", "Integer")),
    model(
        "Ding",
        field("text", "Text"),
        field("art", "Enum", values=("zuerst", "danach")),
        field("zahl", "Decimal"),
        field("breit", "Decimal", precision=40, scale=20),
        field("wahr", "Boolean"),
        field("ganz", "Integer"),
        field("tag", "Date"),
        field("zeit", "Time"),
        field("wann", "DateTime"),
        field("frei", "Json"),
        field("ort", "Reference", model="~Ort"),
        field("anteil", "Integer", computed="record.ganz / record.ort.rang"),
    ),
)
TEXTS = ("", "ä", "Z", "%", "'; --", "日本 😀", "null", "x" * 300, "a\0", "a\nb")
MASKED = Access({"~Ort": ModelAccess(), "~Ding": ModelAccess(hidden=frozenset({"~text", "id"}))})
RESTRICTED = Access({"~Ort": ModelAccess(), "~Ding": ModelAccess("record.ganz != 3")})
CONDITIONS = st.lists(
    st.builds(
        Condition,
        st.sampled_from(["text", "art", "ort.name", "zahl", "ort", "nichts"]),
        st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL, Operator.CONTAINS]),
        st.sampled_from([*TEXTS, "zuerst", "9.5"]),
    ),
    max_size=3,
).map(tuple)
QUERIES = st.builds(
    Query,
    st.just("Ding"),
    conditions=CONDITIONS,
    sort=st.sampled_from([(), ("text",), ("-art", "zahl"), ("ort.name",), ("-createdAt",)]),
    offset=st.sampled_from([None, None, 0, 2, 50]),
    limit=st.integers(1, 9),
    access=st.sampled_from([OPEN, OPEN, MASKED, RESTRICTED]),
    has_total=st.booleans(),
)


@pytest.fixture
def many(room: RoomData) -> RoomData:
    room.adopt(TYPES)
    places = [
        room.create("Ort", {"name": name, "rang": at}, ANNA).id for at, name in enumerate("ßä")
    ]
    for at in range(14):
        values = {
            "text": [None, "ä", "Z", "%", "", "日本 😀"][at % 6],
            "art": [None, "zuerst", "danach"][at % 3],
            "zahl": [None, "-1.50", "9.5"][at % 3],
            "breit": ["0.00000000000000000001", "-12345678901234567890"][at % 2],
            "wahr": [None, True, False][at % 3],
            "ganz": at,
            "tag": "2026-11-22",
            "zeit": "09:30:00",
            "wann": f"1969-12-31T23:59:59.{at:03}Z",
            "frei": {"ö": [1.5, None, "ß"]},
            "ort": [None, *places][at % 3],
        }
        room.create("Ding", values, ANNA)
    return room


def told(ask: Callable[[], tuple[Any, Any, Any]]) -> tuple[Any, Any, Any]:
    """Return an answer, or what was wrong with the question."""
    try:
        return ask()
    except QueryInvalid as invalid:
        return (invalid.code, invalid.message, None)


@settings(
    deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=QUERIES, others=st.lists(st.sampled_from(TEXTS), min_size=3, max_size=3))
def test_a_plan_answers_as_a_statement_of_its_own(
    many: RoomData, query: Query, others: list[str]
) -> None:
    """[DA61] whatever was asked before with other values, an answer or a refusal is the same."""
    changed = tuple(
        replace(condition, value=value)
        for condition, value in zip(query.conditions, others, strict=False)
    )
    for asked in (query, replace(query, conditions=changed), query):

        def alone(asked: Query = asked) -> tuple[Any, Any, Any]:
            page = many.query(asked)
            items = [many.to_json(record, access=asked.access) for record in page.items]
            return items, page.next, page.total

        def listed(asked: Query = asked) -> tuple[Any, Any, Any]:
            return many.query_json(asked)

        assert told(listed) == told(alone)


def test_a_shape_is_planned_once(many: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA61] a question that differs in values alone makes no statement."""
    made: list[Select[Any]] = []
    page_of = plans.page_of

    def counted(*arguments: Any, **rest: Any) -> Select[Any]:
        made.append(page_of(*arguments, **rest))
        return made[-1]

    monkeypatch.setattr(plans, "page_of", counted)
    for value, expected in (("ä", 3), ("Z", 2), ("nirgends", 0)):
        condition = Condition("text", Operator.EQUAL, value)
        items, _, total = many.query_json(Query("Ding", conditions=(condition,)))
        assert (len(items), total) == (expected, expected)
    assert len(made) == 1


def test_kept_plans_are_bounded(many: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA61] shapes that somebody makes up take no more memory than a bound."""
    monkeypatch.setattr(plans, "DATA_PLANS_MAX", 3)
    kept = many._transactions.adopted.plans._kept
    for limit in range(1, 9):
        assert len(many.query_json(Query("Ding", limit=limit))[0]) == limit
        assert len(kept) <= 3


@pytest.mark.parametrize("access", [OPEN, MASKED, RESTRICTED])
def test_rows_are_written_as_records_are(many: RoomData, access: Access) -> None:
    """[DA62] every type, fault and mask is in a list what it is in a record alone."""
    items, _, total = many.query_json(Query("Ding", limit=100, access=access))
    page = many.query(Query("Ding", limit=100, access=access))
    records = page.items
    assert total == len(items) == (13 if access is RESTRICTED else 14)
    # The order of members is a part of what is written.
    assert [list(item.items()) for item in items] == [
        list(many.to_json(record, access=access).items()) for record in records
    ]
    assert any("@faults" in item for item in items)
    assert all(("text" in item) == (access is not MASKED) for item in items)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_moments_are_written_as_ever(stored_ms: int) -> None:
    """[DA62] a stored moment of any year is written as the moment itself is."""
    assert moment_text(stored_ms) == format_moment(moment(stored_ms))
