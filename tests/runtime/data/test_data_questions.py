"""Pages, expansion, groups and expressions over models; and what may be seen of them."""

from __future__ import annotations

import base64
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

import runtime.data.loading as loading
import runtime.data.model_parts as model_parts
from runtime.data.errors import DataLimit, QueryInvalid, RecordInvalid, RecordNotFound
from runtime.data.queries import (
    Access,
    Condition,
    GroupQuery,
    Measure,
    ModelAccess,
    Operator,
    Period,
    Query,
)
from runtime.data.records import Record
from runtime.data.room import RoomData
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.limits import PAGE_MAX
from tests.runtime.data.worlds import ANNA, SHOP, application, field, model, reader_of

SORTED = application(
    model("Ort", field("name", "Text"), field("rang", "Integer")),
    model(
        "Ding",
        field("text", "Text"),
        field("art", "Enum", values=("zuerst", "danach", "am Ende")),
        field("zahl", "Decimal"),
        field("wahr", "Boolean"),
        field("ort", "Reference", model="~Ort"),
        field("frei", "Json"),
    ),
)


@pytest.fixture
def sorted_room(room: RoomData) -> RoomData:
    room.adopt(SORTED)
    places = [
        room.create("Ort", {"name": name, "rang": at}, ANNA).id for at, name in enumerate("ßaÄ")
    ]
    for at in range(24):
        room.create(
            "Ding",
            {
                "text": [None, "ä", "Z", "日本", "", "a"][at % 6],
                "art": [None, "am Ende", "zuerst", "danach"][at % 4],
                "zahl": [None, "-1.50", "10", "9.99", "0"][at % 5],
                "wahr": [None, True, False][at % 3],
                "ort": [None, *places][at % 4],
            },
            ANNA,
        )
    return room


ENUMS = ("zuerst", "danach", "am Ende")
SORTS = st.lists(
    st.builds(
        lambda sign, path: sign + path,
        st.sampled_from(["", "-"]),
        st.sampled_from(
            ["text", "art", "zahl", "wahr", "ort.name", "ort.rang", "createdAt", "id", "ort"]
        ),
    ),
    max_size=3,
)


def key(record: Record, path: str) -> Any:
    head, _, rest = path.partition(".")
    if rest:
        target = record.expanded.get(head)
        return key(target, rest) if isinstance(target, Record) else None
    if head in ("id", "createdAt"):
        return record.id if head == "id" else record.created_at
    value = record.values[head]
    return ENUMS.index(str(value)) if head == "art" and value is not None else value


def in_order(records: list[Record], sort: list[str]) -> list[Record]:
    found = sorted(records, key=lambda record: record.id)
    if sort and sort[-1].startswith("-"):
        found.reverse()
    for item in reversed(sort):
        path = item.lstrip("-")
        some = [record for record in found if key(record, path) is not None]
        none = [record for record in found if key(record, path) is None]
        some.sort(key=lambda record: key(record, path), reverse=item.startswith("-"))
        found = some + none
    return found


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sort=SORTS, limit=st.integers(1, 9))
def test_pages_are_in_order_and_complete(
    sorted_room: RoomData, sort: list[str], limit: int
) -> None:
    """[DA22] pages give each record once, in the order asked for, null last, ties by id."""
    everything = list(sorted_room.query(Query("Ding", limit=100, expand=("ort",))).items)
    expected = [record.id for record in in_order(everything, sort)]
    found: list[str] = []
    cursor = None
    while True:
        page = sorted_room.query(Query("Ding", sort=tuple(sort), limit=limit, cursor=cursor))
        assert page.total == 24
        found += [record.id for record in page.items]
        at = sorted_room.query(
            Query("Ding", sort=tuple(sort), limit=limit, offset=len(found) - len(page.items))
        )
        assert at.items == page.items
        cursor = page.next
        if cursor is None:
            break
    assert found == expected


