"""Signing in, looking without changing, and being signed out, in real browsers."""

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


@pytest.mark.browser
def test_people_who_sign_in_do_what_they_may(tmp_path: Path) -> None:
    """[TK26] in a browser an editor edits, a viewer looks, and whoever is signed out is told.

    A viewer's preview page can read its own room and nothing else, and write nothing.
    """
    clock = SystemClock()
    tokens = Tokens((_SECRET.encode(),), clock)

    def token(user: str, role: Role) -> str:
        expires_ms = clock.now_ms() + 600_000
        return tokens.issue(
            user=user, name=f"{user} é", tenant="zuerich", roles=[role], expires_ms=expires_ms
        )

    people = {"ANNA": token("anna", Role.EDITOR), "BEN": token("ben", Role.VIEWER)}
    with Server(tmp_path, AUTH_SECRET=_SECRET) as server:
        content = (ROOT / "samples" / "order-management.json").read_bytes()
        for room in ("orders", "other"):
            server.request(
                "POST",
                f"/api/rooms/{room}/import?create=true",
                content=content,
                headers={
                    "authorization": f"Bearer {people['ANNA']}",
                    "content-type": "application/json",
                },
            ).raise_for_status()
        finished = subprocess.run(
            ["node", str(ROOT / "tests" / "browser" / "identity.mjs"), server.url, "orders"],
            env={**os.environ, **people},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
    assert finished.returncode == 0, finished.stderr
    result = json.loads(finished.stdout)
    assert not any("Add row" in text for text in result["buttons"])
    assert result["tries"]["read"] == 200
    assert result["tries"]["write"] == 403
    assert result["tries"]["otherRoom"] in (403, "blocked")
    assert result["tries"]["designer"] in (401, 403, "blocked")
    assert result["status"] == 204
    assert result["faults"] == []
