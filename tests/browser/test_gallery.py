"""The gallery of components in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.model.registry import builtin
from tests.api.server import Server
from tests.browser.scene import PICTURES, play


@pytest.mark.browser
def test_every_component_is_shown_and_can_be_used(tmp_path: Path) -> None:
    """[LI2] [LI3] [LI4] [LI5] the gallery shows every component and logs no error, axe finds
    nothing in either theme, and choosing, editing, sending and typing work by keyboard.
    """
    with Server(tmp_path) as server:
        found = play("gallery.mjs", server.url, PICTURES)
    assert found["faults"] == []
    definitions = {item.id for item in builtin().definitions() if item.kind == "component"}
    assert definitions <= set(found["components"])