def test_cursors_go_on_where_they_were(sorted_room: RoomData) -> None:
    """[DA22] what is inserted or deleted between two pages neither repeats nor skips others."""
    query = Query("Ding", sort=("-zahl",), limit=10)
    first = sorted_room.query(query)
    everything = [
        record.id for record in sorted_room.query(Query("Ding", sort=("-zahl",), limit=100)).items
    ]
    for record in first.items[:3]:
        sorted_room.delete("Ding", record.id, ANNA)
    for value in ("10", "-1.5"):
        sorted_room.create("Ding", {"zahl": value}, ANNA)
    second = sorted_room.query(Query("Ding", sort=("-zahl",), limit=10, cursor=first.next))
    assert [item.id for item in second.items if item.id in everything] == everything[10:20][
        : len([item for item in second.items if item.id in everything])
    ]


@pytest.mark.parametrize("damage", ["other sort", "other model", "bits", "type", "none", "long"])
def test_forged_cursors_are_refused(sorted_room: RoomData, damage: str) -> None:
    """[DA22] a cursor of another question, or of nobody, is refused with its code."""
    cursor = sorted_room.query(Query("Ding", sort=("zahl",), limit=3)).next
    assert cursor is not None
    query = Query("Ding", sort=("zahl",), cursor=cursor)
    if damage == "other sort":
        query = Query("Ding", sort=("-zahl",), cursor=cursor)
    elif damage == "other model":
        query = Query("Ort", sort=("rang",), cursor=cursor)
    elif damage == "bits":
        query = Query("Ding", sort=("zahl",), cursor=cursor[:-3] + "ä")
    elif damage == "type":
        plain = base64.urlsafe_b64decode(cursor + "==").decode().replace("[-150]", '["x"]')
        query = Query(
            "Ding", sort=("zahl",), cursor=base64.urlsafe_b64encode(plain.encode()).decode()
        )
        assert '["x"]' in plain
    elif damage == "none":
        query = Query("Ding", sort=("zahl",), cursor="")
    else:
        query = Query("Ding", sort=("zahl",), cursor="A" * 10_000)
    with pytest.raises(QueryInvalid) as caught:
        sorted_room.query(query)
    assert caught.value.code == "query_cursor"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (Query("Ding", sort=("größe",)), "query_sort"),
        (Query("Ding", sort=("frei",)), "query_sort"),
        (Query("Ding", sort=("zahl",) * 9), "query_sort"),
        (Query("Ding", limit=PAGE_MAX + 1), "query_value"),
        (Query("Ding", offset=-1), "query_value"),
        (Query("Ding", expand=("text",)), "query_expand"),
        (Query("Ding", expand=("ort.ort.ort.ort",)), "query_expand"),
        (Query("Ding", conditions=(Condition("text", Operator.EQUAL, "ä"),) * 60), "query_value"),
    ],
)
def test_questions_without_an_answer(sorted_room: RoomData, query: Query, code: str) -> None:
    """[DA22] a question that names nothing, or asks for too much, is refused with its code."""
    with pytest.raises(QueryInvalid) as caught:
        sorted_room.query(query)
    assert caught.value.code == code


# --- expansion ------------------------------------------------------------------------------------


@pytest.fixture
def shop(room: RoomData) -> RoomData:
    room.adopt(SHOP)
    customers = [
        room.create("Customer", {"name": name, "tier": tier}, ANNA).id
        for name, tier in (("Größe", "gold"), ("日本", "standard"), ("ß", "standard"))
    ]
    for at in range(9):
        order = room.create("Order", {"number": f"ä{at}", "customer": customers[at % 2]}, ANNA)
        for quantity in range(1, at % 3 + 1):
            room.create("Line", {"order": order.id, "quantity": quantity, "price": "9.99"}, ANNA)
    return room


