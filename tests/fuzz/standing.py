"""Where everything stands when a run does not end: tasks, threads and processes."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final

from tests.api.server import Server

__all__ = ["LoopWatch", "TellingServer", "process_state", "standing_tasks"]

# A run shares its machine with whatever else is tested there: imports alone have taken 30 s.
_PATIENCE_S: Final = 120.0
_BEAT_S: Final = 0.25
_SILENCE_S: Final = 10.0
_FRAMES_SHOWN: Final = 15


class TellingServer(Server):
    """A server that leaves its threads' stacks in its log when it does not start or stop."""

    def __init__(self, data_dir: Path) -> None:
        self._is_starting = False
        super().__init__(data_dir, PYTHONFAULTHANDLER="1")

    def start(self) -> None:
        self._is_starting = True
        super().start()
        self._is_starting = False

    def _is_ready(self) -> bool:
        # One look that lasts, because whoever looks gives up earlier.
        deadline = time.monotonic() + _PATIENCE_S
        while not super()._is_ready():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(_PATIENCE_S)

    def kill(self) -> None:
        # Whoever starts a server kills it if it does not get ready.
        if self._is_starting:
            self.abort()
        else:
            super().kill()

    def stop(self) -> None:
        try:
            super().stop()
        except subprocess.TimeoutExpired as error:
            state = process_state(self.pid)
            self.abort()
            raise AssertionError(f"the server did not stop: {state}") from error

    def abort(self) -> None:
        """End the process by the signal that has Python write down all stacks first."""
        if not self.is_running:
            return
        try:
            self._end(signal.SIGABRT)
        except subprocess.TimeoutExpired:
            # It is stopped, or waits where no signal reaches it.
            super().kill()


class LoopWatch:
    """Says on standard error where the running loop stands when it does not come back for seconds.

    The Python clients live in the driver's own loop: while one of them computes, nobody else is
    heard.
    """

    def __init__(self) -> None:
        self._thread_id = threading.get_ident()
        self._beat = time.monotonic()
        self._is_over = threading.Event()
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> LoopWatch:
        self._beating = asyncio.create_task(self._beats(), name="loop watch")
        threading.Thread(target=self._guard, daemon=True).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._beating is not None
        self._beating.cancel()
        self._is_over.set()

    async def _beats(self) -> None:
        while True:
            self._beat = time.monotonic()
            await asyncio.sleep(_BEAT_S)

    def _guard(self) -> None:
        told = 0.0
        while not self._is_over.wait(_BEAT_S):
            silent = time.monotonic() - self._beat
            if silent < _SILENCE_S:
                told = 0.0
            elif silent - told >= _SILENCE_S:
                told = silent
                # Not faulthandler's timer: it reads frames that run on, and crashes over them.
                frame = sys._current_frames().get(self._thread_id)
                stack = "".join(traceback.format_stack(frame)[-_FRAMES_SHOWN:])
                print(f"the driver has been busy for {silent:.0f} s:\n{stack}", file=sys.stderr)


def standing_tasks() -> str:
    """Return where each task of the running loop waits, one a line."""
    return "\n".join(sorted(f"{task.get_name()}: {_place(task)}" for task in asyncio.all_tasks()))


def _place(task: asyncio.Task[Any]) -> str:
    """Return the functions that a task is in, from the outermost to the one that waits."""
    places = []
    coroutine: Any = task.get_coro()
    while (frame := _frame(coroutine)) is not None:
        places.append(f"{frame.f_code.co_qualname}:{frame.f_lineno}")
        coroutine = coroutine.cr_await
    return " > ".join(places) or repr(task)


def _frame(coroutine: Any) -> FrameType | None:
    frame: FrameType | None = getattr(coroutine, "cr_frame", None)
    return frame


def process_state(pid: int) -> str:
    """Return what the system says of a process: its id, state, CPU time, age and wait."""
    command = ["ps", "-o", "pid=,stat=,time=,etime=,wchan=", "-p", str(pid)]
    shown = subprocess.run(command, check=False, capture_output=True, text=True)
    return " ".join(shown.stdout.split()) or f"{pid}, gone"
