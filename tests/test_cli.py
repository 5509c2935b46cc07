"""The `design-rooms` command: its verbs, what they print, and their exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from click.testing import CliRunner

from collab import cli
from collab.limits import SNAPSHOT_REVISIONS
from tests.api.native import Native
from tests.api.server import ROOT, Server, free_port, wait_until

_SAMPLE = ROOT / "samples" / "order-management.json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("cli")) as server:
        yield server


def _run(*arguments: object, port: int = 1, **environment: str) -> tuple[int, str]:
    """Run one verb as its own process does, and return its exit code and all it printed."""
    result = CliRunner().invoke(
        cli.main,
        [str(item) for item in arguments],
        env={"PORT": str(port), "HOST": "127.0.0.1", **environment},
    )
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "verb",
    [
        *("serve", "import", "export", "revert", "history", "rollback", "locks"),
        *("validate", "rooms", "token"),
    ],
)
def test_help(verb: str) -> None:
    """[CF8] each verb says what it does and what it takes."""
    code, text = _run(verb, "--help")
    assert code == 0
    assert f" {verb} " in text.splitlines()[0]
    assert len(text.splitlines()) > 4
    assert verb in _run("--help")[1]
    assert _run(verb, "--absent")[0] == 2


def test_round_trip(server: Server, tmp_path: Path) -> None:
    """[CF9] import and export are each other's inverse, as JSON and YAML; twice is no change."""
    code, text = _run("import", _SAMPLE, "--room", "größe".encode().hex(), port=server.port)
    assert code == 0
    assert "imported (room" in text
    assert f"Open {server.url}/rooms/" in text
    room = "größe".encode().hex()
    again = _run("import", _SAMPLE, "--room", room, port=server.port)
    assert (again[0], "nothing changed" in again[1]) == (0, True)
    for kind in ("json", "yaml"):
        file = tmp_path / f"modell-ä.{kind}"
        code, _ = _run("export", "--room", room, "--format", kind, "-o", file, port=server.port)
        assert code == 0
        code, text = _run("import", file, "--room", room, port=server.port)
        assert (code, "nothing changed" in text) == (0, True)
    printed = _run("export", "--room", room, port=server.port)[1]
    assert json.loads(printed) == yaml.safe_load((tmp_path / "modell-ä.yaml").read_text())
    code, text = _run("rooms", port=server.port)
    assert (code, room in text) == (0, True)


def test_refusals(server: Server, tmp_path: Path) -> None:
    """[CF10] what the server refuses ends with exit code 1, every fault with its file and line."""
    file = tmp_path / "falsch-ä.json"
    model = json.loads(_SAMPLE.read_text())
    model["application"]["dataModels"][0]["größe"] = 1
    model["application"]["pages"] = 7
    file.write_text(json.dumps(model, indent=1, ensure_ascii=False), encoding="utf-8")
    code, text = _run("import", file, "--room", "bad", port=server.port)
    assert code == 1
    assert text.count(f"{file}:") >= 2
    assert "[unknown_key]" in text
    code, text = _run("export", "--room", "absent", port=server.port)
    assert (code, "[not_found]" in text) == (1, True)
    code, text = _run("import", _SAMPLE, "--room", "a b", port=server.port)
    assert (code, "[room_name]" in text) == (1, True)


def test_revert(server: Server, tmp_path: Path) -> None:
    """[CF17] what a revision changed is taken back; what has been changed since is listed."""
    with Native(server, "notes/größe") as page:
        page.answer(page.submit({"a": "é", "b": 1}, 0, kind="create"))
        op = [{"p": ["a"], "od": "é", "oi": "è"}, {"p": ["b"], "od": 1, "oi": 2}]
        page.answer(page.submit(op, 1))
        page.edit("a", "日")
        code, text = _run("revert", "notes/größe", 2, port=server.port)
        assert (code, page.fetch()) == (0, (4, {"a": "日", "b": 1}))
        assert "revision 2 is taken back, as far as it still applies (revision 4)" in text
        assert text.splitlines()[1].endswith("changed since: /a")
        code, text = _run("revert", "notes/größe", 4, port=server.port)
        assert (code, len(text.splitlines())) == (0, 1)
        assert page.fetch() == (5, {"a": "日", "b": 2})
    for arguments, expected, says in (
        (("notes/größe", 99), 1, "[revert_unknown]"),
        (("absent", 1), 1, "[not_found]"),
        (("notes/größe", 0), 2, "REVISION"),
        (("notes/größe", "x"), 2, "REVISION"),
    ):
        code, text = _run("revert", *arguments, port=server.port)
        assert (code, says in text) == (expected, True), text