def test_expansion_costs_a_statement_a_path(shop: RoomData) -> None:
    """[DA23] references and lists are brought along with one statement each, for all records."""
    run: list[str] = []
    event.listen(reader_of(shop), "before_cursor_execute", lambda *given: run.append(given[2]))
    page = shop.query(
        Query("Order", expand=("customer", "lines", "customer.orders"), has_total=False)
    )
    assert len([text for text in run if text.startswith("SELECT") and "FROM" in text]) == 4
    for order in page.items:
        customer = order.expanded["customer"]
        assert isinstance(customer, Record)
        assert customer.id == order.values["customer"]
        lines = order.expanded["lines"]
        assert isinstance(lines, tuple)
        assert [line.values["order"] for line in lines] == [order.id] * len(lines)
    wire = shop.to_json(page.items[2])
    assert wire["customer"]["name"] == "Größe"
    assert [line["quantity"] for line in wire["lines"]] == [1, 2]
    assert len(wire["customer"]["orders"]) == 5
    assert shop.expand(page.items[:1], ["lines"])[0].expanded["lines"] == ()


def test_expansion_is_bounded(shop: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA23] no question brings more records along than the bound."""
    monkeypatch.setattr(loading.Loader.__init__, "__kwdefaults__", {"records_max": 8})
    with pytest.raises(DataLimit) as caught:
        shop.query(Query("Order", expand=("lines",)))
    assert caught.value.code == "data_limit_loaded"


# --- what may be seen -----------------------------------------------------------------------------


def access(shop: RoomData) -> Access:
    return Access(
        {
            "~Order": ModelAccess("record.customer.name != user.not", frozenset({"~total"})),
            "~Customer": ModelAccess("record.tier == 'gold'", frozenset({"~spent", "createdBy"})),
        },
        {"user": {"not": "日本"}},
    )


def test_restrictions_hide_records(shop: RoomData) -> None:
    """[DA24] a record that a grant's restriction leaves out is not there, through any door."""
    may = access(shop)
    page = shop.query(Query("Order", access=may, expand=("customer", "lines"), limit=100))
    assert page.total == len(page.items) == 5
    assert {order.expanded["lines"] for order in page.items} == {()}
    hidden = next(r.id for r in shop.query(Query("Order")).items if r.values["number"] == "ä1")
    with pytest.raises(RecordNotFound):
        shop.read("Order", hidden, access=may)
    with pytest.raises(RecordNotFound):
        shop.update("Order", hidden, {"number": "x"}, ANNA, access=may)
    with pytest.raises(RecordNotFound):
        shop.delete("Order", hidden, ANNA, access=may)
    assert shop.evaluate("models.Order.size()", {}, may) == 5
    assert shop.evaluate("models.Customer.map(c, c.orders.size()).sum()", {}, may) == 5
    assert shop.query(Query("Line", access=may)).items == ()
    assert shop.evaluate("models.Line.size()", {}, may) == 0
    groups = shop.groups(GroupQuery("Order", by="number", access=may))
    assert len(groups) == 5


def test_masked_fields_never_leave(shop: RoomData) -> None:
    """[DA24] a hidden field is in no record, sort, filter, search, expansion, group or sum."""
    may = access(shop)
    order = shop.query(Query("Order", access=may, expand=("customer",))).items[0]
    wire = shop.to_json(order, access=may)
    assert "total" not in wire
    assert wire["customer"]["name"] == "Größe"
    assert {"spent", "createdBy"}.isdisjoint(wire["customer"])
    for asked in (
        Query("Order", sort=("total",), access=may),
        Query("Order", conditions=(Condition("total", Operator.AT_LEAST, 0),), access=may),
        Query("Order", conditions=(Condition("~total", Operator.AT_LEAST, 0),), access=may),
        Query("Order", conditions=(Condition("customer.name", Operator.EQUAL, "ß"),), access=may),
        Query("Order", sort=("customer.spent",), access=may),
        Query("Customer", sort=("createdBy",), access=may),
    ):
        with pytest.raises(QueryInvalid):
            shop.query(asked)
    for asked_groups in (
        GroupQuery("Order", by="total", access=may),
        GroupQuery("Order", by="number", measure=Measure.SUM, field="total", access=may),
    ):
        with pytest.raises(QueryInvalid):
            shop.groups(asked_groups)
    assert shop.query(Query("Order", filter="item.total != null", access=may)).total == 0
    assert shop.query(Query("Order", filter="item.total + 1 > 0", access=may)).total == 0
    assert shop.query(Query("Order", filter="item.customer.spent != null", access=may)).total == 0
    assert shop.query(Query("Order", filter="item.lines.size() > 0", access=may)).total == 0
    assert shop.evaluate("models.Order.map(o, o.total).sum()", {}, may) == 0
    assert (
        shop.load(order, [("total",), ("customer", "spent")], access=may).fields.get("total")
        is None
    )


