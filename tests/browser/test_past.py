"""The past in a real browser: looked at, restored, and that taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.messages import Role
from tests.api.server import Server
from tests.browser.scene import SECRET, play, token


@pytest.mark.browser
def test_the_past_is_looked_at_and_restored(tmp_path: Path) -> None:
    """[DE6] canvas, layers and inspector show it, nothing can be written, and restoring is undone.

    By slider and keys; restored while somebody else types. Slow typing in one field is one step of
    undo, which goes to what it undoes.
    """
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        found = play("past.mjs", server.url, "orders")
    assert found["faults"] == []
    assert all(found["said"].values()), found["said"]


@pytest.mark.browser
def test_two_hundred_revisions_are_scrubbed_through(tmp_path: Path) -> None:
    """[DE10] by keyboard, each shown in time, in a list of few rows, and no memory is left held.

    The restoring of one that changes data models says in words what becomes of them and their
    records, before it is done as a new revision.
    """
    anna, ben = token("anna", Role.EDITOR), token("ben", Role.EDITOR)
    signed = {"authorization": f"Bearer {token('olga', Role.OWNER)}"}
    made = {"name": "orders", "title": "Orders", "template": "order-management"}
    with Server(tmp_path, AUTH_SECRET=SECRET) as server:
        server.request("POST", "/api/rooms", json=made, headers=signed).raise_for_status()
        path = "/preview/orders/player/data/generate"
        server.request("POST", path, json={"template": True}, headers=signed).raise_for_status()
        found = play("revisions.mjs", server.url, "orders", anna=anna, ben=ben)
    assert found["faults"] == []
    assert len(found["said"]) == 10
    assert all(found["said"].values()), found
