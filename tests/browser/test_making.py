"""What is called by a name, and dates and indexes: made, renamed and deleted in a real browser."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.api.server import ROOT, Server


@pytest.mark.browser
def test_names_dates_and_indexes(tmp_path: Path) -> None:
    """[DE7] names are followed by what calls them so, and asked about before they go.

    A page's path after its name and by hand, links to another path, a variable, a step that only an
    expression names, a date that another changes meanwhile, and the fields of an index.
    """
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        finished = subprocess.run(
            ["node", str(ROOT / "tests" / "browser" / "making.mjs"), server.url, "orders"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert finished.returncode == 0, finished.stderr
    found = json.loads(finished.stdout)
    assert found["faults"] == []
    assert len(found["said"]) == 7
    assert all(found["said"].values()), found["said"]