def test_history_and_rollback(server: Server) -> None:
    """[CF19] in words, newest first, as JSON too; [CF20] and made again what it was."""
    _run("import", _SAMPLE, "--room", "past", port=server.port)
    code, text = _run("history", "past", port=server.port)
    assert (code, len(text.splitlines())) == (0, 2)
    assert "Created the room with " in text.splitlines()[1]
    code, text = _run("rollback", "past", "--revision", 0, port=server.port)
    assert (code, text) == (0, "past: as at revision 0 again (revision 2)\n")
    code, text = _run("rollback", "past", "--revision", 0, port=server.port)
    assert (code, "nothing changed" in text) == (0, True)
    code, text = _run("history", "past", "--limit", 1, "--json", port=server.port)
    page = json.loads(text)
    assert (code, page["groups"][0]["entries"][0]["words"]) == (0, "Restored revision 0")
    code, text = _run("history", "past", "--before", 2, port=server.port)
    assert (code, "Restored" in text) == (0, False)
    for arguments, expected, says in (
        (("rollback", "past", "--revision", 99), 1, "[revision_future]"),
        (("rollback", "past"), 2, "--revision"),
        (("history", "absent"), 1, "[not_found]"),
        (("history", "past", "--limit", 0), 2, "--limit"),
    ):
        code, text = _run(*arguments, port=server.port)
        assert (code, says in text) == (expected, True), text


def test_locks(server: Server) -> None:
    """[CF23] who holds and who waits, and a lock that is broken."""
    _run("import", _SAMPLE, "--room", "held", port=server.port)
    assert _run("locks", "held", port=server.port) == (0, "held: nobody holds anything\n")
    url = f"{server.url}/api/rooms/held/locks"
    for user in ("änne", "ben"):
        body = {"component": "application", "action": "wait"}
        answer = httpx.post(url, params={"token": user}, json=body, trust_env=False)
        assert answer.status_code == 200
    code, text = _run("locks", "held", port=server.port)
    assert code == 0 and len(text.splitlines()) == 2
    assert "waits, number 1" in text and text.startswith("application: ")
    code, text = _run("locks", "held", "--break", "application", port=server.port)
    assert (code, text) == (0, "held: the lock of application is broken\n")
    assert len(_run("locks", "held", port=server.port)[1].splitlines()) == 1
    code, text = _run("locks", "held", "--break", "nobody's", port=server.port)
    assert code == 1 and "[lock_not_held]" in text


def test_trim(server: Server, tmp_path: Path) -> None:
    """[CF18] the history begins behind a snapshot, or all of it is kept."""
    with Native(server, "notes/lang") as page:
        page.answer(page.submit({"n": 0}, 0, kind="create"))
        for number in range(SNAPSHOT_REVISIONS):
            page.answer(page.submit([{"p": ["n"], "na": 1}], 1 + number))
    code, text = _run("trim", "notes/lang", "--before", 9, port=server.port)
    assert (code, "all is kept" in text) == (0, True), text
    code, text = _run("trim", "notes/lang", "--before", 10_000, port=server.port)
    assert (code, f"begins with revision {SNAPSHOT_REVISIONS + 1}" in text) == (0, True), text
    for arguments, expected, says in (
        (("absent", "--before", 1), 1, "[not_found]"),
        (("notes/lang", "--before", 0), 2, "--before"),
        (("notes/lang",), 2, "--before"),
    ):
        code, text = _run("trim", *arguments, port=server.port)
        assert (code, says in text) == (expected, True), text


@pytest.mark.parametrize(
    "arguments",
    [
        ("rooms",),
        ("revert", "x", 1),
        ("history", "x"),
        ("rollback", "x", "--revision", 1),
        ("export", "--room", "x"),
        ("import", _SAMPLE, "--room", "x"),
        ("rooms", "--server", "http://127.0.0.1:1"),
    ],
)
def test_no_server(arguments: tuple[object, ...]) -> None:
    """[CF11] without a server a verb ends with exit code 3 and says how to start one."""
    code, text = _run(*arguments, port=free_port())
    assert code == 3
    assert "design-rooms serve" in text


