"""A field with data is deleted while its application runs, seen in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import collab.client
from tests.api.server import Server
from tests.browser.scene import PICTURES, told_by


@pytest.mark.browser
async def test_what_would_be_lost_is_shown_and_given_up(tmp_path: Path) -> None:
    """[DA19] in the data panel what left the model waits, with examples, until it is confirmed.

    Another client deletes the field; no page logs an error, axe finds nothing in either theme, and
    after a reset the same seed makes the same customers without the field.
    """
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        async with told_by("migration.mjs", server.url, "orders", PICTURES) as line:
            assert (await line())["ready"]
            async with collab.client.connect(server.url, "orders", "python") as room:
                node, place = _field(room.document["nodes"], "email")
                await room.submit([{"p": ["nodes", node, "place"], "od": place, "oi": None}])
            seen = await line()
    assert seen["address"] in seen["told"]
    assert "4" in seen["told"]
    assert any(seen["address"] in row for row in seen["before"])
    first, second = seen["again"]
    assert len(seen["kept"]) == len(first) == 4
    assert first == second
    assert not any("@" in row for row in seen["kept"] + first)
    assert seen["faults"] == []


def _field(nodes: dict[str, Any], name: str) -> tuple[str, list[str]]:
    """Return the id and the place of the field with this name."""
    return next(
        (node_id, node["place"])
        for node_id, node in nodes.items()
        if node["type"].startswith("Field@") and node["props"].get("name") == name
    )
