"""Random histories in which parts of the application are locked, edited and waited for."""

from __future__ import annotations

import os
from collections import Counter
from typing import Final

import pytest

from collab.lock_records import LockDeed
from tests.room.lock_histories import run_locked_history

_SCALE: Final = int(os.environ.get("FUZZ_SCALE", "1"))
_STEPS: Final = 300
_seen: Counter[str] = Counter()


@pytest.mark.parametrize("seed", range(8 * _SCALE))
def test_history(seed: int) -> None:
    """[LK17] no revision of anybody else touches what is held, and all replicas converge.

    [LK1] parts that overlap are never held by two; [LK4] fold, table and snapshot are one.
    """
    report = run_locked_history(seed, _STEPS)
    assert report.history.revisions > 20 and report.deeds[LockDeed.TAKE] > 0
    _seen.update({str(deed): count for deed, count in report.deeds.items()})
    _seen["refusals"] += report.refusals


def test_everything_happened() -> None:
    """[LK17] the histories lock, wait, break and refuse often enough to mean something."""
    if not _seen:
        run = [run_locked_history(seed, _STEPS) for seed in range(3)]
        for report in run:
            _seen.update({str(deed): count for deed, count in report.deeds.items()})
            _seen["refusals"] += report.refusals
    wanted = {"take", "grant", "release", "break", "expire", "wait", "renew", "refusals"}
    assert wanted <= {name for name, count in _seen.items() if count > 3}, _seen
