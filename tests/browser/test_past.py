"""The past in a real browser: looked at, restored, and that taken back."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.api.server import ROOT, Server


@pytest.mark.browser
def test_the_past_is_looked_at_and_restored(tmp_path: Path) -> None:
    """[DE6] canvas, layers and inspector show it, nothing can be written, and restoring is undone.

    By slider and keys; restored while somebody else types. Slow typing in one field is one step of
    undo, which goes to what it undoes.
    """
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        finished = subprocess.run(
            ["node", str(ROOT / "tests" / "browser" / "past.mjs"), server.url, "orders"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert finished.returncode == 0, finished.stderr
    found = json.loads(finished.stdout)
    assert found["faults"] == []
    assert all(found["said"].values()), found["said"]
