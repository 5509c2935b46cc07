"""Tenants in PostgreSQL: what one asks or says leads nowhere else. SPEC: section DP."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import runtime.data.postgres as postgres_module
from runtime.data.encryption import MasterKeys
from runtime.data.errors import DataBusy, DataError, DataFull
from runtime.data.postgres import ROLE, PostgresServer, tenant_key
from runtime.data.queries import Condition, Operator, Query
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from tests.postgres import Cluster
from tests.runtime.data.worlds import ANNA, SHOP, application, faults_of, field, index, model

ODD = [
    "größe '; DROP SCHEMA public CASCADE; --",
    'a"b',
    "a'b",
    "$$",
    "%s %(x)s :x \\",
    "日本 😀",
    "",
]


def schema_of(tenant: str) -> str:
    return f"preview_{tenant_key(tenant)}"


@pytest.fixture
def names() -> tuple[str, str]:
    """Two tenants that no other test has."""
    return f"größe {uuid.uuid4()}", f"日本 {uuid.uuid4()}"


@pytest.fixture
def rooms(
    names: tuple[str, str], engine: Engine, preview_server: PostgresServer, tmp_path: Path
) -> Iterator[tuple[RoomData, RoomData]]:
    """A room of the same name and the same application for each of two tenants."""
    tenants = [open_tenant(preview_server, name, engine, tmp_path) for name in names]
    for tenant in tenants:
        tenant.room("laden").adopt(SHOP)
    yield tenants[0].room("laden"), tenants[1].room("laden")
    for tenant in tenants:
        tenant.close()


def open_tenant(server: PostgresServer, name: str, engine: Engine, folder: Path) -> TenantData:
    tenant = TenantData(
        server.database(name), engine, MasterKeys(folder, {}).cipher("tenant", name)
    )
    tenant.open()
    return tenant


def table_of(room: RoomData, model_: str) -> str:
    found: str = room._transactions.adopted.layout.table(model_).table.name
    return found


def test_no_verb_reaches_another_tenant(
    rooms: tuple[RoomData, RoomData], names: tuple[str, str]
) -> None:
    """[DP2] Tables of another tenant, named in full: nothing is seen, nothing is written."""
    mine, theirs = rooms
    secret = theirs.create("Customer", {"name": "geheim"}, ANNA)
    mine.create("Customer", {"name": "meins"}, ANNA)
    own, other = table_of(mine, "Customer"), f"{schema_of(names[1])}.{table_of(theirs, 'Customer')}"
    with mine._database.writing(5) as connection:

        def run(statement: str) -> Any:
            return connection.execute(text(statement))

        assert run(f"SELECT count(*) FROM {own}").scalar() == 1
        assert run(f"SELECT * FROM {other}").all() == []
        assert run(f"SELECT count(*) FROM {other}").scalar() == 0
        assert run(f"UPDATE {other} SET version = 99").rowcount == 0
        assert run(f"DELETE FROM {other}").rowcount == 0
        assert run(f"SELECT a.id FROM {own} a JOIN {other} b ON true").all() == []
        # Nor does a name that was not there before lead anywhere.
        assert run(f"SELECT count(*) FROM {schema_of(names[1])}.rooms").scalar() == 0
    for statement in (
        f"INSERT INTO {other} SELECT * FROM {own}",
        f"INSERT INTO {schema_of(names[1])}.rooms (name) VALUES ('x')",
    ):
        refused = pytest.raises(DBAPIError, match="row-level security")
        with refused, mine._database.writing(5) as connection:
            connection.execute(text(statement))
    assert theirs.read("Customer", secret.id) == secret
    assert theirs.counts()["~Customer"] == 1


@pytest.mark.parametrize("context", ["none", "empty", "wrong"])
def test_a_forgotten_context(
    rooms: tuple[RoomData, RoomData],
    names: tuple[str, str],
    preview_server: PostgresServer,
    context: str,
) -> None:
    """[DP3] Whoever forgets to say which tenant it is sees no rows and writes none."""
    room, _ = rooms
    room.create("Customer", {"name": "ß"}, ANNA)
    table = table_of(room, "Customer")
    with preview_server.engine.connect() as connection:
        setting = text("SELECT set_config(:name, :value, true)")
        connection.execute(setting, {"name": "role", "value": preview_server.role()})
        schema = schema_of(names[0])
        connection.execute(setting, {"name": "search_path", "value": schema})
        if context != "none":
            value = "" if context == "empty" else f"{names[0]}"
            connection.execute(setting, {"name": "app.tenant", "value": value})
        assert connection.execute(text(f"SELECT * FROM {table}")).all() == []
        assert connection.execute(text(f"UPDATE {table} SET version = 9")).rowcount == 0
        assert connection.execute(text(f"DELETE FROM {table}")).rowcount == 0
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(text("INSERT INTO rooms (name) VALUES ('x')"))
    assert room.counts()["~Customer"] == 1


def test_a_context_ends_with_its_transaction(
    rooms: tuple[RoomData, RoomData], names: tuple[str, str], preview_server: PostgresServer
) -> None:
    """[DP3] A connection that was lent to a tenant is nobody's afterwards, also after an error."""
    room, _ = rooms
    with pytest.raises(ZeroDivisionError), room._database.writing(5):
        raise ZeroDivisionError
    room.counts()
    for _ in range(20):
        with preview_server.engine.connect() as connection:
            told = connection.execute(
                text("SELECT current_setting('app.tenant', true), current_setting('search_path')")
            ).one()
        assert not told[0]
        assert schema_of(names[0]) not in told[1]


