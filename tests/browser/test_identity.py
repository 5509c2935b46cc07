"""Signing in, looking without changing, and being signed out, in real browsers."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.messages import Role
from tests.api.server import Server
from tests.browser.scene import SECRET, import_sample, play, token


@pytest.mark.browser
def test_people_who_sign_in_do_what_they_may(tmp_path: Path) -> None:
    """[TK26] in a browser an editor edits, a viewer looks, and whoever is signed out is told.

    A viewer's preview page can read its own room and nothing else, and write nothing.
    """
    anna, ben = token("anna", Role.EDITOR), token("ben", Role.VIEWER)
    with Server(tmp_path, AUTH_SECRET=SECRET) as server:
        for room in ("orders", "other"):
            import_sample(server, room, anna)
        result = play("identity.mjs", server.url, "orders", anna=anna, ben=ben)
    assert not any("Add row" in text for text in result["buttons"])
    assert result["tries"]["read"] == 200
    assert result["tries"]["write"] == 403
    assert result["tries"]["otherRoom"] in (403, "blocked")
    assert result["tries"]["designer"] in (401, 403, "blocked")
    assert result["status"] == 204
    assert result["faults"] == []
