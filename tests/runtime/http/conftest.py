"""One runtime for a module's tests; each of them has rooms of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.runtime.http.world import World, open_world


@pytest.fixture(scope="session")
def engine_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    tmp_path_factory: pytest.TempPathFactory, engine_cache: Path
) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world"), engine_cache) as world:
        yield world
