"""The highest rate of edits in one room at which the slowest hundredth still takes under 50 ms."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from loadtests.peers.contestants import Contestant, Running
from loadtests.peers.rooms import Crowd, Figures, observe

__all__ = ["HighestFigures", "measure_highest"]

LIMIT_MS: Final = 50.0
_FIRST: Final = 200.0
_STEP: Final = 1.5
_REFINEMENTS: Final = 2
_WARM_UP_SECONDS: Final = 1.0
# Less than this of what was offered is no longer that rate.
_KEPT_SHARE: Final = 0.95


@dataclass
class HighestFigures:
    """``rate`` is in edits a second of all clients together; ``steps`` what was tried."""

    rate: float = 0.0
    p99: float = 0.0
    steps: list[tuple[float, float]] = field(default_factory=list)
    fault: str = ""


async def measure_highest(
    contestant: Contestant, running: Running, clients: int, seconds: float
) -> HighestFigures:
    """Raise the rate until the limit is passed, then look more closely below it."""
    result = HighestFigures()
    offered, held, failed = _FIRST, 0.0, 0.0
    refinements = 0
    crowd: Crowd | None = None
    while refinements <= _REFINEMENTS:
        if crowd is None:
            crowd = await _gather(contestant, running, clients, len(result.steps))
        figures = await _try(crowd, running, offered / clients, seconds)
        result.steps.append((figures.edits, figures.p99))
        keeps = figures.edits >= _KEPT_SHARE * offered
        if figures.is_sound and figures.p99 < LIMIT_MS and keeps:
            held = offered
            result.rate, result.p99 = figures.edits, figures.p99
        else:
            failed = offered
            # What is late from this rate is not to burden the next one.
            crowd.close()
            crowd = None
        if failed:
            refinements += 1
            offered = (held + failed) / 2
        else:
            offered *= _STEP
    if crowd is not None:
        crowd.close()
    return result


async def _gather(contestant: Contestant, running: Running, clients: int, number: int) -> Crowd:
    crowd = Crowd(contestant, contestant.address(running.port, f"rate{number}"), clients, 0)
    await crowd.gather()
    return crowd


async def _try(crowd: Crowd, running: Running, rate: float, seconds: float) -> Figures:
    """Let everybody edit *rate* times a second; deliveries are counted where it is fast enough."""
    crowd.begin(rate)
    await asyncio.sleep(_WARM_UP_SECONDS)
    figures = await observe(crowd, running, seconds)
    crowd.rest()
    if figures.p99 < LIMIT_MS:
        figures.missing = await crowd.drained()
        lost = next((item.socket.lost for item in crowd.clients if item.socket.lost), None)
        figures.fault = lost or ""
    return figures
