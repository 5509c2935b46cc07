"""The page of rooms in a real browser, in local mode and where people sign in."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from collab.auth.tokens import Tokens
from collab.messages import Role
from collab.system import SystemClock
from tests.api.server import ROOT, Server

_SECRET = "a secret of these tests, größer als nötig 😀"


def _run(server: Server, **environment: str) -> None:
    finished = subprocess.run(
        [
            "node",
            str(ROOT / "tests" / "browser" / "rooms.mjs"),
            server.url,
            os.environ.get("PICTURES", ""),
        ],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["faults"] == []


@pytest.mark.browser
def test_rooms_are_looked_after_in_local_mode(tmp_path: Path) -> None:
    """[RG1] [RG2] [RG3] [RG6] [RG7] a room is created, renamed, duplicated, found, exported,
    deleted, undone and restored; no page logs an error, axe finds nothing."""
    with Server(tmp_path) as server:
        _run(server)


@pytest.mark.browser
def test_rooms_are_shared_where_people_sign_in(tmp_path: Path) -> None:
    """[RG9] [RG10] [RG14] the same, and members and links let others in as far as they may."""
    clock = SystemClock()
    tokens = Tokens((_SECRET.encode(),), clock)

    def token(user: str, *roles: Role) -> str:
        expires_ms = clock.now_ms() + 600_000
        return tokens.issue(
            user=user, name=f"{user} é", tenant="zuerich", roles=roles, expires_ms=expires_ms
        )

    with Server(tmp_path, AUTH_SECRET=_SECRET) as server:
        _run(server, ANNA=token("anna", Role.EDITOR), BORIS=token("boris"))
