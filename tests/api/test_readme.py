"""The README's examples, run as they stand but for the port."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.api.server import ROOT, Server, wait_until

_ROOM = "order-management"


def _example(language: str, server: Server) -> str:
    match = re.search(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert match is not None
    return match[1].replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")


def _renamed(server: Server) -> bool:
    return bool(server.model(_ROOM)["application"]["name"] == "Bestellungen")


def _run_until_renamed(server: Server, command: list[str]) -> None:
    server.import_sample("order-management.json", _ROOM)
    assert not _renamed(server)
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: _renamed(server) or process.poll() is not None, "the new name")
        assert _renamed(server), f"the example ended with {process.returncode}"
    finally:
        process.kill()
        process.wait()


def test_yjs_example_works(tmp_path: Path) -> None:
    """[AP1] the README's ten lines of JavaScript edit the sample's room."""
    with Server(tmp_path) as server:
        # Beside the peers, because that is where Node finds npm's packages.
        module = ROOT / "tests" / "peers" / f"readme-{server.port}.tmp.mjs"
        module.write_text(_example("js", server))
        try:
            _run_until_renamed(server, ["node", str(module)])
        finally:
            module.unlink()


def test_python_example_works(tmp_path: Path) -> None:
    """[AP1] the README's lines of Python edit the sample's room."""
    with Server(tmp_path) as server:
        _run_until_renamed(server, [sys.executable, "-c", _example("python", server)])
