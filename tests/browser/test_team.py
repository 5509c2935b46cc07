"""A team of three in real browsers, from an empty room to a running application."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.server import Server
from tests.browser.scene import PICTURES, play


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of them, each in a room of its own."""
    with Server(tmp_path_factory.mktemp("team")) as started:
        yield started


@pytest.mark.browser
def test_three_build_an_application_together(server: Server) -> None:
    """[DE2] two models and three pages, one of the three people without a pointer, then used.

    Every view of the designer is looked at in both themes: axe finds nothing, no page logs one
    error or fails to load anything.
    """
    found = play("team.mjs", server.url, "clinic", PICTURES)
    assert found["faults"] == []
    assert found["touches"] == 0, "a pointer was used where there is none"
    assert dict(found["models"]) == {
        "Patient": [["name", "Text"], ["born", "Date"], ["insured", "Boolean"]],
        "Visit": [["reason", "Text"], ["fee", "Decimal"], ["patient", "Reference"]],
    }
    pages = {name: (path, sorted(parts)) for name, path, parts in found["pages"]}
    assert pages == {
        "Overview": ("/", ["Button@1", "Button@1", "Metric@1"]),
        "Patients": ("/patients", ["Heading@1", "Table@1"]),
        "Patient": ("/patients/:id", ["Button@1", "Button@1", "Form@1"]),
    }
    assert found["used"] == {"name": "Andrea Größe", "reason": "Check-up", "isHers": True}


@pytest.mark.browser
def test_a_template_shows_its_records(server: Server) -> None:
    """[DE3] a room of a template has figures on the canvas and in the preview at once."""
    found = play("template.mjs", server.url, "claims")
    assert found == {"canvas": "4", "preview": "4", "faults": []}


@pytest.mark.browser
def test_the_canvas_is_looked_at_by_pointer_and_keys(server: Server) -> None:
    """[DE8] wheel and pinch zoom where the pointer is; keys zoom, too, and choose the width."""
    server.import_sample("order-management.json", "orders")
    found = play("zoom.mjs", server.url, "orders")
    assert found["faults"] == []
    said = found["said"]
    assert len(said) == 7
    assert all(said.values()), said
