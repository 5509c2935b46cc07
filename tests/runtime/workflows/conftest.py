"""What the tests of workflows share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.application import Application
from runtime.expressions.engine import Engine
from tests.runtime.workflows.place import Place, engine_of_tests


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine that all tests of a process share."""
    with engine_of_tests() as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, engine: Engine):
    """Makes places with an application; each is closed at the end."""
    places: list[Place] = []

    def make(app: Application, **addresses: str) -> Place:
        places.append(Place(tmp_path, engine, app, addresses))
        return places[-1].__enter__()

    yield make
    for made in places:
        made.__exit__()