def test_every_table_is_fenced(
    rooms: tuple[RoomData, RoomData], names: tuple[str, str], preview_server: PostgresServer
) -> None:
    """[DP5] Tables that a later migration makes too; statements run as a role below policies."""
    room, _ = rooms
    room.adopt(application(*SHOP.models, model("Neu", field("größe", "Text"))))
    with preview_server.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT relname, relrowsecurity AND relforcerowsecurity,"
                " (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) FROM pg_class c"
                " WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind IN ('r', 'p')"
            ),
            {"schema": schema_of(names[0])},
        ).all()
    assert len(rows) > 12
    assert {(is_fenced, policies) for _, is_fenced, policies in rows} == {(True, 1)}
    with room._database.reading() as connection:
        told = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
    assert tuple(told) == (ROLE, False, False)


def test_a_role_above_policies_is_refused(postgres: Cluster) -> None:
    """[DP5] A role of that name that policies do not hold for is not used."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"DO $$ BEGIN CREATE ROLE {ROLE}; EXCEPTION WHEN OTHERS THEN END $$")
        connection.execute(f"ALTER ROLE {ROLE} BYPASSRLS")
        server = PostgresServer(postgres.create_database())
        try:
            with pytest.raises(DataError, match="row-level security") as caught:
                server.database("größe").open()
            assert caught.value.code == "data_role"
        finally:
            server.close()
            connection.execute(f"ALTER ROLE {ROLE} NOBYPASSRLS")


def test_an_ordinary_user_is_taken_as_it_is(
    postgres: Cluster, engine: Engine, tmp_path: Path
) -> None:
    """[DP5] Who is neither superuser nor above policies owns the schemas, and makes no role."""
    url = postgres.create_database()
    user = f"anna_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {user} LOGIN")
        connection.execute(f"GRANT CREATE ON DATABASE {connection.info.dbname} TO {user}")
    server = PostgresServer(url.replace("postgres@", f"{user}@"))
    tenant = open_tenant(server, "größe", engine, tmp_path)
    room = tenant.room("ä")
    room.adopt(SHOP)
    room.create("Customer", {"name": "ß"}, ANNA)
    assert server.role() == user
    with server.engine.connect() as connection:
        name = f"{schema_of('größe')}.{table_of(room, 'Customer')}"
        assert connection.execute(text(f"SELECT * FROM {name}")).all() == []
    assert room.counts()["~Customer"] == 1
    tenant.close()
    server.close()


@pytest.mark.parametrize("odd", ODD)
def test_names_say_nothing_in_sql(
    preview_server: PostgresServer, engine: Engine, tmp_path: Path, odd: str
) -> None:
    """[DP4] Tenants, rooms, models, fields and values of any name are only names and values."""
    tenant = open_tenant(preview_server, odd + str(uuid.uuid4()), engine, tmp_path)
    room = tenant.room(odd)
    fields = [field(odd, "Text", id="f", is_unique=True), field("a", "Enum", values=(odd or "x",))]
    room.adopt(application(model(odd, *fields, indexes=(), id="m")))
    record = room.create("m", {odd: odd, "a": odd or "x"}, ANNA)
    assert room.read("m", record.id).values[odd] == record.values[odd]
    for operator in (Operator.EQUAL, Operator.CONTAINS, Operator.STARTS_WITH, Operator.IN):
        value = [odd] if operator is Operator.IN else odd
        asked = Query("m", conditions=(Condition("a", operator, odd or "x"),), search=odd or "x")
        if odd:
            asked = Query(
                "m", conditions=(Condition(odd, operator, value),), sort=("a", "-createdAt")
            )
        found = room.query(asked)
        assert [item.id for item in found.items] in ([record.id], [])
        if odd and operator is not Operator.IN:
            assert found.total == 1
    assert tenant.rooms() == [odd]
    assert room.counts() == {"m": 1}
    tenant.close()


def test_writers_of_two_processes(
    names: tuple[str, str],
    engine: Engine,
    postgres: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[DP6] They take turns, wait for a bounded time, and each hears of the other's commits."""
    url = postgres.create_database()
    servers = [PostgresServer(url), PostgresServer(url)]
    opening = [threading.Thread(target=server.database(names[0]).open) for server in servers]
    for thread in opening:
        thread.start()
    for thread in opening:
        thread.join()
    one, two = (open_tenant(server, names[0], engine, tmp_path) for server in servers)
    one.room("ä").adopt(SHOP)
    two.room("ä").adopt(SHOP)
    seen = two._database.commits
    made = one.room("ä").create("Customer", {"name": "ß"}, ANNA)
    assert two._database.commits == seen + 1
    assert two.room("ä").read("Customer", made.id) == made
    monkeypatch.setattr(postgres_module, "DATA_BUSY_S", 0.1)
    with one._database.writing(5), pytest.raises(DataBusy):
        two.room("ä").create("Customer", {"name": "ö"}, ANNA)
    two.room("ä").create("Customer", {"name": "ö"}, ANNA)
    assert one.room("ä").counts()["~Customer"] == 2
    for tenant, server in zip((one, two), servers, strict=True):
        tenant.close()
        server.close()


