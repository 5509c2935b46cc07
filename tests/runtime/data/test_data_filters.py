"""Filters as SQL find what the engine finds, whatever the records hold."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import runtime.data.querying as querying
from runtime.data.encryption import MasterKeys
from runtime.data.errors import DataLimit, QueryInvalid
from runtime.data.filters import Translator
from runtime.data.ports import Database
from runtime.data.queries import Condition, Operator, Query
from runtime.data.records import Record
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import RecordValue
from tests.runtime.data.worlds import ANNA, application, field, model

WORDS = ("", "a", "ä", "Ä", "ß", "日本", "😀", "\ufb00", "Größe", "a%_\\b", "größer")
NUMBERS = ("0", "1", "-1.50", "2.00", "99.99", "0.01", None)
MIXED = application(
    model(
        "Ort",
        field("name", "Text"),
        field("rang", "Integer"),
        field("offen", "Boolean"),
        field("im", "Reference", model="~Ort"),
    ),
    model(
        "Ding",
        field("text", "Text"),
        field("art", "Enum", values=("größer", "kleiner")),
        field("ganz", "Integer"),
        field("zahl", "Decimal"),
        field("weit", "Decimal", precision=30, scale=4),
        field("wahr", "Boolean"),
        field("tag", "Date"),
        field("moment", "DateTime"),
        field("frei", "Json"),
        field("ort", "Reference", model="~Ort", inverse="dinge"),
    ),
)


def chosen(chance: random.Random, *values: Any) -> Any:
    return chance.choice([None, *values])


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def mixed(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RoomData]:
    folder = tmp_path_factory.mktemp("mixed")
    place: Path | Database = folder / "ä.db"
    if request.param == "postgres":
        place = request.getfixturevalue("preview_server").database(f"ä {uuid.uuid4()}")
    tenant = TenantData(place, engine, MasterKeys(folder, {}).cipher("tenant", "ä"))
    tenant.open()
    room = tenant.room("ä")
    room.adopt(MIXED)
    chance = random.Random(7)
    places: list[str] = []
    for _ in range(6):
        values = {
            "name": chosen(chance, *WORDS),
            "rang": chosen(chance, 1, 2, -5),
            "offen": chosen(chance, True, False),
            "im": chosen(chance, *places),
        }
        places.append(room.create("Ort", values, ANNA).id)
    for _ in range(60):
        values = {
            "text": chosen(chance, *WORDS),
            "art": chosen(chance, "größer", "kleiner"),
            "ganz": chosen(chance, 0, 1, -1, 2**53 - 1, 100),
            "zahl": chance.choice(NUMBERS),
            "weit": chance.choice(NUMBERS),
            "wahr": chosen(chance, True, False),
            "tag": chosen(chance, "2026-01-01", "2026-12-31"),
            "moment": chosen(chance, "2026-01-01T00:00:00.000Z", "1969-01-01T00:00:00.001Z"),
            "frei": chosen(chance, 1, "a", {"x": 1}, [1]),
            "ort": chosen(chance, *places),
        }
        room.create("Ding", values, ANNA)
    yield room
    tenant.close()


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


FIELDS = {
    "text": ["item.text", "item.art", "item.ort.name", "item.ort.im.name", "item.tag", "item.id"],
    "number": ["item.ganz", "item.zahl", "item.weit", "item.ort.rang", "item.ort.im.rang"],
    "truth": ["item.wahr", "item.ort.offen", "item.ort.im.offen"],
    "moment": ["item.moment", "item.createdAt"],
    "other": ["item.ort", "item.frei", "item.ort.im", "item.nichts", "item"],
}
CONSTANTS = {
    "text": [*map(quoted, WORDS), "'kleiner'", "'2026-06-01'", "vars.text", "vars.text + 'x'"],
    "number": [
        *("0", "1", "-1", "100", "1.5", "decimal('0.005')", "decimal('1.00')", "vars.zahl"),
        *("decimal('-1.5')", "decimal('123456789012345678901234567890')", "9007199254740991"),
    ],
    "truth": ["true", "false", "vars.wahr"],
    "moment": ["timestamp('2026-01-01T00:00:00Z')", "now()", "now() - duration('1h')"],
    "other": ["null", "vars.ort", "vars.nichts", "vars.fehlt", "1/0"],
}
KINDS = st.sampled_from(sorted(FIELDS))


def operands(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from(FIELDS[kind] * 2 + CONSTANTS[kind])


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    kind = draw(KINDS)
    # Now and then two kinds meet that do not go together.
    other = draw(KINDS) if draw(st.integers(0, 7)) == 0 else kind
    operator = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
    return f"{draw(operands(kind))} {operator} {draw(operands(other))}"


@st.composite
def text_matches(draw: st.DrawFn) -> str:
    target = draw(st.sampled_from(FIELDS["text"]))
    function = draw(st.sampled_from(["contains", "startsWith", "endsWith"]))
    return f"{target}.{function}({draw(st.sampled_from(CONSTANTS['text']))})"


@st.composite
def memberships(draw: st.DrawFn) -> str:
    kind = draw(KINDS)
    items = draw(st.lists(operands(kind), max_size=3))
    return f"{draw(operands(kind))} in [{', '.join(items)}]"


LEAVES = st.one_of(
    comparisons(),
    comparisons(),
    text_matches(),
    memberships(),
    st.sampled_from([path for kind in FIELDS.values() for path in kind if "." in path]).map(
        lambda path: f"has({path})"
    ),
    st.sampled_from(FIELDS["truth"] + ["item.ort.dinge.size() > 9", "vars.wahr", "true"]),
)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"({a}) && ({b})", inner, inner),
        st.builds(lambda a, b: f"({a}) || ({b})", inner, inner),
        st.builds(lambda a: f"!({a})", inner),
        st.builds(lambda a, b, c: f"({a}) ? ({b}) : ({c})", inner, inner, inner),
    ),
    max_leaves=5,
)


def everything(room: RoomData) -> tuple[list[Record], list[RecordValue]]:
    records = list(room.query(Query("Ding", limit=100)).items)
    paths = [("ort", "im", "name"), ("ort", "im", "rang"), ("ort", "im", "offen")]
    paths += [("ort", "name"), ("ort", "rang"), ("ort", "offen"), ("ort", "dinge", "*", "id")]
    return records, [room.load(record, paths) for record in records]


CACHE: dict[int, Any] = {}


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example("!(item.text.endsWith(''))", "ä", None)
@example("item.zahl in [1.5, item.zahl]", "", None)
@example("!(item.zahl in [item.zahl, 1.5])", "", None)
@given(FILTERS, st.sampled_from(WORDS), st.sampled_from([None, Decimal(2), 1]))
def test_sql_says_what_the_engine_says(
    mixed: RoomData, engine: Engine, source: str, word: str, number: Any
) -> None:
    """[DA13] a filter finds exactly the records for which the engine says true."""
    if id(mixed) not in CACHE:
        CACHE[id(mixed)] = everything(mixed)
    records, values = CACHE[id(mixed)]
    place = next(record.values["ort"] for record in records if record.values["ort"])
    variables: dict[str, Any] = {
        "vars": {"text": word, "zahl": number, "wahr": True, "ort": place, "nichts": None}
    }
    now = records[-1].created_at
    told = engine.evaluate_many(
        source, [{"item": value} for value in values], shared=variables, now=now
    )
    expected = [record.id for record, value in zip(records, told, strict=True) if value is True]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mixed._transactions, "now", lambda: now)
        page = mixed.query(Query("Ding", filter=source, variables=variables, limit=100))
    assert [record.id for record in page.items] == expected, (source, word, number)
    assert page.total == len(expected)


def is_translated(room: RoomData, source: str) -> bool:
    found: list[bool] = []
    split = Translator.split

    def watched(self: Translator, node: Any) -> Any:
        result = split(self, node)
        found.append(result[1])
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Translator, "split", watched)
        room.query(Query("Ding", filter=source, variables={"vars": {"text": None}}))
    return found[-1]


@pytest.mark.parametrize(
    ("source", "is_sql"),
    [
        ("(vars.text == null || item.art == vars.text) && item.text.contains('ä')", True),
        ("item.ort.im.name == 'ß' && !(item.zahl > decimal('0.005'))", True),
        ("item.art in ['größer'] ? has(item.ort) : item.moment < now()", True),
        ("!item.text.endsWith('')", True),
        ("item.id == 'x' || item.ort == 'y' || item.wahr", True),
        ("item.ort.dinge.size() > 1", False),
        ("item.ganz + 1 > 2", False),
        ("item.frei == 1", False),
    ],
)
def test_usual_filters_are_sql(mixed: RoomData, source: str, is_sql: bool) -> None:
    """[DA13] what SQL can say is said in SQL, and nothing else."""
    assert is_translated(mixed, source) is is_sql


def test_what_is_evaluated_is_bounded(mixed: RoomData, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA14] what the engine has to decide is bounded; a condition in SQL brings it below."""
    monkeypatch.setattr(querying, "EVALUATED_RECORDS_MAX", 40)
    with pytest.raises(DataLimit) as caught:
        mixed.query(Query("Ding", filter="item.ganz + 1 > 0"))
    assert caught.value.code == "data_limit_evaluated"
    few = mixed.query(Query("Ding", filter="item.art == 'größer' && item.ganz + 1 > 0", limit=100))
    assert few.total == len(few.items) > 0
    first = mixed.query(Query("Ding", filter="item.art == 'größer' && item.ganz + 1 > 0", limit=2))
    assert first.items == few.items[:2]
    rest = mixed.query(
        Query("Ding", filter="item.art == 'größer' && item.ganz + 1 > 0", cursor=first.next)
    )
    assert (first.items + rest.items, rest.total) == (few.items, few.total)
    third = mixed.query(
        Query("Ding", filter="item.art == 'größer' && item.ganz + 1 > 0", offset=2, limit=1)
    )
    assert third.items == few.items[2:3]


