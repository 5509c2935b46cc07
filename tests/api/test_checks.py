"""An operator's checks and permissions in a running server, and one that must not start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from click.testing import CliRunner

from collab import cli
from collab.auth.tokens import Tokens
from collab.messages import Role
from collab.system import SystemClock
from tests.api.native import Native
from tests.api.server import ROOT, Server, free_port

_SECRET = "sehr geheim, größer"
_SAMPLE = ROOT / "samples" / "order-management.json"


def _token(user: str, role: Role) -> str:
    expires_ms = int(time.time() * 1000) + 600_000
    tokens = Tokens((_SECRET.encode() * 2,), SystemClock())
    return tokens.issue(user=user, name=None, tenant="t", roles={role}, expires_ms=expires_ms)


def _write(folder: Path, collection: str, **content: Any) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / f"{quote(collection, safe='')}.json"
    file.write_text(json.dumps({"version": 1, **content}), encoding="utf-8")
    return file


def test_checks_of_collections(tmp_path: Path) -> None:
    """[CC2] a collection's checks hold for its documents, those of `rooms` for application rooms.

    [CC13] whoever makes a room is its owner in the import that makes it.
    """
    checks = tmp_path / "checks"
    _write(
        checks,
        "aufgäben",
        schema={"/title": {"type": "string"}},
        permissions=[{"path": "/state", "write": ["owner"]}],
    )
    _write(checks, "rooms", permissions=[{"path": "/application/name", "write": ["owner"]}])
    editor, owner = _token("zoë", Role.EDITOR), _token("chef", Role.OWNER)
    with Server(tmp_path, AUTH_SECRET=_SECRET * 2) as server:
        document = quote("aufgäben") + "/" + quote("größe")
        with Native(server, document, token=editor) as client:
            assert client.answer(client.submit({"title": 7}, 0, kind="create"))["code"] == (
                "check_schema"
            )
            assert client.answer(client.submit({"title": "é"}, 0, kind="create"))["type"] == "ack"
            refusal = client.answer(client.submit([{"p": ["state"], "oi": "ü"}], 1))
            assert (refusal["code"], refusal["path"]) == ("check_permission", ["state"])
        with Native(server, document, token=owner) as client:
            assert client.answer(client.submit([{"p": ["state"], "oi": "ü"}], 1))["type"] == "ack"
        with Native(server, "andere/größe", token=editor) as client:
            assert client.answer(client.submit({"title": 7}, 0, kind="create"))["type"] == "ack"
        model = json.loads(_SAMPLE.read_bytes())
        for user, name, code in ((editor, "Größe", 200), (editor, "Größer", 200)):
            assert _import(server, user, model, name) == (code, None)
        other = _token("max", Role.EDITOR)
        assert _import(server, other, model, "Kleiner") == (409, "check_permission")
        assert _import(server, other, model, "Größer") == (200, None)
        assert _import(server, owner, model, "Kleiner") == (200, None)


def _import(server: Server, token: str, model: dict[str, Any], name: str) -> tuple[int, str | None]:
    model["application"]["name"] = name
    response = server.request(
        "POST",
        "/api/rooms/bestellungen/import?create=true",
        content=json.dumps(model).encode(),
        headers={"authorization": f"Bearer {token}"},
    )
    return response.status_code, response.json().get("code")


def test_start_with_a_broken_file(tmp_path: Path) -> None:
    """[CC1] a checks file that cannot be used stops the start: file, JSON pointer, reason."""
    file = _write(tmp_path / "checks", "größe", permissions=[{"path": "/é", "write": ["chef"]}])
    result = subprocess.run(
        [sys.executable, "-m", "collab.cli", "serve"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(free_port()), "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2, result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{file}: at /permissions/0/write/0: 'chef' is not one of")


def test_validate_checks(tmp_path: Path) -> None:
    """[CC1] `validate-checks` needs no server and lists every fault with line and pointer."""
    good = _write(tmp_path, "gut", schema={"/é": {"type": "string"}})
    bad = _write(tmp_path, "rooms", schema={"/é": {}}, unique=[{"at": "/a", "field": "/b"}])
    unnamed = _write(tmp_path, "x").rename(tmp_path / "größe.json")
    result = CliRunner().invoke(cli.main, ["validate-checks", str(good)])
    assert (result.exit_code, result.output) == (0, f"{good}: valid\n")
    result = CliRunner().invoke(cli.main, ["validate-checks", *map(str, (good, bad, unnamed))])
    assert result.exit_code == 1
    assert f"{bad}:1: error: " in result.output
    assert all(f"[checks_application] /{key}" in result.output for key in ("schema", "unique"))
    assert "gr%C3%B6%C3%9Fe.json" in result.output
    result = CliRunner().invoke(cli.main, ["validate-checks", "--help"])
    assert result.exit_code == 0 and len(result.output.splitlines()) > 4
