"""Component locks, as two people in the designer see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.messages import Role
from tests.api.server import Server
from tests.browser.scene import SECRET, import_sample, play, token


@pytest.mark.browser
def test_one_holds_and_the_other_waits(tmp_path: Path) -> None:
    """[DE11] who holds an element is seen in tree, canvas and inspector, and asked for by keyboard.

    Nobody else can change it, by the designer or by a client that knows nothing of locks; whoever
    waits has it as soon as it is given back.
    """
    people = {
        "olga": token("olga", Role.OWNER),
        "anna": token("anna", Role.EDITOR),
        "ben": token("ben", Role.EDITOR),
    }
    with Server(tmp_path, AUTH_SECRET=SECRET) as server:
        import_sample(server, "orders", people["olga"])
        found = play("locks.mjs", server.url, "orders", **people)
    assert found["faults"] == []
    assert len(found["said"]) == 6
    assert all(found["said"].values()), found["said"]
