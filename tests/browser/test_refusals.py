"""What the server refuses, as a person in the designer and the refused client see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collab.messages import Role
from tests.api.server import Server
from tests.browser.scene import SECRET, import_sample, play, token


@pytest.mark.browser
def test_refusals_reach_their_author_and_nobody_else(tmp_path: Path) -> None:
    """[DE9] forged, misshapen and forbidden edits of others do not disturb who works beside them.

    Their authors are told in words. What is refused of somebody in the designer, by a permission, a
    bound or another role meanwhile, is explained where it was written, with the value to copy.
    """
    people = {
        "olga": token("olga", Role.OWNER),
        "anna": token("anna", Role.EDITOR),
        "ben": token("ben", Role.EDITOR),
        "vera": token("vera", Role.VIEWER),
    }
    checks = tmp_path / "checks"
    checks.mkdir()
    permissions = [{"path": "/nodes/*/props/label", "write": ["owner"]}]
    (checks / "rooms.json").write_text(json.dumps({"version": 1, "permissions": permissions}))
    with Server(tmp_path, AUTH_SECRET=SECRET) as server:
        import_sample(server, "orders", people["olga"])
        found = play("refusals.mjs", server.url, "orders", **people)
    assert found["faults"] == []
    assert len(found["said"]) == 21
    assert all(found["said"].values()), found["said"]