@pytest.mark.parametrize(
    ("source", "code"), [("item.", "expression_syntax"), ("itm.text == 'ä'", "expression_name")]
)
def test_a_wrong_filter_is_told(mixed: RoomData, source: str, code: str) -> None:
    """[DA14] a filter that is wrong whatever the records hold is an error, not an empty page."""
    with pytest.raises(ExpressionError) as caught:
        mixed.query(Query("Ding", filter=source))
    assert caught.value.code == code


CONDITIONS: list[tuple[str, Operator, Any, str]] = [
    ("text", Operator.EQUAL, "ä", "item.text == 'ä'"),
    ("text", Operator.NOT_EQUAL, "ä", "item.text != 'ä'"),
    ("ort.name", Operator.EQUAL, "日本", "item.ort.name == '日本'"),
    ("zahl", Operator.AT_LEAST, "0.005", "item.zahl >= decimal('0.005')"),
    ("weit", Operator.LESS, 1, "item.weit < decimal('1')"),
    ("ganz", Operator.GREATER, "0.5", "item.ganz > 0"),
    ("wahr", Operator.EQUAL, "true", "item.wahr == true"),
    ("moment", Operator.AT_MOST, "2026-01-01T01:00:00+01:00", "has(item.moment)"),
    ("art", Operator.IN, "größer,kleiner", "has(item.art)"),
    ("art", Operator.EQUAL, "fremd", "false"),
    ("zahl", Operator.EMPTY, "true", "item.zahl == null"),
    ("text", Operator.EMPTY, True, "item.text == null || item.text == ''"),
    ("ganz", Operator.EQUAL, "", "item.ganz == null"),
    ("ort.im", Operator.EMPTY, False, "has(item.ort.im)"),
    ("text", Operator.CONTAINS, "GRÖ", "item.text.startsWith('Grö') || item.text.contains('grö')"),
    ("text", Operator.STARTS_WITH, "A%", "item.text.startsWith('a%')"),
    ("text", Operator.ENDS_WITH, "Ä", "item.text.endsWith('ä') || item.text.endsWith('Ä')"),
]


