"""The preview page in Debian's Chromium."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.api.server import ROOT, Server, wait_until


@pytest.mark.browser
def test_page_is_sandboxed(tmp_path: Path) -> None:
    """[PV9] The page runs in an opaque origin and reaches nothing but its assets and its feed."""
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        wait_until(
            lambda: server.request("GET", "/preview/orders/").status_code == 200, "the preview"
        )
        output = subprocess.run(
            ["node", str(ROOT / "tests/browser/sandbox.mjs"), server.url, "orders"],
            check=True,
            stdout=subprocess.PIPE,
            timeout=120,
        ).stdout
    seen = json.loads(output)
    assert "Order management" in seen["text"]
    assert "Dashboard" in seen["text"]
    assert seen["faults"] == []
    assert seen["origin"] == "null"
    assert seen["cookie"] == seen["storage"] == "SecurityError"
    assert seen["api"] == seen["otherRoom"] == seen["elsewhere"] == "TypeError"
    assert seen["inline"] == "done: false"
    assert seen["carried"] == ["/preview/orders/"], "only the page's own address gets the cookie"
