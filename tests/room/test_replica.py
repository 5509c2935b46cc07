"""Replicas: rooms as nodes have them that do not own them."""

from __future__ import annotations

import os
from typing import Final

import pytest

from tests.room.histories import run_cluster_history

_STEPS: Final = 400
_SEEDS: Final = {"free": 10, "application": 8}
_SCALE: Final = int(os.environ.get("FUZZ_SCALE", "1"))


@pytest.mark.parametrize(
    ("kind", "seed"),
    [(kind, seed) for kind, count in _SEEDS.items() for seed in range(count * _SCALE)],
)
def test_history_with_replicas(kind: str, seed: int) -> None:
    """[RP1] everybody at every node has the same document, and each acknowledged op is in the log.

    Links lose messages and break, owners are replaced, and whoever edits at a replica is answered.
    """
    world = run_cluster_history(kind, seed, _STEPS)
    report = world.report
    assert len(world.log) > 20
    assert report.answers > 5 and report.catch_ups > 0 and report.breaks > 0, report
