"""The adapter before real rooms says what npm's server says to the real client. SPEC: section SD.

The transcripts hold both sides (``tests/peers/capture_sharedb.mjs``). Here the client's side is
replayed, and every answer is compared with the recorded one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.sharedb_world import Link, World

_WIRE = Path(__file__).parent.parent / "wire"
_SCENARIOS = sorted(path.stem for path in _WIRE.glob("sharedb-*.json"))

Step = tuple[list[tuple[str, str]], list[Any]]


def steps_of(scenario: str) -> list[Step]:
    """Return what happened, and what the server then said, again and again."""
    entries = json.loads((_WIRE / f"{scenario}.json").read_text(encoding="utf-8"))["frames"]
    steps: list[Step] = [([], [])]
    for who, text in entries:
        if who == "server":
            steps[-1][1].append(json.loads(text))
        elif steps[-1][1]:
            steps.append(([(who, text)], []))
        else:
            steps[-1][0].append((who, text))
    return steps


def told(frame: dict[str, Any]) -> dict[str, Any]:
    """Return what a client makes of *frame*.

    An op under its own ``src`` and ``seq`` is an acknowledgement, whatever else it holds. Errors
    are compared by their codes, others' sources and their numbers not at all.
    """
    frame = dict(frame)
    if "error" in frame:
        frame["error"] = frame["error"].get("code", "any")
    elif frame["a"] == "op" and frame["src"] == "client":
        for name in ("op", "create", "del"):
            frame.pop(name, None)
    elif frame["a"] == "op":
        del frame["src"], frame["seq"]
    if frame["a"] == "init":
        del frame["id"]
    return frame


def replay(world: World, link: Link, inputs: list[tuple[str, str]]) -> Link:
    for who, text in inputs:
        if who == "client":
            link.perform(link.adapter.receive(text.encode()))
        elif who == "other":
            change = json.loads(text)
            world.edit(change["c"], change["d"], change)
        elif who == "line":
            link.drop()
            link = world.connect("fresh", "client")
    return link


@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_answers_are_those_of_npms_server(scenario: str) -> None:
    """[SD2] frame by frame, in order, but for messages of errors and the echo of one's own op."""
    world = World()
    link = world.connect("client")
    compared = 0
    for inputs, expected in steps_of(scenario):
        link = replay(world, link, inputs)
        frames = [told(frame) for frame in link.take()]
        wanted = [told(frame) for frame in expected]
        for frame, wish in zip(frames, wanted, strict=False):
            if wish.get("error") == "any":
                frame["error"] = "any"
        assert frames == wanted, (scenario, inputs)
        compared += len(wanted)
    assert compared > 8
    assert link.closed is None
