"""A short run of the load tests: real locust, a real server, every door at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from loadtests.convergence import compare
from tests.api.server import ROOT, Server


def _run(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "locust", "-f", "loadtests/locustfile.py", "--headless"]
    return subprocess.run(
        [*command, "--host", url, "--only-summary", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_everybody_arrives_at_the_servers_document(tmp_path: Path) -> None:
    """[LT1] editors of every dialect, phones that lose the network, a reviewer and a viewer."""
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "order-management")
        done = _run(server.url, "-u", "16", "-r", "8", "-t", "8s", "--edits-per-second", "4")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Convergence: all 14 replicas of 1 room equal the server's" in done.stdout


def test_a_difference_is_found() -> None:
    """[LT2] the check says where the documents differ first, and equal ones do not."""
    server = {"props": {"é": "1"}, "list": ["a"], "note": "x"}
    assert compare(server, {"note": "x", "list": ["a"], "props": {"é": "1"}}) == ""
    assert "'list'" in compare(server, {**server, "list": []})
    assert "'props'" in compare(server, {"list": ["a"], "note": "x"})


def test_load_stays_on_this_machine() -> None:
    """[LT3] a load test of another machine is refused."""
    done = _run("http://192.0.2.1:8000", "-u", "1", "-t", "1s")
    assert done.returncode != 0
    assert "load stays on the loopback" in done.stdout + done.stderr
