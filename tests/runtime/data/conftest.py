"""The real engine, once a session, and rooms on a file each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine

COMPONENT = Path(__file__).resolve().parents[3] / "web" / "dist" / "expressions.wasm"


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    if not COMPONENT.is_file():
        pytest.fail("web/dist/expressions.wasm is missing: run `npm run build` in web")
    engine = Engine(COMPONENT, cache=COMPONENT.parent / "engine")
    yield engine
    engine.close()


@pytest.fixture
def tenant(engine: Engine, tmp_path: Path) -> Iterator[TenantData]:
    tenant = TenantData(tmp_path / "größe.db", engine)
    tenant.open()
    yield tenant
    tenant.close()


@pytest.fixture
def room(tenant: TenantData) -> RoomData:
    return tenant.room("bestellungen 日本")
