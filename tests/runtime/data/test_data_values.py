"""Values of all types: stored exactly, refused in words that people understand."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.data.errors import RecordInvalid, RecordNotFound
from runtime.data.queries import Access, ModelAccess, Query
from runtime.data.room import RoomData
from runtime.data.storage import Shape
from runtime.data.texts import compile_pattern
from runtime.data.values import BadValue, read_value, write_value
from runtime.limits import FILE_BYTES_MAX, JSON_NESTING_MAX, TEXT_CHARACTERS_MAX
from runtime.parts import Field, FieldType
from tests.runtime.data.worlds import ANNA, application, faults_of, field, index, model

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**precision - 1
    return st.integers(-most, most).map(lambda number: Decimal(number).scaleb(-scale))


def alike(type_: str, **rest: Any) -> Field:
    return Field("~ä", "ä", FieldType(type_), **rest)


VALUES: list[tuple[Field, st.SearchStrategy[Any]]] = [
    (alike("Text"), TEXTS),
    (alike("Integer"), st.integers(-(2**53) + 1, 2**53 - 1)),
    (alike("Decimal", precision=18, scale=2), decimals(18, 2)),
    (alike("Decimal", precision=24, scale=6), decimals(24, 6)),
    (alike("Boolean"), st.booleans()),
    (alike("Date"), st.dates().map(lambda day: day.isoformat())),
    (alike("Time"), st.times().map(lambda time: time.replace(microsecond=0).isoformat())),
    (alike("DateTime"), st.datetimes(timezones=st.just(UTC))),
    (alike("Enum", values=("größer", "kleiner")), st.sampled_from(("größer", "kleiner"))),
    (alike("UUID"), st.uuids().map(str)),
    (alike("Json"), JSON),
]


@given(st.data())
def test_values_survive_storage_and_wire(data: st.DataObject) -> None:
    """[DA1] what is stored and what is on the wire come back as the value that it was."""
    field_, values = data.draw(st.sampled_from(VALUES))
    value = read_value(field_, data.draw(values))
    shape = Shape.of(field_)
    stored = value if value is None or shape.encode is None else shape.encode(value)
    assert value is None or stored is not None
    assert (stored if stored is None or shape.decode is None else shape.decode(stored)) == value
    assert read_value(field_, write_value(field_, value)) == value


@given(st.sampled_from([(18, 2), (24, 6), (30, 0)]), st.data())
def test_decimals_sort_as_numbers(shape: tuple[int, int], data: st.DataObject) -> None:
    """[DA1] stored decimals are in the order of their numbers, however wide."""
    precision, scale = shape
    encode = Shape(FieldType.DECIMAL, precision, scale).encode
    assert encode is not None
    left, right = (data.draw(decimals(precision, scale)) for _ in range(2))
    assert (encode(left) < encode(right)) == (left < right)
    assert (encode(left) == encode(right)) == (left == right)


def test_every_type_in_a_table(room: RoomData) -> None:
    """[DA1] a record of every type is read as it was written, with texts from everywhere."""
    target = model("Ziel", field("name", "Text"))
    everything = model(
        "Alles",
        *(field(f"f{at}", item.type, **_rest(item)) for at, (item, _) in enumerate(VALUES)),
        field("mail", "Email"),
        field("link", "Url"),
        field("ziel", "Reference", model="~Ziel"),
    )
    room.adopt(application(target, everything))
    other = room.create("Ziel", {"name": "日本 ß 😀"}, ANNA)
    given = {
        "f0": "ÄÖ\n\t'\"; DROP TABLE x; --",
        "f1": -(2**53) + 1,
        "f2": "-1234567890123456.78",
        "f3": "999999999999999999.999999",
        "f4": False,
        "f5": "0001-01-01",
        "f6": "23:59:59",
        "f7": "1969-12-31T23:59:59.999Z",
        "f8": "größer",
        "f10": {"ä": [1, None, "日"]},
        "f9": "018f3c9e-7c44-7cc4-a8a6-5d7f4d9e2b10",
        "mail": "jörg@größe.example",
        "link": "https://größe.example/ä?b#c",
        "ziel": other.id,
    }
    record = room.create("~Alles", given, ANNA)
    wire = room.to_json(room.read("Alles", record.id))
    assert {name: wire[name] for name in given} == given
    assert record.values["f7"] == datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
    assert (wire["@version"], wire["createdBy"]) == (1, "anna")
    assert room.read("Alles", record.id) == record
    nothing = room.create("Alles", dict.fromkeys(given), ANNA)
    assert set(nothing.values.values()) == {None}


def _rest(item: Field) -> dict[str, Any]:
    return {"values": item.values, "precision": item.precision, "scale": item.scale}


BAD = [
    ("Text", 5),
    ("Text", "a\0b"),
    ("Text", "\ud800"),
    ("Text", "x" * (TEXT_CHARACTERS_MAX + 1)),
    ("Integer", 2**53),
    ("Integer", 1.5),
    ("Integer", "1.5"),
    ("Integer", True),
    ("Integer", "١٢"),
    ("Decimal", "1.005"),
    ("Decimal", "1e400"),
    ("Decimal", "NaN"),
    ("Decimal", "12345678901234567.00"),
    ("Decimal", "1_000"),
    ("Decimal", True),
    ("Boolean", 1),
    ("Boolean", "yes"),
    ("Date", "2026-02-30"),
    ("Date", "20260222"),
    ("Time", "24:00:00"),
    ("DateTime", "2026-11-22T09:00:00"),
    ("DateTime", "2026-11-22"),
    ("Enum", "grösser"),
    ("UUID", "018f3c9e"),
    ("Json", float("nan")),
    ("Json", {"a": 2**53}),
    ("Json", ["\ud800"]),
    ("File", "text"),
    ("Reference", 5),
]


@pytest.mark.parametrize(("type_", "raw"), BAD)
def test_what_is_no_value_is_refused(type_: str, raw: Any) -> None:
    """[DA2] a value that is none of its field's type is refused, and the text says what is."""
    with pytest.raises(BadValue) as caught:
        read_value(alike(type_, values=("größer",)), raw)
    assert caught.value.message
    assert caught.value.code