def test_writing_obeys_what_may_be_seen(shop: RoomData) -> None:
    """[DA24] nobody writes a hidden field, a reference to, or a record that may not be seen."""
    may = access(shop)
    gold, plain = (
        shop.query(Query("Customer", filter=f"item.name == '{name}'")).items[0].id
        for name in ("Größe", "日本")
    )
    for values, name in (
        ({"number": "neu", "customer": plain}, "customer"),
        ({"number": "neu", "customer": gold, "total": "1"}, "total"),
    ):
        with pytest.raises(RecordInvalid) as caught:
            shop.create("Order", values, ANNA, access=may)
        assert name in caught.value.fields
    with pytest.raises(RecordInvalid) as caught:
        shop.update("Customer", gold, {"tier": "standard"}, ANNA, access=may)
    assert caught.value.fields[""][0].code == "restricted"
    assert shop.read("Customer", gold).values["tier"] == "gold"


# --- groups ---------------------------------------------------------------------------------------


def test_groups_are_exact_and_in_order(sorted_room: RoomData) -> None:
    """[DA25] groups come in the order of an Enum's values, or by key, null last, exactly."""
    records = sorted_room.query(Query("Ding", limit=100)).items
    for source in ("", "item.zahl == null || item.zahl + 1 > -5"):
        groups = sorted_room.groups(
            GroupQuery("Ding", by="art", measure=Measure.SUM, field="zahl", filter=source)
        )
        assert [group.key for group in groups] == [*ENUMS, None]
        for group in groups:
            numbers = [r.values["zahl"] for r in records if r.values["art"] == group.key]
            assert group.value == sum((n for n in numbers if n is not None), Decimal(0))
        named = sorted_room.groups(GroupQuery("Ding", by="ort.name", filter=source))
        assert [(group.key, group.value) for group in named] == [
            ("a", 6),
            ("Ä", 6),
            ("ß", 6),
            (None, 6),
        ]
        placed = sorted_room.groups(GroupQuery("Ding", by="ort", filter=source))
        assert Counter(group.label for group in placed) == Counter(["ß", "a", "Ä", ""])
        (one,) = sorted_room.groups(
            GroupQuery("Ding", measure=Measure.AVERAGE, field="zahl", filter=source)
        )
        known = [r.values["zahl"] for r in records if r.values["zahl"] is not None]
        assert abs(one.value - sum(known) / len(known)) < Decimal("0.0000001")


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    numbers=st.lists(st.integers(-(10**18) + 1, 10**18 - 1), min_size=1, max_size=12),
    wide=st.booleans(),
)
def test_sums_are_exact(room: RoomData, numbers: list[int], wide: bool) -> None:
    """[DA25] sums of the largest decimals are right to the last digit."""
    name = "W" if wide else "E"
    precision = 40 if wide else 18
    amount = field("x", "Decimal", precision=precision, scale=2)
    room.adopt(application(model(name, amount)))
    room.reset()
    values = [Decimal(number).scaleb(-2) for number in numbers]
    for value in values:
        room.create(name, {"x": str(value)}, ANNA)
    (group,) = room.groups(GroupQuery(name, measure=Measure.SUM, field="x"))
    assert group.value == sum(values)
    assert room.evaluate(f"models.{name}.map(x, x.x).sum()", {}) == sum(values)
    assert room.evaluate(f"models.{name}.map(x, x.x).max()", {}) == max(values)


