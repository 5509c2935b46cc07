"""A viewer's queue."""

from __future__ import annotations

import asyncio

from runtime.limits import VIEWER_BYTES_MAX, VIEWER_FRAMES_MAX
from runtime.viewer import Viewer, sse
from tests.runtime.feed_reader import parse


def fresh() -> Viewer:
    viewer = Viewer()
    viewer.wants_model = False
    return viewer


def test_frames_are_taken_together_and_in_order() -> None:
    """[PV2] What waits for a viewer leaves in order, in one write."""
    viewer = fresh()
    for number in range(VIEWER_FRAMES_MAX):
        assert viewer.push(b"%d " % number)
    assert viewer.take().split() == [b"%d" % number for number in range(VIEWER_FRAMES_MAX)]
    assert viewer.take() == b""


def test_too_many_frames() -> None:
    """[PV3] One frame too many, and everything gives way to a fresh model."""
    viewer = fresh()
    results = [viewer.push(b"x") for _ in range(VIEWER_FRAMES_MAX + 1)]
    assert results == [True] * VIEWER_FRAMES_MAX + [False]
    assert viewer.wants_model
    assert viewer.take() == b""
    assert viewer.push(b"later")
    assert viewer.take() == b"", "the model to come holds this already"


def test_too_many_bytes() -> None:
    """[PV3] So it is with bytes."""
    viewer = fresh()
    assert viewer.push(b"x" * VIEWER_BYTES_MAX)
    assert not viewer.push("é".encode())
    assert viewer.wants_model


async def test_waiting() -> None:
    """[PV2] A viewer waits for the next frame, and knows silence when it hears it."""
    viewer = fresh()
    assert not await viewer.wait(0.01)
    waiting = asyncio.create_task(viewer.wait(5))
    await asyncio.sleep(0)
    viewer.push(b"x")
    assert await waiting


def test_event_framing() -> None:
    """[PV2] An event is one line of JSON, whatever its texts hold."""
    frame = sse("revision", {"text": "zwei\nZeilen\r\n\nund 😀"})
    assert frame.count(b"\n\n") == 1
    assert parse(frame.decode().removesuffix("\n\n")) == (
        "revision",
        {"text": "zwei\nZeilen\r\n\nund 😀"},
    )