def test_postgres_restarts(engine: Engine, tmp_path: Path) -> None:
    """[DP7] While it is away there is an answer, and afterwards the same data."""
    cluster = Cluster()
    server = PostgresServer(cluster.create_database())
    try:
        tenant = open_tenant(server, "größe", engine, tmp_path)
        room = tenant.room("ä")
        room.adopt(SHOP)
        made = room.create("Customer", {"name": "ß"}, ANNA)
        cluster.stop()
        with pytest.raises(DataBusy, match="does not answer"):
            room.read("Customer", made.id)
        cluster.start()
        assert room.read("Customer", made.id) == made
        room.create("Customer", {"name": "ö"}, ANNA)
    finally:
        server.close()
        cluster.remove()


def test_long_texts_in_indexes(room: RoomData) -> None:
    """[DP8] Texts of any length may be unique or indexed, alone or together, and are found."""
    fields = [field("einzig", "Text", is_unique=True), field("lang", "Text"), field("n", "Integer")]
    indexes = (index("lang", "n"), index("lang", "einzig", is_unique=True))
    room.adopt(application(model("M", *fields, indexes=indexes)))
    long = "größe 😀" * 20_000
    first = room.create("M", {"einzig": long + "a", "lang": long, "n": 1}, ANNA)
    second = room.create("M", {"einzig": long + "b", "lang": long, "n": 1}, ANNA)
    assert faults_of(room, "M", {"einzig": long + "a"}) == {"einzig": ["unique"]}
    for record in (first, second):
        asked = Query(
            "M", filter="item.einzig == vars.x", variables={"vars": {"x": record.values["einzig"]}}
        )
        assert [item.id for item in room.query(asked).items] == [record.id]
    assert room.query(Query("M", filter="item.lang == item.einzig")).items == ()


def test_a_tenants_space_is_bounded(names: tuple[str, str], preview_server: PostgresServer) -> None:
    """[DP9] A tenant that has more than it may is told so; what is there can be read."""
    database = postgres_module.PostgresDatabase(preview_server, names[0], bytes_max=1 << 20)
    database.open()
    with database.writing(5) as connection:
        connection.execute(
            text("CREATE TABLE many AS SELECT repeat('ä', 999) FROM generate_series(1, 9)")
        )
    other = postgres_module.PostgresDatabase(preview_server, names[0], bytes_max=1 << 12)
    with pytest.raises(DataFull), other.writing(5):
        raise AssertionError("there is no space")
    with other.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM many")).scalar() == 9


def test_what_was_overwritten_is_gone(
    rooms: tuple[RoomData, RoomData], names: tuple[str, str]
) -> None:
    """[DP10] Scrubbing writes each table into a new file, and the records stay."""
    room, _ = rooms
    made = room.create("Customer", {"name": "ß"}, ANNA)
    path = text(
        f"SELECT pg_relation_filepath('{schema_of(names[0])}.{table_of(room, 'Customer')}')"
    )

    def file() -> str:
        with room._database.reading() as connection:
            return str(connection.execute(path).scalar())

    before = file()
    room._database.scrub()
    assert file() != before
    assert room.read("Customer", made.id) == made
