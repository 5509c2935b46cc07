"""Encrypted fields: sealed on the disk, and everywhere else what they are. Rules: DA."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.application import Application
from runtime.data.encryption import MasterKeys
from runtime.data.errors import DataBusy, FieldDamaged, FieldKeyMissing, QueryInvalid
from runtime.data.queries import (
    Access,
    Condition,
    GroupQuery,
    Measure,
    ModelAccess,
    Operator,
    Query,
)
from runtime.data.records import ChangeKind
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from runtime.parts import Field
from tests.runtime.data.worlds import ANNA, application, field, index, model

SECRET = "Geheimnis-ßø-日本-7731"
OTHER = "Überraschung-žluťoučký-4410"
ROOM = "räume"
FILE = {
    "name": "geheim-ä.txt",
    "type": "text/plain",
    "data": base64.b64encode(f"{SECRET} in einer Datei".encode()).decode(),
}


class Place:
    """A tenant's file with its keys, which can be closed and opened again."""

    def __init__(self, folder: Path, engine: Engine, environment: dict[str, str] | None = None):
        self.folder = folder
        self.engine = engine
        self.environment = environment or {}
        self.open()

    @property
    def keys(self) -> Path:
        return self.folder / "secrets" / "preview.key"

    def open(self) -> None:
        keys = MasterKeys(self.folder / "secrets", self.environment)
        path = self.folder / "größe.db"
        self.tenant = TenantData(path, self.engine, keys.cipher("tenant", "größe"))
        self.tenant.open()
        self.room = self.tenant.room(ROOM)

    def reopen(self, environment: dict[str, str] | None = None) -> RoomData:
        application = self.room.application
        self.tenant.close()
        self.environment = self.environment if environment is None else environment
        self.open()
        self.faults = codes(self.room.adopt(application).faults)
        return self.room

    def holds(self, *texts: str) -> list[str]:
        """Return which of *texts* the file or its log holds, as they are or as JSON writes them."""
        content = b"".join(path.read_bytes() for path in self.folder.glob("größe.db*"))
        return [
            text
            for text in texts
            if any(
                form in content
                for form in (
                    text.encode(),
                    json.dumps(text)[1:-1].encode(),
                    base64.b64encode(text.encode())[:-4],
                )
            )
        ]

    def change(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Change the file behind the back of everybody."""
        with sqlite3.connect(self.folder / "größe.db") as connection:
            found = connection.execute(statement, values).fetchall()
        connection.close()
        return found


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path, engine)
    yield place
    place.tenant.close()


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def codes(faults: Any) -> list[str]:
    return [fault.code for fault in faults]


def secret(name: str, type_: str = "Text", **rest: Any) -> Field:
    return field(name, type_, is_encrypted=True, **rest)


def people(*more: Field, is_encrypted: bool = True) -> Application:
    """Return people with a secret."""
    told = field("secret", "Text", is_encrypted=is_encrypted)
    return application(model("Person", field("name", "Text"), told, *more))


EVERYTHING = application(
    model("Other", field("name", "Text")),
    model(
        "All",
        secret("text"),
        secret("email", "Email"),
        secret("url", "Url"),
        secret("uuid", "UUID"),
        secret("whole", "Integer"),
        secret("amount", "Decimal"),
        secret("wide", "Decimal", precision=60, scale=20),
        secret("yes", "Boolean"),
        secret("day", "Date"),
        secret("time", "Time"),
        secret("moment", "DateTime"),
        secret("choice", "Enum", values=("größer", "kleiner")),
        secret("json", "Json"),
        secret("file", "File"),
        secret("other", "Reference", model="~Other"),
    ),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
    "email": st.sampled_from(["anna@größe.example", "b@example.com"]),
    "url": st.sampled_from(["https://example.com/ä", "https://例え.example/?q=1"]),
    "uuid": st.uuids().map(str),
    "whole": st.integers(-(2**53) + 1, 2**53 - 1),
    "amount": st.decimals(-(10**15), 10**15, places=2).map(lambda value: f"{value or abs(value)}"),
    "wide": st.decimals(-(10**30), 10**30, places=20).map(lambda value: f"{value or abs(value):f}"),
    "yes": st.booleans(),
    "day": st.dates().map(lambda value: value.isoformat()),
    "time": st.times().map(lambda value: value.replace(microsecond=0).isoformat()),
    "moment": st.datetimes().map(lambda value: value.isoformat(timespec="milliseconds") + "Z"),
    "choice": st.sampled_from(["größer", "kleiner"]),
    "json": st.recursive(
        st.none() | st.booleans() | st.integers(-999, 999) | st.text("aäß日 "),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("kä"), inner),
    ),
}


@pytest.fixture(scope="module")
def everything(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("alles"), engine)
    place.room.adopt(EVERYTHING)
    yield place
    place.tenant.close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=st.fixed_dictionaries(VALUES))
def test_round_trip(everything: Place, values: dict[str, Any]) -> None:
    """[DA38] Values of an encrypted field are sealed on the disk and come back as they were."""
    room = everything.room
    made = room.create("All", values, ANNA)
    found = room.read("All", made.id)
    assert found.values == made.values
    told = room.to_json(found)
    assert {name: told[name] for name in values} == values
    page, _, _ = room.query_json(Query("All", sort=("-createdAt",), limit=1))
    assert page == [told]


def test_nothing_is_clear(place: Place) -> None:
    """[DA38] Values of an encrypted field are sealed on the disk and come back as they were."""
    room = place.room
    adoption = room.adopt(EVERYTHING)
    assert codes(adoption.faults) == ["field_not_encrypted"]
    room.triggers = frozenset({("~All", str(kind)) for kind in ChangeKind})
    values = {"text": SECRET, "json": {"ä": [OTHER]}, "choice": "größer", "file": FILE}
    made = room.create("All", values, ANNA)
    room.update("All", made.id, {"text": f"{OTHER}!", "wide": "12345678901234.5"}, ANNA)
    room.delete("All", room.create("All", {"text": f"gelöscht {SECRET}"}, ANNA).id, ANNA)
    # What waits for workflows is sealed as well, and comes back.
    assert [change.kind for change in room.outbox(10)][:2] == ["created", "updated"]
    assert room.outbox(1)[0].after == room.outbox(2)[1].before
    assert room.outbox(2)[1].after == room.read("All", made.id)
    assert place.holds(SECRET, OTHER, "größer", "geheim-ä.txt", "12345678901234") == []
    assert room.file("All", made.id, "file")[1].decode() == f"{SECRET} in einer Datei"
    place.tenant.close()
    assert place.holds(SECRET, OTHER, "größer", "geheim-ä.txt", "12345678901234") == []
    place.open()
    # The test can fail: what is not encrypted is seen.
    place.room.adopt(people(is_encrypted=False))
    place.room.create("Person", {"secret": SECRET}, ANNA)
    assert place.holds(SECRET, OTHER) == [SECRET]


def test_length_tells_nothing(place: Place) -> None:
    """[DA39] Each sealed value has a nonce of its own and is padded."""
    place.room.adopt(application(model("M", secret("yes", "Boolean"))))
    for value in (True, False, True):
        place.room.create("M", {"yes": value}, ANNA)
    rows = [row for (row,) in place.change("SELECT field_1 FROM records_1")]
    assert {len(row) for row in rows} == {1 + 4 + 12 + 32 + 16}
    assert len(set(rows)) == 3


def test_moved_values_are_refused(place: Place) -> None:
    """[DA40] A sealed value that was changed, or moved elsewhere, is refused with a code."""
    room = place.room
    room.adopt(application(model("M", secret("a"), secret("b"), field("clear", "Text"))))
    first = room.create("M", {"a": SECRET, "b": OTHER, "clear": "offen"}, ANNA).id
    second = room.create("M", {"a": OTHER, "b": SECRET}, ANNA).id
    before = place.change("SELECT id, field_1, field_2 FROM records_1 ORDER BY id")
    restore = "UPDATE records_1 SET field_1 = ?2, field_2 = ?3 WHERE id = ?1"

    def refused(*statement: Any) -> None:
        place.change(*statement)
        for ask in (lambda: room.read("M", first), lambda: room.query_json(Query("M"))):
            with pytest.raises(FieldDamaged) as caught:
                ask()
            assert caught.value.code == "field_damaged"
        for row in before:
            place.change(restore, *row)
        assert room.read("M", first).values["a"] == SECRET

    refused("UPDATE records_1 SET field_1 = field_2 WHERE id = ?", first)
    other = "(SELECT field_1 FROM records_1 WHERE id = ?)"
    refused(f"UPDATE records_1 SET field_1 = {other} WHERE id = ?", second, first)
    for at in (0, 20, len(before[0][1]) - 1):
        changed = bytearray(before[0][1])
        changed[at] ^= 1
        refused("UPDATE records_1 SET field_1 = ? WHERE id = ?", bytes(changed), first)
    refused("UPDATE records_1 SET field_1 = ? WHERE id = ?", b"kurz", first)
    refused("UPDATE records_1 SET field_1 = 'Text' WHERE id = ?", first)
    keys = MasterKeys(place.folder / "secrets", {})
    sealed = keys.cipher("tenant", "größe").seal(b"ort", b"inhalt")
    with pytest.raises(FieldDamaged):
        keys.cipher("tenant", "andere").open(b"ort", sealed)


def test_expressions_see_values(place: Place) -> None:
    """[DA41] Expressions, filters by them, computed fields and sums see encrypted values."""
    room = place.room
    pay = secret("pay", "Decimal")
    twice = secret("twice", "Decimal", computed="record.pay * 2")
    open_ = field("open", "Decimal", computed="record.pay + 1")
    adoption = room.adopt(people(pay, twice, open_, field("grade", "Text")))
    assert codes(adoption.faults) == ["field_encrypted_computed"]
    for at, grade in enumerate(["ä", "b", "ä"]):
        room.create("Person", {"secret": f"{SECRET} {at}", "pay": at, "grade": grade}, ANNA)
    found = room.query(
        Query(
            "Person",
            filter="item.secret.endsWith('1') && item.pay == decimal('1')",
            has_total=True,
        )
    )
    assert [item.values["secret"] for item in found.items] == [f"{SECRET} 1"]
    assert found.total == 1
    assert str(found.items[0].values["twice"]) == "2.00"
    assert str(found.items[0].values["open"]) == "2.00"
    groups = room.groups(GroupQuery("Person", by="grade", measure=Measure.SUM, field="pay"))
    assert [(group.key, str(group.value)) for group in groups] == [("b", "1.00"), ("ä", "2.00")]
    source = "models.Person.filter(p, p.pay > decimal('0')).map(p, p.pay).sum()"
    assert str(room.evaluate(source, {})) == "3.00"
    assert room.evaluate("models.Person.filter(p, has(p.secret)).size()", {}) == 3
    assert place.holds(SECRET) == []


def test_what_the_database_cannot(place: Place) -> None:
    """[DA42] What the database cannot do with an encrypted field is refused or a fault."""
    room = place.room
    persons = model(
        "Person",
        secret("number", "Text", is_unique=True),
        field("name", "Text"),
        field("friend", "Reference", model="~Person"),
        indexes=(index("number", "name", is_unique=True), index("name")),
    )
    adoption = room.adopt(application(persons))
    assert codes(adoption.faults) == ["field_encrypted_unique", "field_encrypted_index"]
    room.create("Person", {"number": SECRET, "name": "ä"}, ANNA)
    room.create("Person", {"number": SECRET, "name": "ä"}, ANNA)
    conditions = [
        Query("Person", conditions=(Condition(path, operator, value),))
        for path in ("number", "friend.number")
        for operator, value in ((Operator.EQUAL, SECRET), (Operator.EMPTY, "true"))
    ]
    for query in (*conditions, Query("Person", sort=("-number",))):
        with pytest.raises(QueryInvalid) as caught:
            room.query(query)
        assert caught.value.code == "query_encrypted"
    with pytest.raises(QueryInvalid) as caught:
        room.groups(GroupQuery("Person", by="number"))
    assert caught.value.code == "query_encrypted"
    assert room.query(Query("Person", search=SECRET[:4])).items == ()
    assert len(room.query(Query("Person", search="Ä")).items) == 2


def test_masked_stays_masked(place: Place) -> None:
    """[DA24] What a grant masks leaves through no record or filter, encrypted or not."""
    room = place.room
    room.adopt(people())
    room.create("Person", {"name": "Ä", "secret": SECRET}, ANNA)
    access = Access({"~Person": ModelAccess(hidden=frozenset({"~secret"}))})
    assert "secret" not in room.query_json(Query("Person", access=access))[0][0]
    hidden = Query("Person", filter=f"item.secret == '{SECRET}'", access=access)
    assert room.query(hidden).items == ()


def test_switched_on(place: Place) -> None:
    """[DA43] Switching encryption on leaves nothing in the file as it was; off opens it."""
    room = place.room
    picture = field("file", "File")
    room.adopt(people(picture, is_encrypted=False))
    room.triggers = frozenset({("~Person", "updated")})
    made = room.create("Person", {"name": "Ä", "secret": f"{SECRET} alt", "file": FILE}, ANNA)
    room.update("Person", made.id, {"secret": SECRET}, ANNA)
    for at in range(300):
        room.create("Person", {"name": f"n {at}", "secret": f"{OTHER} {at}"}, ANNA)
    for item in room.query(Query("Person", sort=("-createdAt",), limit=50)).items:
        room.delete("Person", item.id, ANNA)
    assert place.holds(SECRET, OTHER) == [SECRET, OTHER]
    adoption = room.adopt(people(replace(picture, is_encrypted=True)))
    assert (codes(adoption.faults), adoption.pending) == ([], ())
    assert place.holds(SECRET, OTHER, "geheim-ä.txt") == []
    assert room.read("Person", made.id).values["secret"] == SECRET
    assert room.outbox(1)[0].before is not None
    assert room.outbox(1)[0].before.values["secret"] == f"{SECRET} alt"
    assert room.file("Person", made.id, "file")[1].decode() == f"{SECRET} in einer Datei"
    room = place.reopen()
    assert room.query(Query("Person", has_total=True)).total == 251
    assert room.adopt(room.application).statements == ()
    room.adopt(people(picture, is_encrypted=False))
    assert room.read("Person", made.id).values["secret"] == SECRET
    assert room.file("Person", made.id, "file")[1].decode() == f"{SECRET} in einer Datei"
    filtered = Query("Person", conditions=(Condition("secret", Operator.EQUAL, SECRET),))
    assert len(room.query(filtered).items) == 1


def test_switched_on_with_another_type(place: Place) -> None:
    """[DA44] What a conversion of an encrypted field loses is kept sealed, and comes back."""
    room = place.room
    text = field("secret", "Text")
    room.adopt(application(model("M", text)))
    made = [room.create("M", {"secret": value}, ANNA).id for value in ("12", SECRET)]
    [pending] = room.adopt(application(model("M", replace(text, type="Integer")))).pending
    assert pending.examples == (SECRET,)
    adoption = room.adopt(application(model("M", replace(text, type="Integer", is_encrypted=True))))
    [pending] = adoption.pending
    assert (pending.examples, SECRET in pending.message) == ((), False)
    assert place.holds(SECRET) == []
    assert [room.read("M", item).values["secret"] for item in made] == [12, None]
    room.adopt(application(model("M", text)))
    assert [room.read("M", item).values["secret"] for item in made] == ["12", SECRET]
    # Both at once: encrypted and of another type.
    adoption = room.adopt(application(model("M", replace(text, type="Date", is_encrypted=True))))
    assert adoption.pending[0].count == 2
    assert place.holds(SECRET) == []
    room.adopt(application(model("M", replace(text, is_encrypted=True))))
    assert [room.read("M", item).values["secret"] for item in made] == ["12", SECRET]
    room.adopt(application(model("M", replace(text, type="Email", is_encrypted=True))))
    assert [room.read("M", item).values["secret"] for item in made] == ["12", SECRET]


def test_new_field_with_default(place: Place) -> None:
    """[DA17] A new field has its default in every record, a required UUID one of its own."""
    room = place.room
    room.adopt(application(model("M")))
    ids = [room.create("M", {}, ANNA).id for _ in range(3)]
    number = secret("number", "UUID", is_required=True)
    room.adopt(application(model("M", secret("word", default=SECRET), number)))
    records = [room.read("M", item) for item in ids]
    assert {record.values["word"] for record in records} == {SECRET}
    assert len({record.values["number"] for record in records}) == 3
    assert place.holds(SECRET) == []


def test_failing_computed_field_tells_no_value(place: Place) -> None:
    """[DA45] Why an encrypted field could not be computed names no value."""
    room = place.room
    wrong = secret("wrong", "Integer", computed="int(record.secret)")
    room.adopt(people(wrong))
    made = room.create("Person", {"secret": SECRET}, ANNA)
    found = room.read("Person", made.id)
    assert found.values["wrong"] is None
    assert found.faults == {"wrong": "this encrypted field cannot be computed"}
    assert place.holds(SECRET) == []


def test_scrubbing_is_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DA46] A file that cannot be cleared of what was sealed is a fault until it could be."""
    room = place.room
    room.adopt(people(is_encrypted=False))
    room.create("Person", {"secret": SECRET}, ANNA)

    def busy(self: Any) -> None:
        raise DataBusy("jemand liest")

    with monkeypatch.context() as patched:
        patched.setattr("runtime.data.sqlite.SqliteDatabase.scrub", busy)
        assert codes(room.adopt(people()).faults) == ["field_clear_remains"]
        place.reopen()
        assert place.faults == ["field_clear_remains"]
    place.reopen()
    assert place.faults == []
    assert place.holds(SECRET) == []


def test_key_file(place: Place) -> None:
    """[DA47] A key is made on first need, once, in a file for its owner alone."""
    place.room.adopt(people(is_encrypted=False))
    assert not place.keys.exists()
    place.room.adopt(people())
    assert stat.S_IMODE(place.keys.stat().st_mode) == 0o600
    assert len(base64.b64decode(place.keys.read_text())) == 32
    folder = place.folder / "viele"
    found: list[str] = []
    keys = [MasterKeys(folder, {}) for _ in range(8)]
    threads = [
        threading.Thread(target=lambda one=one: found.append(one.cipher("x").current()))
        for one in keys
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert [path.name for path in folder.iterdir()] == ["preview.key"]


@pytest.mark.parametrize("lose", ["file", "other", "environment"])
def test_lost_key(engine: Engine, tmp_path: Path, lose: str) -> None:
    """[DA48] While a key is missing nothing is opened or sealed, and nothing is lost."""
    first = {"PREVIEW_ENCRYPTION_KEY": new_key()} if lose == "environment" else {}
    place = Place(tmp_path, engine, first)
    try:
        room = place.room
        room.adopt(people())
        made = room.create("Person", {"name": "Ä", "secret": SECRET}, ANNA)
        kept = b"" if lose == "environment" else place.keys.read_bytes()
        if lose == "file":
            place.keys.unlink()
        elif lose == "other":
            place.keys.write_text(new_key())
        room = place.reopen({"PREVIEW_ENCRYPTION_KEY": new_key()} if first else None)
        assert place.faults == ["field_key_missing"]
        asks: list[Callable[[], Any]] = [
            lambda: room.read("Person", made.id),
            lambda: room.query_json(Query("Person")),
            lambda: room.create("Person", {"secret": OTHER}, ANNA),
            lambda: room.update("Person", made.id, {"name": "Ö"}, ANNA),
            lambda: room.adopt(people(is_encrypted=False)),
        ]
        for ask in asks:
            with pytest.raises(FieldKeyMissing) as caught:
                ask()
            assert (caught.value.code, caught.value.http_status) == ("field_key_missing", 503)
        assert place.keys.exists() == (lose == "other")
        if kept:
            place.keys.write_bytes(kept)
        room = place.reopen(first)
        assert place.faults == []
        assert room.read("Person", made.id).values == {"name": "Ä", "secret": SECRET}
        assert room.query(Query("Person", has_total=True)).total == 1
    finally:
        place.tenant.close()


def test_bad_keys(place: Place) -> None:
    """[DA49] A key that is none is refused with a code of its own."""
    place.room.adopt(people())
    for bad in ("zu kurz ä", base64.b64encode(b"16 bytes of key!").decode()):
        keys = MasterKeys(place.folder / "secrets", {"PREVIEW_ENCRYPTION_KEY": bad})
        with pytest.raises(FieldKeyMissing) as caught:
            keys.cipher("tenant", "größe").seal(b"", b"")
        assert caught.value.code == "field_key_invalid"
        assert bad not in str(caught.value)
    room = place.reopen({"PREVIEW_ENCRYPTION_KEY": "ä"})
    assert place.faults == ["field_key_missing"]
    with pytest.raises(FieldKeyMissing):
        room.create("Person", {"secret": OTHER}, ANNA)


def test_rotation(engine: Engine, tmp_path: Path) -> None:
    """[DA50] Opening a room with both keys seals its values under the new one."""
    old, new = new_key(), new_key()
    place = Place(tmp_path, engine, {"PREVIEW_ENCRYPTION_KEY": old})
    try:
        room = place.room
        room.adopt(people(secret("file", "File")))
        made = room.create("Person", {"secret": SECRET, "file": FILE}, ANNA)
        room.triggers = frozenset({("~Person", "updated")})
        room.update("Person", made.id, {"name": "Ü"}, ANNA)
        both = {"PREVIEW_ENCRYPTION_KEY": new, "PREVIEW_ENCRYPTION_KEY_PREVIOUS": old}
        room = place.reopen(both)
        assert room.read("Person", made.id).values["secret"] == SECRET
        [change] = room.outbox(5)
        # The change that waits still needs the old key, so that it is not forgotten.
        place.reopen({"PREVIEW_ENCRYPTION_KEY": new})
        assert place.faults == ["field_key_missing"] * 2
        room = place.reopen(both)
        room.taken([change.number])
        place.reopen(both)
        room = place.reopen({"PREVIEW_ENCRYPTION_KEY": new})
        assert place.faults == []
        assert room.read("Person", made.id).values["secret"] == SECRET
        assert room.file("Person", made.id, "file")[1].decode() == f"{SECRET} in einer Datei"
        room.create("Person", {"secret": OTHER, "file": FILE}, ANNA)
        assert place.change("SELECT count(*) FROM files") == [(1,)]
    finally:
        place.tenant.close()


def test_from_the_file_to_the_environment(place: Place) -> None:
    """[DA50] A key in the environment takes over from the file, which still opens."""
    place.room.adopt(people())
    made = place.room.create("Person", {"secret": SECRET}, ANNA)
    environment = {"PREVIEW_ENCRYPTION_KEY": new_key()}
    assert place.reopen(environment).read("Person", made.id).values["secret"] == SECRET
    place.keys.unlink()
    room = place.reopen(environment)
    assert place.faults == []
    assert room.read("Person", made.id).values["secret"] == SECRET


def test_reset_without_the_key(place: Place) -> None:
    """[DA48] A reset forgets what was sealed under a key that is lost, and begins anew."""
    place.room.adopt(people(secret("file", "File")))
    place.room.create("Person", {"secret": SECRET, "file": FILE}, ANNA)
    place.keys.unlink()
    room = place.reopen()
    assert place.faults == ["field_key_missing"] * 2
    room.reset()
    made = room.create("Person", {"secret": OTHER}, ANNA)
    assert place.reopen().read("Person", made.id).values["secret"] == OTHER
    assert place.faults == []


def test_an_index_goes(place: Place) -> None:
    """[DA42] Switching encryption on drops the indexes over the field, off makes them again."""
    number = field("number", "Text", is_unique=True)
    persons = model("Person", number, indexes=(index("number", "createdAt"),))
    room = place.room
    indexes = "SELECT sql FROM sqlite_master WHERE sql LIKE '%INDEX%ON records_1 %'"
    room.adopt(application(persons))
    before = place.change(indexes)
    room.create("Person", {"number": SECRET}, ANNA)
    sealed = replace(persons, fields=(replace(number, is_encrypted=True),))
    room.adopt(application(sealed))
    assert (len(before), place.change(indexes)) == (2, [])
    room.create("Person", {"number": SECRET}, ANNA)
    adoption = room.adopt(application(persons))
    assert (codes(adoption.faults), place.holds(SECRET)) == (["unique_taken"], [SECRET])


def test_file_of_before(place: Place) -> None:
    """[DA51] A file of an earlier version is taken as it is."""
    place.room.adopt(people(is_encrypted=False))
    made = place.room.create("Person", {"secret": SECRET}, ANNA)
    application = place.room.application
    place.tenant.close()
    place.change("ALTER TABLE fields DROP COLUMN is_encrypted")
    place.change("DROP TABLE seals")
    place.open()
    place.room.adopt(application)
    assert place.room.read("Person", made.id).values["secret"] == SECRET
    place.room.adopt(people())
    assert place.room.read("Person", made.id).values["secret"] == SECRET
