"""The order management sample runs in the preview, in real browsers, with a connector's stub."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.server import Server
from tests.browser.scene import PICTURES, play
from tests.browser.stub import Stub


@pytest.mark.browser
def test_orders_are_created_priced_and_reserved(tmp_path: Path) -> None:
    """[PV14] the sample works while it is designed: forms, refusals, totals, live data, workflows.

    A customer, products and an order with lines are created; the gold discount is right to the
    cent; a wrong e-mail address and a number that is taken are refused at their fields; the other
    person's list and dashboard follow without a reload; *reserve* calls a connector that answers
    503, 503, 201 three times with one key, and the order is confirmed; a clerk sees no addresses.
    """
    answers: tuple[tuple[int, dict[str, str]], ...] = (
        (503, {}),
        (503, {}),
        (201, {"reservationId": "R-1 ✓"}),
    )
    with (
        Stub(*answers) as inventory,
        Server(tmp_path, PREVIEW_CONNECTORS=f"inventory={inventory.url}") as server,
    ):
        server.import_sample("order-management.json", "orders")
        result = play("orders.mjs", server.url, "orders", PICTURES)
    assert "e-mail" in result["emailRefusal"].lower()
    assert "taken" in result["numberRefusal"]
    assert result["before"] == ["1", "€0.00"]
    assert result["after"] == ["0", "€57.64"]
    assert "zoe@example.com" not in result["clerk"]
    assert "Zoë Größe" in result["clerk"]
    assert result["faults"] == []
    reservations = [call for call in inventory.calls if call.path == "/reservations"]
    assert len(reservations) == 3
    assert len({call.key for call in reservations}) == 1
    assert reservations[0].key
    lines = reservations[0].body["lines"]
    assert sorted((line["sku"], line["quantity"]) for line in lines) == [
        ("BULB-7", 7),
        ("LAMP-1", 3),
    ]
