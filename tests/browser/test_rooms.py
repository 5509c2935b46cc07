"""The page of rooms in a real browser, in local mode and where people sign in."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.messages import Role
from tests.api.server import Server
from tests.browser.scene import PICTURES, SECRET, play, token


@pytest.mark.browser
def test_rooms_are_looked_after_in_local_mode(tmp_path: Path) -> None:
    """[RG1] [RG2] [RG3] [RG6] [RG7] a room is created, renamed, duplicated, found, exported,
    deleted, undone and restored; no page logs an error, axe finds nothing."""
    with Server(tmp_path) as server:
        assert play("rooms.mjs", server.url, PICTURES)["faults"] == []


@pytest.mark.browser
def test_rooms_are_shared_where_people_sign_in(tmp_path: Path) -> None:
    """[RG9] [RG10] [RG14] the same, and members and links let others in as far as they may."""
    people = {
        "anna": token("anna", Role.EDITOR, name="anna é"),
        "boris": token("boris", name="boris é"),
    }
    with Server(tmp_path, AUTH_SECRET=SECRET) as server:
        assert play("rooms.mjs", server.url, PICTURES, **people)["faults"] == []