def test_periods(room: RoomData) -> None:
    """[DA25] days and moments are grouped by day, month or year, before 1970 as well."""
    room.adopt(application(model("M", field("tag", "Date"), field("moment", "DateTime"))))
    days = ["2026-01-31", "2026-02-01", "2026-02-28", "1969-12-31", None]
    for day in days:
        moment = None if day is None else f"{day}T23:59:59.999Z"
        room.create("M", {"tag": day, "moment": moment}, ANNA)
    for by in ("tag", "moment"):
        for source in ("", "item.tag == null || item.tag.size() > 1"):
            told = {
                period: [
                    (group.key, group.value)
                    for group in room.groups(GroupQuery("M", by=by, period=period, filter=source))
                ]
                for period in Period
            }
            assert told[Period.DAY] == [(day, 1) for day in sorted(filter(None, days))] + [
                (None, 1)
            ]
            assert told[Period.MONTH] == [("1969-12", 1), ("2026-01", 1), ("2026-02", 2), (None, 1)]
            assert told[Period.YEAR] == [("1969", 1), ("2026", 3), (None, 1)]


# --- expressions over models ----------------------------------------------------------------------

EXPRESSIONS = [
    "models.Order.size()",
    "size(models.Order.filter(o, o.customer.tier == 'gold' && o.number != 'ä0'))",
    "models.Order.filter(o, o.total > vars.least).map(o, o.total).sum()",
    "models.Order.map(o, o.total).max() - models.Order.map(o, o.customer.spent).min()",
    "models.Order.map(o, o.total * 2).sum() / models.Order.size()",
    "models.Order.filter(o, o.lines.size() > 1).map(o, o.customer.name)",
    "models.Customer.map(c, models.Order.filter(o, o.customer == c.id).size())",
    "models.Customer.filter(c, c.orders.exists(o, o.total > decimal('9'))).map(c, c.name)",
    "models.Order.exists(o, o.friend == null) ? '日本' : 'ß'",
    "models.Order.filter(o, o.friend.name < 'x').size()",
    "models.Line.filter(l, l.quantity > 100).map(l, l.total).sum()",
    "models.Line.filter(l, l.quantity > 100).map(l, l.total).max()",
    "models.Order.filter(o, o.number in ['ä1', 'ä2']).filter(o, !(o.total < 1)).size() + 1",
    "models.Order.all(o, o.total >= 0) && models.Order.exists_one(o, o.number == 'ä3')",
    "'ß' + string((models.Line).size()) + enums.Customer.tier[0]",
    "models.Order.filter(models, models.number == 'ä1').size()",
    "models.Order.map(o, o.number).sum()",
]


@pytest.mark.parametrize("source", EXPRESSIONS)
def test_expressions_over_models(shop: RoomData, engine: Engine, source: str) -> None:
    """[DA26] an expression over whole models gives what the engine gives that has them all."""
    variables: dict[str, Any] = {"vars": {"least": Decimal(5)}}
    paths = [("customer", "name"), ("customer", "tier"), ("customer", "spent"), ("friend", "name")]
    paths += [("lines", "*", "total"), ("orders", "*", "total"), ("orders", "*", "id")]
    models: dict[str, Any] = {
        name: [shop.load(record, paths) for record in shop.query(Query(name, limit=100)).items]
        for name in ("Customer", "Order", "Line")
    }
    whole = {**variables, "models": models, "enums": {"Customer": {"tier": ["standard", "gold"]}}}
    expected: Any
    try:
        expected = engine.evaluate(source, whole, now=datetime.now(UTC))
    except ExpressionError as error:
        expected = (error.code, error.message)
    found: Any
    try:
        found = shop.evaluate(source, variables)
    except ExpressionError as error:
        assert 0 <= error.start < error.end <= len(source)
        found = (error.code, error.message)
    assert found == expected


def test_reading_whole_models_is_bounded(shop: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA26] counting costs no records; reading more of them than the bound is an error."""
    monkeypatch.setattr(model_parts, "EVALUATED_RECORDS_MAX", 5)
    monkeypatch.setattr("runtime.data.querying.EVALUATED_RECORDS_MAX", 5)
    assert shop.evaluate("models.Order.filter(o, o.total >= 0).size()", {}) == 9
    for source in (
        "models.Order.map(o, o.total * 2).sum()",
        "models.Order.filter(o, o.total >= 0).map(o, o.total * 2).sum()",
    ):
        with pytest.raises(ExpressionError) as caught:
            shop.evaluate(source, {})
        assert caught.value.code == "expression_limit"
