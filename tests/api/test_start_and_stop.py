"""The process itself: how it starts, what keeps it from starting, how it stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.api.frames import STEP1
from tests.api.native import Native, closing, open_socket
from tests.api.server import ROOT, Server, free_port, wait_until

_SAMPLE = "samples/order-management.json"


def _serve(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``serve`` where it must not start, and return how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "collab.cli", "serve", *arguments],
        cwd=ROOT,
        env={**os.environ, "PORT": str(free_port()), "DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def _serving(data_dir: Path, port: int, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "collab.cli", "serve", *arguments],
        cwd=ROOT,
        env={**os.environ, "PORT": str(port), "DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_files_are_connections(tmp_path: Path) -> None:
    """[CF21] it opens as many files as it may, and says how many connections that allows if few."""
    port = free_port()
    command = f'ulimit -Sn 256; ulimit -Hn 1024; exec "{sys.executable}" -m collab.cli serve'
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PORT": str(port), "DATA_DIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        event = json.loads(process.stderr.readline())
        assert (event["event"], event["limit"]) == ("server.few_files", 1024)
        limits = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
        (line,) = [line for line in limits if line.startswith("Max open files")]
        assert line.split()[3:5] == ["1024", "1024"]
    finally:
        process.kill()
        process.communicate()


def test_stop_with_open_sockets(tmp_path: Path) -> None:
    """[HO8] SIGTERM closes sockets with 1012, keeps what was acknowledged, and ends in 5 s."""
    with Server(tmp_path) as server:
        with Native(server, "stop/größe") as author:
            author.answer(author.submit({}, 0, kind="create"))
            with (
                open_socket(f"{server.socket_url}/yjs/stop/größe") as yjs,
                open_socket(f"{server.socket_url}/yjs/stop/größe") as stuck,
            ):
                yjs.send(STEP1)
                stuck.send(STEP1)
                text = "größer 😀 " * 5000
                for number in range(150):
                    author.submit([{"p": [f"k{number}"], "oi": text}], 1)
                author.answer(100)
                started = time.monotonic()
                os.kill(server.pid, signal.SIGTERM)
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        author.receive()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1012
                assert closing(yjs)[0] == 1012
                server.stop()
                assert time.monotonic() - started < 5
                assert not server.is_running
        acknowledged = [item["revision"] for item in author.seen if item["type"] == "ack"]
        server.start()
        with Native(server, "stop/größe") as reader:
            assert reader.welcome["revision"] >= max(acknowledged)
            assert {f"k{number}" for number in range(99)} <= reader.document.keys()


def test_sample_becomes_a_room_once(tmp_path: Path) -> None:
    """[CF1] --sample makes its room if there is none, says where, and then leaves it alone."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    for visit in range(2):
        with _serving(tmp_path, port, "--sample", _SAMPLE) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert f"{url}/rooms/order-management" in line
            room = httpx.get(f"{url}/api/rooms/order-management", trust_env=False).json()
            assert (room["title"], room["revision"]) == ("Order management", 1 + visit)
            if visit == 0:
                model = httpx.get(f"{url}/api/rooms/order-management/export", trust_env=False)
                changed = model.text.replace("Order management", "Aufträge 😀")
                httpx.post(
                    f"{url}/api/rooms/order-management/import",
                    content=changed.encode(),
                    trust_env=False,
                )
            process.send_signal(signal.SIGINT)
            process.wait(10)


def test_samples_that_cannot_be_used(tmp_path: Path) -> None:
    """[CF2] a sample that is wrong keeps the server from starting, with every fault and line."""
    sample = tmp_path / "größe.json"
    sample.write_text('{"application": {"id": "a b",\n "name": 1, "x": 2}}', encoding="utf-8")
    result = _serve(tmp_path / "data", "--sample", str(sample))
    assert result.returncode == 1
    assert "größe.json:2: error:" in result.stdout
    assert "Traceback" not in result.stderr
    sample.write_text('{"application": {"id": "a/b", "name": "n"}}', encoding="utf-8")
    result = _serve(tmp_path / "data", "--sample", str(sample))
    assert (result.returncode, "room_name" in result.stderr) == (1, True)
    assert _serve(tmp_path / "data", "--sample", "absent.json").returncode == 2


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HOST", "0.0.0.0", "HOST=127.0.0.1"),
        ("HOST", "example.org", "HOST=127.0.0.1"),
        ("PORT", "80a", "PORT"),
        ("AUTH_SECRET", "größe", "needs 32 or more"),
        ("REDIS_URL", "redis://localhost", "unset REDIS_URL"),
        ("DATABASE_URL", "mysql://localhost", "unset DATABASE_URL"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, name: str, value: str, says: str) -> None:
    """[CF3] a setting that this version cannot keep is refused in one line, with exit code 2."""
    result = _serve(tmp_path, **{name: value})
    assert result.returncode == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_address_in_use(tmp_path: Path) -> None:
    """[CF4] a port that is taken, or data that another server has, end it with one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = _serve(tmp_path, PORT=str(taken.getsockname()[1]))
    assert result.returncode == 3
    assert "PORT" in result.stderr
    assert "Traceback" not in result.stderr
    with Server(tmp_path):
        result = _serve(tmp_path)
    assert result.returncode == 3
    assert "in use by another server" in result.stderr
    assert "Traceback" not in result.stderr


def test_data_that_cannot_be_used(tmp_path: Path) -> None:
    """[CF4] a data directory that is none, and a damaged key, end it with one line."""
    (tmp_path / "file").write_text("größe", encoding="utf-8")
    result = _serve(tmp_path / "file")
    assert (result.returncode, "cannot be used" in result.stderr) == (3, True)
    (tmp_path / "secret.key").write_bytes(b"short")
    result = _serve(tmp_path)
    assert (result.returncode, "secret.key is damaged" in result.stderr) == (3, True)
    assert "Traceback" not in result.stderr


def test_dead_peer_is_noticed(tmp_path: Path) -> None:
    """[CN6] a peer that stops without a word loses its socket, and its presence leaves."""
    from tests.api.inside import InsideServer  # Late: it needs pings that come sooner.

    with InsideServer(ping_s=0.3) as server, Native(server, "dead/ä") as witness:
        script = (
            "import sys; sys.path.insert(0, '.')\n"
            "from types import SimpleNamespace\n"
            "from tests.api.native import Native\n"
            f"client = Native(SimpleNamespace(socket_url={server.socket_url!r}), 'dead/ä')\n"
            "client.send(type='presence', state={'name': 'Zoë'})\n"
            "input()\n"
        )
        process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE)
        try:
            guest = witness.wait("presence")["clients"][0]
            assert guest["state"] == {"name": "Zoë"}
            # Stopped, its kernel goes on acknowledging segments: nothing but a ping tells.
            process.send_signal(signal.SIGSTOP)
            gone = witness.wait("presence")["clients"]
            assert gone == [{"client": guest["client"], "state": None}]
            wait_until(
                lambda: server.call(lambda: sum(len(room.outlets) for room in server.host)) == 1,
                "the session to leave",
            )
        finally:
            process.kill()
            process.wait()