def test_validate(tmp_path: Path) -> None:
    """[CF12] validate needs no server: 0 for files that import, 1 with every error and its line."""
    code, text = _run("validate", *sorted((ROOT / "samples").glob("*.json")))
    assert (code, text.count(": valid, ")) == (0, 2)
    bad = tmp_path / "falsch-ä.yaml"
    bad.write_text("application:\n  id: a\n  name: n\n  größe: 1\n  pages: x\n", encoding="utf-8")
    code, text = _run("validate", bad, _SAMPLE)
    assert code == 1
    lines = [line for line in text.splitlines() if line.startswith(f"{bad}:")]
    assert [line.split(":")[1] for line in lines] == ["4", "5"]
    assert f"{_SAMPLE}: valid" in text
    assert _run("validate", tmp_path / "absent.json")[0] == 2
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'{"application": {')
    assert _run("validate", broken)[0] == 1


_SECRET = "größe".encode().hex() * 4


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("guarded"), AUTH_SECRET=_SECRET) as server:
        yield server


def _token(*arguments: str) -> str:
    code, text = _run("token", "--user", "zoë", *arguments, AUTH_SECRET=_SECRET)
    assert code == 0, text
    return text.strip()


def test_minting(guarded: Server) -> None:
    """[CF14] what is minted is what the server of the same secret takes, until it expires."""
    token = _token("--name", "Zoë 😀", "--tenant", "acme", "--role", "editor", "--role", "viewer")
    headers = {"authorization": f"Bearer {token}"}
    session = guarded.request("GET", "/api/session", headers=headers).json()
    assert (session["user"], session["name"], session["tenant"]) == ("zoë", "Zoë 😀", "acme")
    assert session["role"] == "editor"
    expected = time.time() + 12 * 3600
    assert abs(session["expiresAt"] / 1000 - expected) < 60
    soon = {"authorization": f"Bearer {_token('--expires', '1s')}"}
    wait_until(
        lambda: guarded.request("GET", "/api/session", headers=soon).status_code == 401,
        "the token to expire",
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--expires", "größe"), "no time such as"),
        (("--expires", "0h"), "no time such as"),
        (("--expires", "99999d"), "no time such as"),
        (("--expires", "12"), "no time such as"),
        (("--expires", "٣h"), "no time such as"),
        (("--expires", ""), "no time such as"),
        (("--tenant", "a/b"), "'tenant'"),
        (("--user", " "), "'sub'"),
        (("--name", "x" * 61), "'name'"),
        (("--role", "boss"), "--role"),
    ],
    ids=str,
)
def test_minting_nonsense(arguments: tuple[str, ...], says: str) -> None:
    """[CF14] what no server would take is not minted."""
    code, text = _run("token", "--user", "zoë", *arguments, AUTH_SECRET=_SECRET)
    assert (code, says in text) == (2, True), text


def test_minting_without_a_secret() -> None:
    """[CF14] without a secret, or with one that could be guessed, nothing is minted."""
    for secret in ("", "größe"):
        code, text = _run("token", "--user", "zoë", AUTH_SECRET=secret)
        assert (code, "AUTH_SECRET" in text) == (2, True)


def test_tokens_of_the_verbs(guarded: Server, tmp_path: Path) -> None:
    """[CF15] --token and DESIGN_ROOMS_TOKEN say who asks, for every verb that asks a server."""
    editor, viewer = _token("--role", "editor"), _token("--user", "max", "--role", "viewer")
    port, file = guarded.port, tmp_path / "ä.json"
    verbs: tuple[tuple[object, ...], ...] = (
        ("import", _SAMPLE, "--room", "orders"),
        ("export", "--room", "orders", "-o", file),
        ("rooms",),
    )
    for verb in verbs:
        code, text = _run(*verb, port=port)
        assert (code, "[auth_required]" in text) == (1, True), text
        code, text = _run(*verb, port=port, DESIGN_ROOMS_TOKEN="größe".encode().hex())
        assert (code, "[auth_token]" in text) == (1, True), text
        assert _run(*verb, "--token", "größe", port=port)[0] == 2
        assert _run(*verb, port=port, DESIGN_ROOMS_TOKEN=editor)[0] == 0
        assert _run(*verb, "--token", editor, port=port, DESIGN_ROOMS_TOKEN="x")[0] == 0
    code, text = _run(*verbs[0], port=port, DESIGN_ROOMS_TOKEN=viewer)
    assert (code, "[auth_role]" in text) == (1, True), text
    assert _run(*verbs[1], port=port, DESIGN_ROOMS_TOKEN=viewer)[0] == 0


def test_entry_point() -> None:
    """[CF8] the module runs as a program of its own."""
    result = subprocess.run(
        [sys.executable, "-m", "collab.cli", "--version"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, "version" in result.stdout) == (0, True)
