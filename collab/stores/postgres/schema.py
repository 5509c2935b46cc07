"""The schema of a database: brought up to date by Alembic before a store is opened.

All of it lies in the schema ``design_rooms``, so that the database may hold other things. Many
nodes may start at once: one migrates, in one transaction and under an advisory lock, the others
wait and find it done. A database of a newer version is refused, because an older program would
write rows that the newer one no longer expects. SPEC: [PG9], [PG10]. Called by ``store``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
import structlog
from psycopg import Connection as Driver

from collab.errors import StoreUnavailable
from collab.limits import POSTGRES_MIGRATION_TIMEOUT_MS
from collab.stores.postgres.connections import SCHEMA, Address, failure

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["HEAD", "prepare"]

# The newest version, so that a node whose database has it need not load Alembic.
HEAD: Final = "0001"

# "DRms", as in the header of our SQLite files.
_LOCK: Final = 0x44526D73
_MIGRATIONS: Final = Path(__file__).with_name("migrations")

_log = structlog.get_logger(__name__)


def prepare(address: Address) -> None:
    """Look whether the database can be used and bring its schema up to date. Blocks.

    Raises ``StoreUnavailable`` if it cannot be reached, has another encoding, or has a schema that
    this program does not know.
    """
    try:
        with psycopg.connect(address.conninfo, autocommit=True) as driver:
            _check(address, driver)
            if _version(driver) == HEAD:
                return
        _migrate(address)
    except psycopg.Error as error:
        raise failure(address, error) from error


def _check(address: Address, driver: Driver) -> None:
    row = driver.execute(
        "SELECT current_setting('server_encoding'), current_setting('fsync'),"
        " current_setting('full_page_writes')"
    ).fetchone()
    assert row is not None
    encoding, fsync, full_pages = row
    if encoding != "UTF8":
        raise StoreUnavailable(
            f"{address} has the encoding {encoding}: create the database with ENCODING 'UTF8'"
        )
    if fsync != "on" or full_pages != "on":
        _log.warning(
            "store.not_durable",
            store=str(address),
            fsync=fsync,
            full_page_writes=full_pages,
            hint="acknowledged edits may be lost when the machine stops: switch both on",
        )


def _version(driver: Driver) -> str | None:
    row = driver.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.alembic_version",)).fetchone()
    if row is None or row[0] is None:
        return None
    found = driver.execute(f"SELECT version_num FROM {SCHEMA}.alembic_version").fetchone()
    return None if found is None else str(found[0])


def _migrate(address: Address) -> None:
    # Imported here: it takes half a second, and most starts have nothing to migrate.
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(address.conninfo),
        poolclass=NullPool,
    )
    try:
        with engine.begin() as connection:
            for name in ("lock_timeout", "statement_timeout"):
                connection.execute(
                    text("SELECT set_config(:name, :value, true)"),
                    {"name": name, "value": str(POSTGRES_MIGRATION_TIMEOUT_MS)},
                )
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if not connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": SCHEMA}):
                connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
            connection.execute(text(f"SET LOCAL search_path = {SCHEMA}"))
            _upgrade(address, connection)
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"{address}: the schema cannot be migrated: {error}") from error


def _upgrade(address: Address, connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
    current = context.get_current_revision()
    if current is not None and current not in known:
        raise StoreUnavailable(
            f"{address} has schema version {current}, this server knows up to {HEAD}: "
            "use the server that wrote it, or a newer one"
        )
    command.upgrade(config, "head")
