"""What people moved, copied, were refused or kept offline, in real browsers."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.messages import Role
from tests.api.server import Server
from tests.browser.scene import SECRET, import_sample, play, token


@pytest.mark.browser
def test_nothing_is_lost_between_hands_rooms_and_connections(tmp_path: Path) -> None:
    """[DE5] what a person moved, copied, was refused or kept offline is where the designer says.

    Elements go between pages and rooms by the clipboard and by drags, several at once and while
    somebody else deletes their place; refused offline work is listed after a reload, copied and
    tried again; another person in the same browser neither sees nor sends it.
    """
    olga = token("olga", Role.OWNER)
    anna, ben = token("anna", Role.EDITOR), token("ben", Role.EDITOR)
    with Server(tmp_path, AUTH_SECRET=SECRET) as server:
        import_sample(server, "orders", olga)
        signed = {"authorization": f"Bearer {olga}"}
        empty = {"name": "orders-empty", "title": "Empty"}
        server.request("POST", "/api/rooms", json=empty, headers=signed).raise_for_status()
        found = play("robust.mjs", server.url, "orders", olga=olga, anna=anna, ben=ben)
    assert found["faults"] == []
    assert set(found["said"]) == {
        *("copied", "text", "otherRoom", "escaped", "several", "otherPage", "illegal"),
        *("targetGone", "moves", "whole", "still", "deleted", "followed", "refused", "ownCopy"),
    }
    assert all(found["said"].values()), found["said"]