def test_nesting_of_json_is_bounded() -> None:
    """[DA2] JSON may be nested to the bound and not beyond."""
    value: Any = "ä"
    for _ in range(JSON_NESTING_MAX):
        value = [value]
    assert read_value(alike("Json"), value) == value
    with pytest.raises(BadValue):
        read_value(alike("Json"), [value])


RULES: list[tuple[Field, list[Any], list[Any]]] = [
    (alike("Email"), ["jörg@größe.example", "a+b@c.de"], ["@c.de", "a@", "a b@c.de", "a@-c.de"]),
    (alike("Email", validation="RFC5322"), ['"a b"@c.de', "a.b@c.de"], ["jörg@c.de"]),
    (alike("Url"), ["https://größe.example/ä", "mailto:a@b.de"], ["javascript:alert(1)", "ab"]),
    (alike("Url", validation="RFC3986"), ["https://a.de/%C3%A4"], ["https://a.de/ä", "http://"]),
    (alike("Text", validation="E164"), ["+4930123456", ""], ["030 123", "+0123", "+" + "1" * 16]),
    (alike("Text", validation="ISO4217"), ["EUR", "JPY"], ["eur", "EURO", "ÄÖÜ"]),
    (alike("Text", validation={"pattern": "^[A-Z]{3}$"}), ["ABC"], ["ABCD", "ÄBC"]),
    (
        alike("Text", validation={"minLength": 2, "maxLength": 3}),
        ["äö", "日本語"],
        ["ä", "日本語ß"],
    ),
    (alike("Integer", validation={"min": 1, "max": "10"}), [1, 10], [0, 11]),
    (alike("Decimal", validation={"min": "0.005"}), ["0.01"], ["0.00", "-1"]),
    (alike("Date", validation={"min": "2026-01-01"}), ["2026-01-01"], ["2025-12-31"]),
    (
        alike("DateTime", validation={"max": "2026-01-01T00:00:00Z"}),
        ["2026-01-01T01:00:00+01:00"],
        ["2026-01-01T00:00:00.001Z"],
    ),
]


