"""Real clients of every dialect against a real server that is cut off, killed and started again.

``make fuzz`` runs the same for longer. A run that failed once is kept in ``regressions.json``.
"""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any

import pytest

from collab.ids import Epoch, RevisionNo, SourceId, UserId
from collab.revision import ChangeKind, Revision
from tests.fuzz.clients import Ledger
from tests.fuzz.driver import SCENARIOS, run
from tests.fuzz.edits import Edit
from tests.fuzz.judge import difference, judge
from tests.fuzz.regressions import kept
from tests.fuzz.standing import process_state, standing_tasks

# Half a minute with the seeds that failed once, which are kept below; ``make fuzz`` is longer.
_SECONDS = 8.0
_RANDOM_SEED = random.SystemRandom().randrange(1 << 32)


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_nothing_is_lost_or_doubled(scenario: str) -> None:
    """[AP19] every replica ends as the log does, with each edit exactly once."""
    report = await run(scenario, _RANDOM_SEED, _SECONDS)
    print(report)
    # A run in which nothing happened would prove nothing.
    assert report.revisions > 20
    assert report.acked > 20
    assert report.cuts + report.lost_answers + report.offline > 5


@pytest.mark.parametrize("case", kept(), ids=lambda case: f"{case['scenario']}-{case['seed']}")
async def test_a_seed_that_failed_holds_now(case: dict[str, Any]) -> None:
    """[AP19] what was found once is tried again."""
    await run(case["scenario"], case["seed"], min(case["seconds"], _SECONDS))


# --- the driver itself --------------------------------------------------------------------------


async def test_what_never_ends_can_be_placed() -> None:
    """[AP19] a run that does not end names who waits, and in which function of which."""
    answer = asyncio.get_running_loop().create_future()

    async def ask() -> None:
        await answer

    async def live() -> None:
        await ask()

    task = asyncio.create_task(live(), name="sharedb-7.é")
    await asyncio.sleep(0)
    line = next(line for line in standing_tasks().splitlines() if line.startswith(task.get_name()))
    assert line.index("live:") < line.index("ask:")
    answer.set_result(None)
    await task
    assert str(os.getpid()) in process_state(os.getpid())


def test_a_client_that_crashed_waits_for_nothing() -> None:
    """[AP19] what nobody will be told of any more does not keep its author from editing."""
    ledger = _ledger(_ONE, acked=False)
    assert ledger.untold("é") == ledger.waiting("é") == {_ONE.token}
    ledger.crash("é")
    assert ledger.untold("é") == set()
    assert ledger.waiting("é") == {_ONE.token}


# --- the judge itself ---------------------------------------------------------------------------


def _ledger(*edits: Edit, acked: bool = True) -> Ledger:
    tokens = {edit.token for edit in edits}
    return Ledger({edit.token: edit for edit in edits}, tokens if acked else set())


def _log(*ops: list[dict[str, Any]], source: str = "é") -> list[Revision]:
    return [
        Revision(
            number=RevisionNo(number),
            epoch=Epoch(1),
            kind=ChangeKind.OP,
            change=op,
            update=b"",
            author=UserId("zoë"),
            time_ms=number,
            source=SourceId(source),
            seq=number,
        )
        for number, op in enumerate(ops, 1)
    ]


_ONE = Edit("é", "⟦é 1⟧", ())
_INSERT = [{"p": ["items", 0], "li": "⟦é 1⟧"}]


def test_the_judge_takes_a_log_that_is_right() -> None:
    """[AP19] an edit that is there once, and one that was moved or taken out, is no fault."""
    gone = [{"p": ["items", 0], "ld": "⟦é 1⟧"}]
    assert judge(_ledger(_ONE), _log(_INSERT)) == []
    assert judge(_ledger(_ONE), _log(_INSERT, [{"p": ["items", 0], "lm": 2}], gone)) == []


def test_the_judge_finds_what_was_lost_or_doubled() -> None:
    """[AP19] an edit that is not there, or there twice, is a fault, told or not."""
    assert "was acknowledged" in judge(_ledger(_ONE), _log([]))[0]
    assert "was made" in judge(_ledger(_ONE, acked=False), _log([]))[0]
    assert "2 times" in judge(_ledger(_ONE), _log(_INSERT, _INSERT))[0]


def test_the_judge_finds_a_name_used_twice() -> None:
    """[AP19] a source and seq that are in the log twice, and a gap, are faults."""
    first = _log(_INSERT)[0]
    assert "committed 2 times" in judge(_ledger(_ONE), [first, *_log([], [])[1:], first])[1]
    assert "without a gap" in judge(_ledger(_ONE), _log([], _INSERT)[1:])[0]


def test_the_judge_holds_refusals_to_their_word() -> None:
    """[AP19] what was refused is not in the log, and what has to be refused is not either."""
    ledger = _ledger(_ONE, acked=False)
    ledger.refused[_ONE.token] = "ERR_É"
    assert judge(ledger, _log([])) == []
    assert "was refused" in judge(ledger, _log(_INSERT))[0]
    bad = Edit("é", "⟦é 1⟧", (), is_bad=True)
    assert "should have been refused" in judge(_ledger(bad), _log(_INSERT))[0]


def test_the_judge_allows_only_what_yjs_loses() -> None:
    """[AP19] a key's value may be missing if another's is there; a field, if its box is gone."""
    loser = Edit("é", "⟦é 1⟧", (), slot=("map", "clé"))
    winner = Edit("ö", "⟦ö 2⟧", (), slot=("map", "clé"))
    other = Edit("ö", "⟦ö 2⟧", (), slot=("map", "other"))
    won = _log([{"p": ["map", "clé"], "oi": "⟦ö 2⟧"}])
    assert judge(_ledger(loser, winner), won) == []
    assert "is not in the log" in judge(_ledger(loser, other), won)[0]
    box = Edit("ö", "⟦ö 2⟧", ())
    inside = Edit("é", "⟦é 1⟧", (), slot=("⟦ö 2⟧", "clé"), inside="⟦ö 2⟧")
    put = [{"p": ["boxes", 0], "li": {"id": "⟦ö 2⟧"}}]
    taken = [{"p": ["boxes", 0], "ld": {"id": "⟦ö 2⟧"}}]
    assert judge(_ledger(box, inside), _log(put, taken)) == []
    assert "is not in the log" in judge(_ledger(box, inside), _log(put))[0]


def test_documents_are_compared_as_json() -> None:
    """[AP19] 1 and 1.0 are one number, true and 1 are not, and the first difference is named."""
    assert difference({"é": [1, "😀"]}, {"é": [1.0, "😀"]}) is None
    assert difference({"é": [True]}, {"é": [1]}) == "/é/0: 'True' and '1'"
    assert difference({"é": 1}, {}) == "/é: only on one side"