@pytest.mark.parametrize("case", CONDITIONS, ids=lambda case: f"{case[0]} {case[1]} {case[2]}")
def test_conditions(mixed: RoomData, case: tuple[str, Operator, Any, str]) -> None:
    """[DA15] a condition finds what the expression says that it stands for."""
    path, operator, value, source = case
    asked = Query("Ding", conditions=(Condition(path, operator, value),), limit=100)
    expected = mixed.query(Query("Ding", filter=source, limit=100)).items
    assert mixed.query(asked).items == expected
    assert expected or source == "false"


@pytest.mark.parametrize(
    ("path", "operator", "value", "code"),
    [
        ("fremd", Operator.EQUAL, "ä", "query_field"),
        ("text.name", Operator.EQUAL, "ä", "query_field"),
        ("ort.fremd", Operator.EQUAL, "ä", "query_field"),
        ("ganz", Operator.EQUAL, "ä", "query_value"),
        ("moment", Operator.LESS, "gestern", "query_value"),
        ("ganz", Operator.CONTAINS, "1", "query_operator"),
        ("wahr", Operator.LESS, "true", "query_operator"),
        ("frei", Operator.EQUAL, "1", "query_operator"),
        ("text", Operator.CONTAINS, "\0", "query_value"),
        ("text", Operator.CONTAINS, "ä" * 300, "query_value"),
        ("zahl", Operator.EMPTY, "ja", "query_value"),
    ],
)
def test_conditions_that_cannot_be_asked(
    mixed: RoomData, path: str, operator: Operator, value: str, code: str
) -> None:
    """[DA15] a condition on nothing, with a wrong value or operator is refused with its code."""
    with pytest.raises(QueryInvalid) as caught:
        mixed.query(Query("Ding", conditions=(Condition(path, operator, value),)))
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["GRÖSSER", "größer", "A%_\\B", "日", "%", "_", "ẞ"])
def test_search_ignores_case(mixed: RoomData, text: str) -> None:
    """[DA15] a search looks into all texts, ignores case beyond ASCII, and knows no wildcards."""
    found = {record.id for record in mixed.query(Query("Ding", search=text, limit=100)).items}
    expected = {
        record.id
        for record in mixed.query(Query("Ding", limit=100)).items
        if any(text.lower() in str(record.values[name] or "").lower() for name in ("text", "art"))
    }
    assert found == expected
