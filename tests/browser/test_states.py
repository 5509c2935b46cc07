"""Every view and state of the tool in a real browser: axe, the console, and stillness."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.messages import Role
from tests.api.server import Server
from tests.browser.scene import PICTURES, SECRET, play, token

_LONG_NAME = "Maximiliane Wolkenstein-Trostburg zu Hohenwürttemberg-Laible"


@pytest.mark.browser
def test_every_state_is_clean(tmp_path: Path) -> None:
    """[DE4] rooms, panels, canvas, inspector, dialogs, messages, past, offline, read-only, empty.

    With names of sixty characters and texts from right to left. Lists of hundreds draw few rows,
    and the keyboard leads to their last. With ``PICTURES`` set to a folder there is a picture of
    each state in both themes and two sizes.
    """
    assert len(_LONG_NAME) == 60
    people = {
        "anna": token("anna", Role.EDITOR, name="Anna Berg"),
        "ben": token("ben", Role.EDITOR, name="Ben Ek"),
        "long": token("long", Role.EDITOR, name=_LONG_NAME),
        "vera": token("vera", Role.VIEWER, name="Vera Öz"),
    }
    with Server(tmp_path, AUTH_SECRET=SECRET) as server:
        found = play("states.mjs", server.url, PICTURES, **people)
    assert found["faults"] == []
    states = found["states"]
    assert isinstance(states, list)
    assert len(states) == len(set(states)) >= 80