@pytest.mark.parametrize("case", RULES, ids=lambda case: f"{case[0].type}-{case[0].validation}")
def test_rules_at_their_boundaries(
    room: RoomData, case: tuple[Field, list[Any], list[Any]]
) -> None:
    """[DA2] a rule lets pass what follows it, refuses what does not, and later changes too."""
    rule, good, bad = case
    room.adopt(application(model("M", field("wert", rule.type, validation=rule.validation))))
    for value in good:
        record = room.create("M", {"wert": value}, ANNA)
        for refused in bad:
            with pytest.raises(RecordInvalid) as caught:
                room.update("M", record.id, {"wert": refused}, ANNA)
            (fault,) = caught.value.fields["wert"]
            assert fault.message.startswith("must ")
        assert room.read("M", record.id).version == 1


def test_all_faults_at_once(room: RoomData) -> None:
    """[DA2] every fault of a record is told at once, and nothing is written."""
    room.adopt(
        application(
            model(
                "Kunde",
                field("mail", "Email", is_required=True, validation="RFC5322"),
                field("größe", "Integer", validation={"min": 1}),
                field("name", "Text", is_required=True),
            )
        )
    )
    faults = faults_of(room, "Kunde", {"mail": "anna", "größe": 0, "fremd": 1, "id": "x"})
    assert faults == {
        "mail": ["rfc5322"],
        "größe": ["min"],
        "name": ["required"],
        "fremd": ["unknown"],
        "id": ["read_only"],
    }
    assert room.counts() == {"~Kunde": 0}
    with pytest.raises(RecordInvalid) as caught:
        room.create("Kunde", {"mail": "anna", "name": "ß"}, ANNA)
    assert caught.value.fields["mail"][0].message == (
        "must be an e-mail address such as anna@example.com"
    )


def test_what_is_not_to_be_written_is_refused(room: RoomData) -> None:
    """[DA3] unknown, computed and system fields are never written."""
    room.adopt(
        application(model("M", field("a", "Integer"), field("b", "Integer", computed="record.a")))
    )
    record = room.create("M", {"a": 1}, ANNA)
    for name in ("b", "id", "createdAt", "updatedAt", "createdBy", "ä", "~b"):
        with pytest.raises(RecordInvalid):
            room.update("M", record.id, {name: "5"}, ANNA)
    assert room.update("M", record.id, {"~a": 7}, ANNA).values == {"a": 7, "b": 7}


@pytest.mark.timeout(20)
def test_patterns_are_linear(room: RoomData) -> None:
    """[DA4] a pattern that would backtrack for ages is matched at once; others are faults."""
    evil = field("code", "Text", validation={"pattern": "^(a+)+$"})
    adoption = room.adopt(application(model("M", evil)))
    assert adoption.faults == ()
    assert faults_of(room, "M", {"code": "a" * 100_000 + "ß"}) == {"code": ["pattern"]}
    for source in ("(?=a)a", r"(a)\1", "(", "a{1000000}"):
        assert compile_pattern(source) is None
        unusable = field("code", "Text", validation={"pattern": source})
        adoption = room.adopt(application(model("M", unusable)))
        assert [fault.code for fault in adoption.faults] == ["validation_pattern"]
        assert faults_of(room, "M", {"code": "ß"}) == {}


