"""Every view and state of the tool in a real browser: axe, the console, and stillness."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from collab.auth.tokens import Tokens
from collab.messages import Role
from collab.system import SystemClock
from tests.api.server import Server
from tests.browser.test_team import play

_SECRET = "a secret of these tests, größer als nötig 😀"
_LONG_NAME = "Maximiliane Wolkenstein-Trostburg zu Hohenwürttemberg-Laible"


@pytest.mark.browser
def test_every_state_is_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DE4] rooms, panels, canvas, inspector, dialogs, messages, past, offline, read-only, empty.

    With names of sixty characters and texts from right to left. Lists of hundreds draw few rows,
    and the keyboard leads to their last. With ``PICTURES`` set to a folder there is a picture of
    each state in both themes and two sizes.
    """
    clock = SystemClock()
    tokens = Tokens((_SECRET.encode(),), clock)

    def issue(user: str, name: str, role: Role) -> None:
        token = tokens.issue(
            user=user,
            name=name,
            tenant="zuerich",
            roles=(role,),
            expires_ms=clock.now_ms() + 600_000,
        )
        monkeypatch.setenv(user.upper(), token)

    issue("anna", "Anna Berg", Role.EDITOR)
    issue("ben", "Ben Ek", Role.EDITOR)
    issue("long", _LONG_NAME, Role.EDITOR)
    issue("vera", "Vera Öz", Role.VIEWER)
    assert len(_LONG_NAME) == 60
    with Server(tmp_path, AUTH_SECRET=_SECRET) as server:
        found = play("states.mjs", server.url, os.environ.get("PICTURES", ""))
    assert found["faults"] == []
    states = found["states"]
    assert isinstance(states, list)
    assert len(states) == len(set(states)) >= 80
