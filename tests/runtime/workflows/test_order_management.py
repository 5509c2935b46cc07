"""The sample's processOrder, with the real data, the real engine and a service on loopback."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from runtime.data.records import Record
from tests.runtime.workflows.place import ANNA, Place, sample
from tests.runtime.workflows.service import Service

RESERVED = (201, {"reservationId": "R-ü"}, {})
ADDRESS = "anna@example.com"


@pytest.fixture
def secret(tmp_path):
    folder = tmp_path / "secrets" / "gr%C3%B6%C3%9Fe"
    folder.mkdir(parents=True)
    (folder / "inventory-token").write_text("wert-1")


def order(place: Place, price: str = "10.00", **values: Any) -> Record:
    """Create an order of three of something, for a gold customer."""
    customer = place.create("Customer", email="gold@example.com", name="Größe", tier="gold")
    product = place.create("Product", sku="AB-1", title="Käse", unitPrice=price)
    made = place.create("Order", orderNo="ä-1", customer=customer.id, **values)
    place.create("OrderLine", order=made.id, product=product.id, quantity=3, unitPrice=price)
    return place.data.read("Order", made.id)


def reserve(place: Place, made: Record) -> None:
    place.data.update("Order", made.id, {"status": "reserving"}, ANNA)


@pytest.mark.usefixtures("secret")
def test_busy_busy_reserved(place) -> None:
    """[WF9] 503, 503, 201: three calls with one key, and then the order is confirmed."""
    with Service(503, 503, RESERVED) as service:
        here = place(sample(), inventory=service.address)
        made = order(here, customerEmail=ADDRESS)
        assert made.values["totalAmount"] == Decimal("28.50")
        reserve(here, made)
        [run] = here.all_ended(1)
        assert len(service.requests) == 3
        assert service.keys == [made.values["orderId"]] * 3
        bodies = [request["body"] for request in service.requests]
        tokens = {request["headers"]["authorization"] for request in service.requests}
    lines = [{"sku": "AB-1", "quantity": 3}]
    assert bodies == [{"orderId": made.values["orderId"], "lines": lines}] * 3
    assert tokens == {"Bearer wert-1"}
    assert run["status"] == "succeeded"
    assert here.data.read("Order", made.id).values["status"] == "confirmed"
    assert [step["name"] for step in run["steps"]] == ["check", "reserve", "confirm", "notify"]
    attempts = run["steps"][1]["attempts"]
    assert [attempt["status"] for attempt in attempts] == [503, 503, 201]
    assert [attempt["delayMs"] for attempt in attempts][2] is None
    assert attempts[0]["delayMs"] <= 500
    assert attempts[1]["delayMs"] <= 1_000
    assert run["steps"][1]["simulated"] is False
    assert run["steps"][3]["simulated"] is True
    assert "wert-1" not in str(run)
    assert ADDRESS not in str(run)


@pytest.mark.usefixtures("secret")
def test_not_in_stock(place) -> None:
    """[WF6] 409: one call, the order is backordered and not confirmed afterwards."""
    with Service(409) as service:
        here = place(sample(), inventory=service.address)
        made = order(here, customerEmail=ADDRESS)
        reserve(here, made)
        [run] = here.all_ended(1)
        assert len(service.requests) == 1
    assert here.data.read("Order", made.id).values["status"] == "backordered"
    assert run["status"] == "handled"
    assert run["error"]["code"] == "service_status"
    assert run["error"]["status"] == 409
    names = [step["name"] for step in run["steps"]]
    assert names == ["check", "reserve", "backorder", "markBackordered"]


@pytest.mark.usefixtures("secret")
def test_another_failure(place) -> None:
    """[WF6] 400: the order is a draft again, and others are told."""
    with Service(400) as service:
        here = place(sample(), inventory=service.address)
        made = order(here)
        reserve(here, made)
        [run] = here.all_ended(1)
    assert here.data.read("Order", made.id).values["status"] == "draft"
    assert run["steps"][-1]["output"] == "order.reservation_failed"
    assert run["steps"][-1]["input"] == {"orderId": made.values["orderId"]}


def test_by_example(place) -> None:
    """[CT1] without an address the examples answer, and the log says so."""
    here = place(sample())
    made = order(here, customerEmail=ADDRESS)
    reserve(here, made)
    [run] = here.all_ended(1)
    assert run["status"] == "succeeded"
    assert [step.get("simulated") for step in run["steps"]] == [None, True, None, True]
    assert here.data.read("Order", made.id).values["status"] == "confirmed"
    assert here.data.read("Order", made.id).created_by == "anna"


def test_no_address_to_write_to(place) -> None:
    """[CT3] an order without an e-mail address: the letter is refused, and says where."""
    here = place(sample())
    made = order(here)
    reserve(here, made)
    [run] = here.all_ended(1)
    assert run["status"] == "failed"
    assert run["error"]["code"] == "input_invalid"
    assert "/to" in run["error"]["message"]
    assert run["error"]["step"] == "notify"
    # What was done before stays done: nothing of it says how to undo it.
    assert here.data.read("Order", made.id).values["status"] == "confirmed"


def test_a_large_order(place) -> None:
    """[WF8] an order that somebody has to approve ends with a step that is not there yet."""
    here = place(sample())
    made = order(here, price="9000.00")
    reserve(here, made)
    [run] = here.all_ended(1)
    assert run["status"] == "failed"
    assert (run["error"]["code"], run["error"]["step"]) == ("step_unsupported", "approve")
    assert [step["name"] for step in run["steps"]] == ["check", "approve"]
    assert run["steps"][1]["status"] == "failed"


def test_an_approved_large_order(place) -> None:
    """[WF5] has() is true for what is not null."""
    here = place(sample())
    made = order(here, price="9000.00", customerEmail=ADDRESS, approvedBy="Chefin")
    reserve(here, made)
    [run] = here.all_ended(1)
    assert run["status"] == "succeeded"


def test_drafts_expire(place) -> None:
    """[WF4] query and forEach: only old drafts are found, and there are none yet."""
    here = place(sample())
    made = order(here)
    run = here.run("expireDrafts")
    assert run["status"] == "succeeded"
    assert run["steps"][0]["output"] == {"count": 0, "items": []}
    assert here.data.read("Order", made.id).values["status"] == "draft"
