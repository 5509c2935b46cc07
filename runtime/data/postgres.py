"""PostgreSQL as the database of the tenants' data: a schema for each, and policies on each table.

Three fences stand between tenants, each of which would do. A transaction sees the schema of its
tenant alone (``search_path``). Every table has a forced policy that shows its rows, and takes new
ones, only while ``app.tenant`` is the tenant's key, whatever schema a statement names; without a
tenant there are no rows at all. And statements run as a role that policies hold for: neither a
superuser nor one with BYPASSRLS. All three are set at the beginning of each transaction and for it
alone, in one round trip. A tenant's key is a hash of its name, so that no name can say something in
SQL. SPEC: sections DA and DP. Made by ``tenants``.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import errors, sql
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from runtime.data.errors import DataBusy, DataError, DataFull, DataLimit
from runtime.data.ports import Dialect
from runtime.data.postgres_dialect import DdlCompiler, PostgresDialect, StatementCompiler
from runtime.limits import (
    DATA_BUSY_S,
    DATA_CONNECT_S,
    DATA_CONNECTIONS_MAX,
    DATA_FILE_BYTES_MAX,
    DATA_MEASURED_COMMITS,
    DATA_MIGRATION_S,
    DATA_STATEMENT_S,
)

__all__ = ["ROLE", "PostgresDatabase", "PostgresServer", "tenant_key"]

# Whom policies hold for, if the user of the address is above them.
ROLE: Final = "design_rooms_preview"
_DEADLINE: Final = "deadline"
_HAS_DDL: Final = "has_ddl"
_COMMITS: Final = "commits"

_CONTEXT: Final = text(
    "SELECT set_config('role', :role, true), set_config('app.tenant', :tenant, true),"
    " set_config('search_path', :schema, true), set_config('lock_timeout', :busy, true),"
    " set_config('statement_timeout', :longest, true)"
)
# The tenant's key and the names of tables are quoted by ``format``.
_PROTECT: Final = text(
    r"""
    DO $$ DECLARE
        mine CONSTANT text DEFAULT format(
            'nullif(current_setting(''app.tenant'', true), '''') = %L',
            current_setting('app.tenant'));
        name text;
    BEGIN
        FOR name IN SELECT relname FROM pg_class
            WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind IN ('r', 'p')
                AND NOT (relrowsecurity AND relforcerowsecurity)
        LOOP
            EXECUTE format(
                'CREATE POLICY tenant ON %I USING (%s) WITH CHECK (%s)', name, mine, mine);
            EXECUTE format(
                'ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        END LOOP;
    END $$
    """
)
_SIZE: Final = text(
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
)


def tenant_key(tenant: str) -> str:
    """Return by what a tenant is known in PostgreSQL: letters and digits, whatever its name has."""
    return hashlib.sha256(tenant.encode("utf-8", "surrogatepass")).hexdigest()[:40]


class PostgresServer:
    """One database for all tenants. Thread-safe. ``close`` at the end."""

    def __init__(self, url: str) -> None:
        """Connect when first needed; *url* is ``postgresql://…`` and may hold a password."""
        self._url = url
        self._lock = threading.Lock()
        self._role: str | None = None
        self.engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=DATA_CONNECTIONS_MAX,
            max_overflow=0,
            pool_timeout=DATA_BUSY_S,
            pool_pre_ping=True,
        )
        self.engine.dialect.statement_compiler = StatementCompiler
        self.engine.dialect.ddl_compiler = DdlCompiler
        event.listen(self.engine, "checkout", _forget)
        event.listen(self.engine, "before_cursor_execute", _before)

    def database(self, tenant: str) -> PostgresDatabase:
        """Return the database of this tenant, which is to be opened."""
        return PostgresDatabase(self, tenant)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def role(self) -> str:
        """Return the role that statements run as, made if need be.

        Raises ``DataError`` (``data_role``) if there is none that policies hold for.
        """
        with self._lock:
            if self._role is None:
                with _errors(), self.engine.begin() as connection:
                    self._role = _role_of(connection)
            return self._role

    def _connect(self) -> psycopg.Connection[Any]:
        # Tenants' tables have the same names and other types: a plan is of one tenant, so none is
        # kept on the server.
        return psycopg.connect(
            self._url,
            prepare_threshold=None,
            client_encoding="utf8",
            application_name="design-rooms-preview",
            connect_timeout=DATA_CONNECT_S,
        )


class PostgresDatabase:
    """The data of one tenant: a schema of its own; see ``ports.Database``."""

    def __init__(
        self, server: PostgresServer, tenant: str, *, bytes_max: int = DATA_FILE_BYTES_MAX
    ) -> None:
        self.dialect: Dialect = PostgresDialect()
        self._server = server
        self._tenant = tenant
        self._key = tenant_key(tenant)
        self._schema = f"preview_{self._key}"
        self._bytes_max = bytes_max
        # Writers of this process wait here and not on connections, which other tenants need.
        self._lock = threading.Lock()
        self._until_measured = 0

    @property
    def commits(self) -> int:
        """How many transactions were committed, by whichever process."""
        with self.reading() as connection:
            return int(connection.scalar(text(f"SELECT number FROM {_COMMITS}")) or 0)

    def open(self) -> None:
        """Make the schema if there is none."""
        role = self._server.role()
        with _errors(), self._server.engine.begin() as connection:
            self._wait_for_turn(connection)
            there = connection.scalar(
                text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": self._schema}
            )
            if there:
                return
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            schema = sql.Identifier(self._schema)
            driver.execute(
                sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(schema, sql.Identifier(role))
            )
            # For people who look at the database; nothing reads it.
            note = sql.Literal(ascii(self._tenant))
            driver.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(schema, note))
            self._enter(connection, DATA_STATEMENT_S)
            connection.info[_HAS_DDL] = True
            connection.execute(text(f"CREATE TABLE {_COMMITS} (number int8 NOT NULL)"))
            connection.execute(text(f"INSERT INTO {_COMMITS} VALUES (0)"))
            self._protect(connection)

    def close(self) -> None:
        """Wait for the writer of this process; connections are the server's."""
        with self._lock:
            pass

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the data."""
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _errors(), self._server.engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                self._enter(connection, DATA_STATEMENT_S)
                yield connection

    @contextmanager
    def writing(self, seconds_max: float) -> Iterator[Connection]:
        """The only writing transaction; committed unless an exception leaves it."""
        with self._turn(), _errors(), self._server.engine.begin() as connection:
            self._wait_for_turn(connection)
            self._enter(connection, seconds_max)
            self._measure(connection)
            connection.info[_HAS_DDL] = False
            yield connection
            if connection.info.pop(_HAS_DDL):
                self._protect(connection)
            connection.execute(text(f"UPDATE {_COMMITS} SET number = number + 1"))

    def scrub(self) -> None:
        """Write the tables anew, so that their files hold nothing that was overwritten or deleted.

        What PostgreSQL's own log holds goes with its segments. Raises ``DataBusy``, ``DataFull``,
        ``DataLimit``.
        """
        with self._turn(), _errors(), self._server.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            names = [("role", self._server.role()), ("search_path", self._schema)]
            limits = [("lock_timeout", DATA_BUSY_S), ("statement_timeout", DATA_MIGRATION_S)]
            values = [*names, *((name, f"{int(most * 1_000)}") for name, most in limits)]
            setting = text("SELECT set_config(:name, :value, false)")
            try:
                for name, value in values:
                    connection.execute(setting, {"name": name, "value": value})
                tables = connection.scalars(
                    text("SELECT tablename FROM pg_tables WHERE schemaname = :name"),
                    {"name": self._schema},
                ).all()
                for table in tables:
                    quoted = connection.dialect.identifier_preparer.quote(table)
                    connection.execute(text(f"VACUUM (FULL) {quoted}"))
            finally:
                # The next one who is lent it has another tenant.
                connection.invalidate()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=DATA_BUSY_S):
            raise DataBusy("another change of this data takes long: try again")
        try:
            yield
        finally:
            self._lock.release()

    def _wait_for_turn(self, connection: Connection) -> None:
        """Wait until no other process writes this tenant's data; until the transaction ends."""
        limit = text("SELECT set_config('lock_timeout', :busy, true)")
        connection.execute(limit, {"busy": f"{int(DATA_BUSY_S * 1_000)}"})
        number = int.from_bytes(bytes.fromhex(self._key)[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def _enter(self, connection: Connection, seconds_max: float) -> None:
        """Make the transaction the tenant's."""
        connection.info[_DEADLINE] = time.monotonic() + seconds_max
        connection.execute(
            _CONTEXT,
            {
                "role": self._server.role(),
                "tenant": self._key,
                "schema": self._schema,
                "busy": f"{int(DATA_BUSY_S * 1_000)}",
                "longest": f"{int(seconds_max * 1_000)}",
            },
        )

    def _protect(self, connection: Connection) -> None:
        """Put the tenant's policy on tables that are new."""
        connection.execute(_PROTECT)

    def _measure(self, connection: Connection) -> None:
        """Raise ``DataFull`` if the tenant has too much, looking now and then."""
        self._until_measured -= 1
        if self._until_measured < 0:
            if (connection.scalar(_SIZE) or 0) > self._bytes_max:
                raise DataFull("there is no space for more data")
            self._until_measured = DATA_MEASURED_COMMITS


def _role_of(connection: Connection) -> str:
    """Return the connected user if policies hold for it, else the role that is made for them."""
    user, is_above = connection.execute(
        text("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user")
    ).one()
    if not is_above:
        return str(user)
    # Two processes would both find it missing.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": ROLE})
    found = connection.execute(
        text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :name"), {"name": ROLE}
    ).first()
    if found is None:
        connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS"))
    elif found[0]:
        told = f"the role {ROLE} is above row-level security: make it NOSUPERUSER NOBYPASSRLS"
        raise DataError(told, code="data_role")
    return ROLE


def _forget(driver: Any, record: Any, lent: Any) -> None:  # noqa: ARG001 - an event's form
    """Forget what the one who was lent a connection before noted there."""
    record.info.pop(_DEADLINE, None)
    record.info.pop(_HAS_DDL, None)


def _before(connection: Connection, *event_arguments: Any) -> None:
    """Note what makes tables, and stop a transaction whose time is up between its statements."""
    # The cursor, the statement, its parameters, and then this.
    context = event_arguments[3]
    if context is not None and context.isddl:
        connection.info[_HAS_DDL] = True
    if time.monotonic() > connection.info.get(_DEADLINE, float("inf")):
        raise DataLimit("this takes too long: ask for less at once", code="data_limit_time")


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what PostgreSQL says of its surroundings into errors with codes; the rest is our bug."""
    try:
        yield
    except PoolTimeout as error:
        raise DataBusy("every connection to the database is taken: try again") from error
    except (DBAPIError, psycopg.Error) as error:
        told = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(told, errors.QueryCanceled):
            raise DataLimit(
                "this takes too long: ask for less at once", code="data_limit_time"
            ) from error
        if isinstance(told, errors.DiskFull):
            raise DataFull("there is no space for more data") from error
        if isinstance(told, errors.LockNotAvailable | errors.DeadlockDetected):
            raise DataBusy("another process changes this data: try again") from error
        if isinstance(told, psycopg.OperationalError):
            raise DataBusy("the database does not answer: try again") from error
        raise
