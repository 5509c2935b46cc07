"""What is called by a name, and dates and indexes: made, renamed and deleted in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.server import Server
from tests.browser.scene import play


@pytest.mark.browser
def test_names_dates_and_indexes(tmp_path: Path) -> None:
    """[DE7] names are followed by what calls them so, and asked about before they go.

    A page's path after its name and by hand, links to another path, a variable, a step that only an
    expression names, a date that another changes meanwhile, and the fields of an index. Names that
    are offered in an expression are taken by Enter, and one types on behind them.
    """
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        found = play("making.mjs", server.url, "orders")
    assert found["faults"] == []
    assert len(found["said"]) == 8
    assert all(found["said"].values()), found["said"]