def test_unique_values(room: RoomData) -> None:
    """[DA5] a unique value is refused at its field, null as often as one likes."""
    room.adopt(application(model("M", field("a", "Text", is_unique=True))))
    first = room.create("M", {"a": "größe"}, ANNA)
    assert faults_of(room, "M", {"a": "größe"}) == {"a": ["unique"]}
    assert faults_of(room, "M", {"a": "Größe"}) == {}
    assert faults_of(room, "M", {}) == {}
    assert faults_of(room, "M", {"a": None}) == {}
    assert room.update("M", first.id, {"a": "größe"}, ANNA).version == 1
    room.delete("M", first.id, ANNA)
    assert faults_of(room, "M", {"a": "größe"}) == {}


def test_unique_together(room: RoomData) -> None:
    """[DA5] fields can be unique together; a null among them makes them unlike."""

    pair = model(
        "M", field("a", "Text"), field("b", "Integer"), indexes=(index("a", "b", is_unique=True),)
    )
    room.adopt(application(pair))
    for values in ({"a": "ß", "b": 1}, {"a": "ß", "b": 2}, {"a": "ß"}, {"a": "ß"}):
        assert faults_of(room, "M", values) == {}
    assert faults_of(room, "M", {"a": "ß", "b": 1}) == {"a": ["unique"]}


def test_defaults(room: RoomData) -> None:
    """[DA6] what is not given takes its default, a value or an expression; null stays null."""
    room.adopt(
        application(
            model(
                "M",
                field("key", "UUID", is_required=True, is_unique=True),
                field("tier", "Enum", values=("größer", "kleiner"), default="kleiner"),
                field("by", "Text", default={"expr": "user.id + '!'"}),
                field("price", "Decimal", default={"expr": "decimal('1') / 3"}),
                field("bad", "Integer", default="ä"),
            )
        )
    )
    assert faults_of(room, "M", {}) == {"bad": ["default"]}
    record = room.create("M", {"bad": None}, ANNA)
    assert record.values["tier"] == "kleiner"
    assert record.values["by"] == "anna!"
    assert record.values["price"] == Decimal("0.33")
    assert read_value(alike("UUID"), record.values["key"]) == record.values["key"]
    assert room.create("M", {"bad": 1, "tier": None}, ANNA).values["tier"] is None


def test_files(room: RoomData) -> None:
    """[DA7] a file's bytes are stored apart, described in the record, and kept by its digest."""
    room.adopt(application(model("M", field("bild", "File"))))
    data = "größe 日本".encode() * 100
    given = {"name": "größe.txt", "type": "text/plain", "data": base64.b64encode(data).decode()}
    record = room.create("M", {"bild": given}, ANNA)
    told = room.to_json(record)["bild"]
    assert (told["name"], told["type"], told["size"]) == ("größe.txt", "text/plain", len(data))
    assert "data" not in told
    assert room.file("M", record.id, "bild") == (record.values["bild"], data)
    renamed = room.update("M", record.id, {"bild": {**told, "name": "neu.txt"}}, ANNA)
    assert room.file("M", record.id, "bild")[1] == data
    assert room.query(Query("M", filter="item.bild == 'neu.txt'")).items == (renamed,)
    with pytest.raises(RecordNotFound):
        room.file(
            "M", record.id, "bild", access=Access({"~M": ModelAccess(hidden=frozenset({"~bild"}))})
        )


def test_files_are_bounded(room: RoomData) -> None:
    """[DA7] what is too large, badly named, no base64 or unknown is no file."""
    room.adopt(application(model("M", field("bild", "File"))))
    exact = base64.b64encode(b"x" * FILE_BYTES_MAX).decode()
    assert faults_of(room, "M", {"bild": {"name": "ä", "data": exact}}) == {}
    larger = base64.b64encode(b"x" * (FILE_BYTES_MAX + 8)).decode()
    for bad in (
        {"name": "ä", "data": larger},
        {"name": "../ä", "data": ""},
        {"name": "", "data": ""},
        {"name": "ä\n", "data": ""},
        {"name": "ä", "data": "ß"},
        {"name": "ä", "digest": "0" * 64},
        {"name": "ä", "data": "", "other": 1},
    ):
        assert faults_of(room, "M", {"bild": bad}) == {"bild": ["file"]}
