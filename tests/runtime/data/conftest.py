"""The real engine, once a session, and rooms in a database each: a file, and a schema."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.data.encryption import MasterKeys
from runtime.data.ports import Database
from runtime.data.postgres import PostgresServer
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from tests.postgres import Cluster

COMPONENT = Path(__file__).resolve().parents[3] / "web" / "dist" / "expressions.wasm"


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    if not COMPONENT.is_file():
        pytest.fail("web/dist/expressions.wasm is missing: run `npm run build` in web")
    engine = Engine(COMPONENT, cache=COMPONENT.parent / "engine")
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def preview_server(postgres: Cluster) -> Iterator[PostgresServer]:
    """A PostgreSQL for tenants' data."""
    server = PostgresServer(postgres.create_database())
    yield server
    server.close()


# What is about reading values, or about many expressions, is the same wherever records are: a file
# alone is asked, for the time it takes.
_OF_FILES = {
    *("test_data_values", "test_data_computed", "test_data_templates"),
    *("test_expressions_over_models", "test_forged_cursors_are_refused"),
    "test_questions_without_an_answer",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask the same of either kind of database."""
    if "place" in metafunc.fixturenames:
        names = {metafunc.module.__name__.rpartition(".")[2], metafunc.function.__name__}
        kinds = ["sqlite"] if names & _OF_FILES else ["sqlite", "postgres"]
        metafunc.parametrize("place", kinds, indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | Database:
    """Where a tenant's data may be: the same is asked of either."""
    if request.param == "sqlite":
        return tmp_path / "größe.db"
    server: PostgresServer = request.getfixturevalue("preview_server")
    return server.database(f"größe '; -- {uuid.uuid4()}")


@pytest.fixture
def tenant(engine: Engine, tmp_path: Path, place: Path | Database) -> Iterator[TenantData]:
    cipher = MasterKeys(tmp_path, {}).cipher().refusing("this data was opened without a key")
    tenant = TenantData(place, engine, cipher)
    tenant.open()
    yield tenant
    tenant.close()


@pytest.fixture
def room(tenant: TenantData) -> RoomData:
    return tenant.room("bestellungen 日本")
