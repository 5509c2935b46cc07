"""Expressions that do not fit the data models: told by the panel, refused at the door."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.runtime.http.log import LoggedRoom
from tests.runtime.http.shop import Shop
from tests.runtime.http.world import World, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTEXT: dict[str, Any] = {"page": None, "params": {}, "vars": {}, "record": None, "item": None}


async def stocked(world: World) -> tuple[str, LoggedRoom]:
    """Return a room with two orders."""
    name, room = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        customer = (await shop.customer())["id"]
        for number in ("Ä-1", "Ä-2"):
            await shop.order(number, customer)
    return name, room


async def faults(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await Shop(browser).get("player/data"))["faults"]
    return found


def grant_readers(room: LoggedRoom, filter_: str) -> str:
    """Add a role that reads the orders for which *filter_* holds."""
    orders = {"ref": room.node("Order", "application")}
    grant = {"order": "a0", "model": orders, "verbs": {"read": True}, "filter": {"expr": filter_}}
    role = f"role-{room.revision}"
    props = {"name": "lesend", "grants": {"g": grant}}
    room.add(role, "Role@1", ["application", "roles", "a9"], props)
    return role


async def test_the_sample_has_no_faults(world: World) -> None:
    """[WF23] Nothing of the sample is reported."""
    name, _ = world.room()
    async with world.client(name) as browser:
        assert await faults(browser) == []


async def test_workflow(world: World) -> None:
    """[WF23] The panel tells a workflow's fault with its place, and that it was mended."""
    name, room = world.room()
    workflow = room.of_type("Workflow", 0)
    trigger = room.document["nodes"][workflow]["props"]["trigger"]
    source = "record.statsu == 'größer'"
    async with world.client(name) as browser:
        room.set(workflow, "trigger", {**trigger, "when": {"expr": source}})
        [fault] = await eventually(lambda: faults(browser), "the fault")
        assert (fault["node"], fault["path"]) == (workflow, ["trigger", "when"])
        assert fault["code"] == "expression_name"
        assert fault["source"] == source
        assert source[fault["start"] : fault["end"]] == "statsu"
        room.set(workflow, "trigger", trigger)

        async def is_mended() -> bool:
            return await faults(browser) == []

        await eventually(is_mended, "the fault to go")


@pytest.mark.parametrize(
    ("filter_", "code"),
    [
        # Each of these would hold for every order if a name that is not there were null.
        ("record.statsu != 'draft'", "expression_name"),
        ("user.department == record.nobody", "expression_name"),
        ("record.orderNo != 7", "expression_type"),
        ("record.orderNo", "expression_type"),
        ("true ||", "expression_syntax"),
    ],
)
async def test_grant(world: World, filter_: str, code: str) -> None:
    """[AC10] A grant whose filter does not fit shows nothing, and the panel says why."""
    name, room = await stocked(world)
    role = grant_readers(room, filter_)
    async with world.client(name) as browser, world.client(name, view_as="lesend") as reader:
        [fault] = await eventually(lambda: faults(browser), "the fault")
        assert (fault["node"], fault["code"]) == (role, code)
        assert fault["path"] == ["grants", 0, "filter"]
        assert fault["source"] == filter_
        assert len(await Shop(browser).ids("Order")) == 2
        assert await Shop(reader).ids("Order") == []


async def test_grant_that_fits(world: World) -> None:
    """[AC10] A filter that fits decides as before."""
    name, room = await stocked(world)
    grant_readers(room, "record.orderNo == 'Ä-1' || record.createdBy == user.role")
    async with world.client(name) as browser, world.client(name, view_as="lesend") as reader:

        async def is_there() -> bool:
            return (await reader.get("player/schema")).status_code == 200

        await eventually(is_there, "the role to be there")
        assert len(await Shop(reader).ids("Order")) == 1
        assert await faults(browser) == []


@pytest.mark.parametrize(
    ("filter_", "code", "wrong"),
    [
        ("item.statsu == null", "expression_name", "statsu"),
        ("item.orderNo != 7", "expression_type", "item.orderNo != 7"),
        ("item.orderNo", "expression_type", "item.orderNo"),
        ("row.status == 'draft'", "expression_name", "row"),
        ("user.department == null", "expression_name", "department"),
    ],
)
async def test_filter(world: World, filter_: str, code: str, wrong: str) -> None:
    """[RS20] A table's filter that does not fit is a problem with its position."""
    name, room = await stocked(world)
    table = room.of_type("Table", 0)
    source = room.document["nodes"][table]["props"]["dataSource"]
    room.set(table, "dataSource", {**source, "filter": {"expr": filter_}})
    asked = {"node": table, "context": CONTEXT}
    async with world.client(name) as browser:

        async def refusal() -> httpx.Response | None:
            response = await browser.post("player/query", json=asked)
            return response if response.status_code == 422 else None

        response = await eventually(refusal, "the refusal")
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert (problem["code"], problem["source"]) == (code, filter_)
        assert filter_[problem["start"] : problem["end"]] == wrong


async def test_values(world: World) -> None:
    """[RS20] Of several expressions those that do not fit have an error, the others a value."""
    name, room = await stocked(world)
    metric = room.of_type("Metric", 0)
    sources = {
        "value": "models.Order.filter(o, o.statsu == null).size()",
        "trend": "models.Order.filter(o, o.status != vars.anything).size()",
        "title": "item.orderNumber",
    }
    for prop, source in sources.items():
        room.set(metric, prop, {"expr": source})
    items = [{"node": metric, "path": [prop]} for prop in sources]
    orders = room.node("Order", "application")
    context = {**CONTEXT, "item": {"model": orders, "id": "gibt es nicht"}}
    async with world.client(name) as browser:

        async def answer() -> Any:
            asked = {"items": items, "context": context}
            values = (await browser.post("player/values", json=asked)).json()["values"]
            return values if "orderNumber" in str(values) else None

        wrong, right, other = await eventually(answer, "the last edit")
        assert right == {"value": 2}
        for error, source, part in (
            (wrong["error"], sources["value"], "statsu"),
            (other["error"], sources["title"], "orderNumber"),
        ):
            assert (error["code"], error["source"]) == ("expression_name", source)
            assert source[error["start"] : error["end"]] == part
