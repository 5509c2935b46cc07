"""Unmodified ShareDB clients of three major versions find what they are used to.

The tests themselves are JavaScript (``tests/peers/sharedb``). Each runs against npm's own server,
which proves the test, and against ours.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.server import ROOT, Server

_FOLDER = ROOT / "tests" / "peers" / "sharedb"
_GROUPS: list[str] = json.loads((_FOLDER / "groups.json").read_text())
_VERSIONS = (5, 6, 7)
_RUN_S_MAX = 300.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("sharedb")) as server:
        yield server


@pytest.fixture(scope="module")
def reference_url() -> Iterator[str]:
    """npm's own server, in memory; it ends with its standard input."""
    process = subprocess.Popen(
        ["node", str(_FOLDER / "server.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.kill()
        process.wait()


def _run(group: str, version: int, *arguments: str) -> list[dict[str, Any]]:
    """Run one group with one client and return what came of each of its tests."""
    process = subprocess.run(
        ["node", "run.mjs", "--client", str(version), "--only", group, *arguments],
        cwd=_FOLDER,
        capture_output=True,
        text=True,
        timeout=_RUN_S_MAX,
        check=False,
    )
    results = [json.loads(line) for line in process.stdout.splitlines()]
    assert results, process.stderr
    return results


def _failures(results: list[dict[str, Any]]) -> str:
    return "\n\n".join(
        f"{result['title']}\n{result['error']}\n"
        f"last frames: {json.dumps(result['frames'], ensure_ascii=False)}"
        for result in results
        if not result["ok"]
    )


def test_every_group_is_run() -> None:
    """[AP18] no file of tests is left out of the groups."""
    plumbing = {"clients", "run", "server", "world"}
    assert {path.stem for path in _FOLDER.glob("*.mjs")} - plumbing == set(_GROUPS)


@pytest.mark.parametrize("version", _VERSIONS)
@pytest.mark.parametrize("group", _GROUPS)
def test_npm_server_behaves_so(reference_url: str, group: str, version: int) -> None:
    """[AP18] what is asked of our server is what npm's own does."""
    results = _run(group, version, "--url", reference_url, "--reference")
    assert not _failures(results), _failures(results)


@pytest.mark.parametrize("version", _VERSIONS)
@pytest.mark.parametrize("group", _GROUPS)
def test_our_server_behaves_so(server: Server, group: str, version: int) -> None:
    """[AP18] an unmodified ShareDB client does not notice that it has another server."""
    results = _run(group, version, "--url", f"{server.socket_url}/sharedb")
    assert not _failures(results), _failures(results)


@pytest.mark.parametrize("version", _VERSIONS)
def test_a_client_that_took_its_op_for_anothers_recovers(server: Server, version: int) -> None:
    """[SD28] an op sent again at a version behind it is rejected softly, and is there once."""
    url = f"{server.socket_url}/sharedb"
    results = _run("resend", version, "--url", url, "--title", "paused when an answer is lost")
    assert [result["ok"] for result in results] == [True], _failures(results)
