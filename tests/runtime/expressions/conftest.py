"""The engine under test: the component that the build made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.expressions.engine import Engine

COMPONENT = Path(__file__).resolve().parents[3] / "web" / "dist" / "expressions.wasm"


@pytest.fixture(scope="session")
def component() -> Path:
    """The component's file."""
    if not COMPONENT.is_file():
        pytest.fail(f"{COMPONENT} is missing: run `npm run build` in web")
    return COMPONENT


@pytest.fixture(scope="session")
def machine_code(pytestconfig: pytest.Config) -> Path:
    """Where machine code is kept from one test run to the next."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("expressions")


@pytest.fixture(scope="session")
def engine(component: Path, machine_code: Path) -> Iterator[Engine]:
    """One engine for all tests: what one of them does must not reach the next."""
    engine = Engine(component, cache=machine_code)
    yield engine
    engine.close()
