"""A real server process on a free port, and real npm clients in Node processes."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import httpx

__all__ = ["Editor", "Server", "wait_until"]

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 30.0


def wait_until(look: Callable[[], Any], what: str, patience_s: float = _PATIENCE_S) -> Any:
    """Return the first true result of *look*; fail with *what* when patience ends."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        result = look()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f"waited {patience_s:g} s in vain for {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``design-rooms serve`` as a child process; can be killed and started again on its data."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.socket_url = f"ws://127.0.0.1:{self.port}"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        environment = {
            **{key: value for key, value in os.environ.items() if key not in {"HOST", "PORT"}},
            "PORT": str(self.port),
            "DATA_DIR": str(self.data_dir),
            **self._environment,
        }
        log = (self.data_dir / "server.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "collab.cli", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        log.close()
        try:
            wait_until(self._is_ready, "the server to start")
        except BaseException:
            self.kill()  # Nobody else has it yet who could.
            raise

    def configure(self, **environment: str) -> None:
        """Change the environment of the next start."""
        self._environment.update(environment)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _is_ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(self.log())
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return (self.data_dir / "server.log").read_text()

    def kill(self) -> None:
        """Kill the process as a power cut would: it gets no chance to finish anything."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the process to stop, as an operator does."""
        if self._process is not None and self._process.poll() is None:
            self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(timeout=20)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return httpx.request(method, f"{self.url}{path}", trust_env=False, timeout=30, **options)

    def import_sample(self, name: str, room: str) -> None:
        content = (ROOT / "samples" / name).read_bytes()
        response = self.request("POST", f"/api/rooms/{room}/import?create=true", content=content)
        assert response.status_code == 200, response.text

    def model(self, room: str) -> dict[str, Any]:
        model: dict[str, Any] = self.request("GET", f"/api/rooms/{room}/model").json()["model"]
        return model

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Addressed(Protocol):
    """A server, wherever it runs."""

    socket_url: str


class Editor:
    """An unmodified npm client (``y-websocket`` or ``hocuspocus``) in a Node process."""

    def __init__(
        self,
        kind: str,
        server: Addressed,
        room: str,
        client_id: int | None = None,
        token: str | None = None,
    ) -> None:
        path = "/hocuspocus" if kind == "hocuspocus" else "/yjs"
        arguments = [kind, f"{server.socket_url}{path}", room]
        if client_id is not None or token is not None:
            arguments.append("" if client_id is None else str(client_id))
        if token is not None:
            arguments.append(token)
        self._process = subprocess.Popen(
            ["node", str(ROOT / "tests" / "peers" / "editor.mjs"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if "event" in message:
                self.events.append(message)
            else:
                self._answers.put(message)

    def do(self, action: str, **content: Any) -> Any:
        """Carry out one command in the client and return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": action, **content}) + "\n")
        self._process.stdin.flush()
        answer = self._answers.get(timeout=_PATIENCE_S)
        assert "error" not in answer, answer
        return answer["answer"]

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.do("state")
        return state

    def root(self, name: str) -> Any:
        return self.state()["roots"].get(name)

    def wait(self, look: Callable[[dict[str, Any]], Any], what: str) -> dict[str, Any]:
        """Wait until *look* finds the client's state as it should be; return that state."""

        def check() -> dict[str, Any] | None:
            state = self.state()
            return state if look(state) else None

        result: dict[str, Any] = wait_until(check, what)
        return result

    def wait_synced(self) -> None:
        self.wait(lambda state: state["synced"], "the client to sync")

    def wait_stored(self) -> None:
        """Wait until the server has stored everything; Hocuspocus clients alone know that."""
        self.wait(lambda state: state["unsynced"] == 0, "every change to be stored")

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        """Return the stateless messages of one type, in order."""
        return [
            event["payload"]
            for event in list(self.events)
            if event["event"] == "stateless" and event["payload"]["type"] == kind
        ]

    def __enter__(self) -> Editor:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
