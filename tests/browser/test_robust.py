"""What people moved, copied, were refused or kept offline, in real browsers."""

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
def test_nothing_is_lost_between_hands_rooms_and_connections(tmp_path: Path) -> None:
    """[DE5] what a person moved, copied, was refused or kept offline is where the designer says.

    Elements go between pages and rooms by the clipboard and by drags, several at once and while
    somebody else deletes their place; refused offline work is listed after a reload, copied and
    tried again; another person in the same browser neither sees nor sends it.
    """
    clock = SystemClock()
    tokens = Tokens((_SECRET.encode(),), clock)

    def token(user: str, role: Role) -> str:
        expires_ms = clock.now_ms() + 600_000
        return tokens.issue(
            user=user,
            name=f"{user.title()} é",
            tenant="zuerich",
            roles=[role],
            expires_ms=expires_ms,
        )

    people = {
        "OLGA": token("olga", Role.OWNER),
        "ANNA": token("anna", Role.EDITOR),
        "BEN": token("ben", Role.EDITOR),
    }
    with Server(tmp_path, AUTH_SECRET=_SECRET) as server:
        headers = {
            "authorization": f"Bearer {people['OLGA']}",
            "content-type": "application/json",
        }
        content = (ROOT / "samples" / "order-management.json").read_bytes()
        path = "/api/rooms/orders/import?create=true"
        server.request("POST", path, content=content, headers=headers).raise_for_status()
        empty = json.dumps({"name": "orders-empty", "title": "Empty"})
        server.request("POST", "/api/rooms", content=empty, headers=headers).raise_for_status()
        finished = subprocess.run(
            ["node", str(ROOT / "tests" / "browser" / "robust.mjs"), server.url, "orders"],
            env={**os.environ, **people},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert finished.returncode == 0, finished.stderr
    found = json.loads(finished.stdout)
    assert found["faults"] == []
    assert set(found["said"]) == {
        *("copied", "text", "otherRoom", "escaped", "several", "otherPage", "illegal"),
        *("targetGone", "moves", "whole", "still", "deleted", "followed", "refused", "ownCopy"),
    }
    assert all(found["said"].values()), found["said"]
