"""One room in real browsers, with a Yjs client from Node and the Python client beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

import collab.client
from collab.values import json_equal
from tests.api.server import Server
from tests.browser.scene import PICTURES, told_by


@pytest.mark.browser
async def test_two_designers_a_preview_and_two_programs_agree(tmp_path: Path) -> None:
    """[AP6] everybody who edits one room, by whatever door, ends with the same document.

    One designer adds a button, the other renames it, the preview shows it without a reload; a
    y-websocket client and the Python client edit meanwhile. No page logs an error, axe finds
    nothing.
    """
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        async with told_by("session.mjs", server.url, "orders", PICTURES) as line:
            assert (await line())["ready"]
            async with collab.client.connect(server.url, "orders", "python") as room:
                await room.submit(
                    [
                        {
                            "p": ["application", "name"],
                            "od": room.document["application"]["name"],
                            "oi": "Aufträge",
                        }
                    ]
                )
                result = await line()
                await room.wait_for(result["head"])
                assert json_equal(room.document, result["document"])
                assert json_equal(server.model("orders"), result["document"])
                button = room.document["nodes"][result["added"]]
                assert button["type"] == "Button@1"
                assert button["props"]["label"] == "Größe prüfen 😀"
                assert result["faults"] == []
