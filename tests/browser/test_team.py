"""A team of three in real browsers, from an empty room to a running application."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.api.server import ROOT, Server


def play(scene: str, *arguments: str) -> dict[str, object]:
    """Return what a scene printed at its end; it fails with what the scene says."""
    finished = subprocess.run(
        ["node", str(ROOT / "tests" / "browser" / scene), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found: dict[str, object] = json.loads(finished.stdout)
    return found


@pytest.mark.browser
def test_three_build_an_application_together(tmp_path: Path) -> None:
    """[DE2] two models and three pages, one of the three people without a pointer, then used.

    Every view of the designer is looked at in both themes: axe finds nothing, no page logs one
    error or fails to load anything.
    """
    with Server(tmp_path) as server:
        found = play("team.mjs", server.url, "clinic", os.environ.get("PICTURES", ""))
    assert found["faults"] == []
    assert found["touches"] == 0, "a pointer was used where there is none"
    assert dict(found["models"]) == {  # type: ignore[call-overload]
        "Patient": [["name", "Text"], ["born", "Date"], ["insured", "Boolean"]],
        "Visit": [["reason", "Text"], ["fee", "Decimal"], ["patient", "Reference"]],
    }
    pages = {name: (path, sorted(parts)) for name, path, parts in found["pages"]}  # type: ignore[attr-defined]
    assert pages == {
        "Overview": ("/", ["Button@1", "Button@1", "Metric@1"]),
        "Patients": ("/patients", ["Heading@1", "Table@1"]),
        "Patient": ("/patients/:id", ["Button@1", "Button@1", "Form@1"]),
    }
    assert found["used"] == {"name": "Andrea Größe", "reason": "Check-up", "isHers": True}


@pytest.mark.browser
def test_a_template_shows_its_records(tmp_path: Path) -> None:
    """[DE3] a room of a template has figures on the canvas and in the preview at once."""
    with Server(tmp_path) as server:
        found = play("template.mjs", server.url, "claims")
    assert found == {"canvas": "4", "preview": "4", "faults": []}


@pytest.mark.browser
def test_the_canvas_is_looked_at_by_pointer_and_keys(tmp_path: Path) -> None:
    """[DE8] wheel and pinch zoom where the pointer is; keys zoom, too, and choose the width."""
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        found = play("zoom.mjs", server.url, "orders")
    assert found["faults"] == []
    said = found["said"]
    assert isinstance(said, dict)
    assert len(said) == 7
    assert all(said.values()), said
