"""Pairs of edits that two people make at once, in real browsers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.server import Server
from tests.browser.scene import play


@pytest.mark.browser
def test_two_people_at_once_lose_nothing(tmp_path: Path) -> None:
    """[DE1] what two designers do at once comes to one document, and nothing is lost unseen.

    A rename beside a binding, two edits of one retry policy, two inserts at one place, two people
    in one formula, a move into what is being deleted, undo beside another's work, a cyclic pair of
    moves, and fifty edits without a connection with a reload among them.
    """
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        found = play("scenes.mjs", server.url, "orders")
    assert found["faults"] == []
    assert all(found["said"].values()), found["said"]
