"""What the player asks for the parts of its pages."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.runtime.http.log import LoggedRoom
from tests.runtime.http.shop import Shop
from tests.runtime.http.world import World, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ask(browser: httpx.AsyncClient, what: str, **body: Any) -> Any:
    """Return the answer to a question, which must have one."""
    response = await browser.post(f"player/{what}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def refused(browser: httpx.AsyncClient, what: str, **body: Any) -> tuple[int, str]:
    response = await browser.post(f"player/{what}", json=body)
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def context(**more: Any) -> dict[str, Any]:
    return {"page": None, "params": {}, "vars": {}, "record": None, "item": None, **more}


async def stocked(world: World) -> tuple[str, LoggedRoom, dict[str, Any]]:
    """Return a room with three orders of two customers, and their ids."""
    name, room = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        gold, plain = await shop.customer(), await shop.customer("Bert Ångström", "standard")
        product = await shop.product()
        ids: dict[str, Any] = {"gold": gold["id"], "product": product["id"]}
        for number, customer, status in (
            ("A-1", gold, "draft"),
            ("A-2", plain, "confirmed"),
            ("B-3", gold, "confirmed"),
        ):
            order = await shop.order(number, customer["id"], status=status)
            ids[number] = order["id"]
            await shop.line(order["id"], product["id"], 3, "19.99")
    return name, room, ids


def orders_table(room: LoggedRoom) -> str:
    return room.of_type("Table", 0)


async def test_table(world: World) -> None:
    """[RS15] A table's records come filtered, sorted and with what its columns read of others."""
    name, room, ids = await stocked(world)
    async with world.client(name) as browser:
        table = orders_table(room)
        answer = await ask(browser, "query", node=table, context=context())
        assert answer["model"] == room.node("Order", "application")
        assert answer["revision"] == room.revision
        assert answer["total"] == 3
        assert [item["orderNo"] for item in answer["items"]] == ["B-3", "A-2", "A-1"]
        assert answer["items"][1]["customer"]["name"] == "Bert Ångström"
        variables = {"status": "confirmed", "search": "B"}
        narrowed = await ask(browser, "query", node=table, context=context(vars=variables))
        assert [item["id"] for item in narrowed["items"]] == [ids["B-3"]]
        page = await ask(
            browser,
            "query",
            node=table,
            path=["dataSource"],
            context=context(),
            sort=["customer.name", "-orderNo"],
            search="",
            filters={"customer.name": "käthe", "status": "confirmed"},
            offset=0,
            limit=1,
        )
        assert [item["orderNo"] for item in page["items"]] == ["B-3"]
        assert page["total"] == 1
        beyond = await ask(browser, "query", node=table, context=context(), offset=2, limit=2)
        assert [item["orderNo"] for item in beyond["items"]] == ["A-1"]


async def test_limit_of_a_source(world: World) -> None:
    """[RS15] A source that shows at most so many records never gives more on all its pages."""
    name, room, _ = await stocked(world)
    table = orders_table(room)
    source = room.document["nodes"][table]["props"]["dataSource"]
    room.set(table, "dataSource", {**source, "limit": 2})
    async with world.client(name) as browser:
        answer = await ask(browser, "query", node=table, context=context(), limit=500)
        assert (len(answer["items"]), answer["total"]) == (2, 2)
        rest = await ask(browser, "query", node=table, context=context(), offset=1, limit=500)
        assert (len(rest["items"]), rest["total"]) == (1, 2)
        past = await ask(browser, "query", node=table, context=context(), offset=5)
        assert past["items"] == []


async def test_lines_of_a_page(world: World) -> None:
    """[RS15] A filter sees the page's parameters, and a reference column its record."""
    name, room, ids = await stocked(world)
    async with world.client(name) as browser:
        table = room.of_type("Table", 1)
        here = context(params={"id": ids["A-1"]})
        answer = await ask(browser, "query", node=table, context=here)
        [line] = answer["items"]
        assert line["order"] == ids["A-1"]
        assert line["product"]["sku"] == "TEE-1"
        none = await ask(browser, "query", node=table, context=context(params={"id": "new"}))
        assert none["items"] == []


async def test_options(world: World) -> None:
    """[RS15] A select's options are asked for by their path, and searched."""
    name, room, ids = await stocked(world)
    async with world.client(name) as browser:
        select = room.of_type("Select", 1)
        answer = await ask(
            browser, "query", node=select, path=["options"], context=context(), search="KÄTHE"
        )
        assert [item["id"] for item in answer["items"]] == [ids["gold"]]


async def test_record(world: World) -> None:
    """[RS15] One record comes with what the expressions and bindings within a node read."""
    name, room, ids = await stocked(world)
    page = room.node("Order", "application")
    page = next(
        key
        for key, node in room.document["nodes"].items()
        if node["type"] == "Page@1" and node["props"]["path"] == "/orders/:id"
    )
    metric = room.of_type("Metric", 0)
    async with world.client(name) as browser:
        record = await ask(browser, "record", node=page, record=ids["A-1"], context=context())
        assert record["totalAmount"] == "56.97"
        assert record["customer"]["tier"] == "gold", "a select is bound to it"
        assert "lines" not in record
        room.set(metric, "label", {"expr": "record.lines.map(l, l.product.sku)[0]"})
        record = await ask(browser, "record", node=page, record=ids["A-1"], context=context())
        assert [line["product"]["sku"] for line in record["lines"]] == ["TEE-1"]
        missing = await refused(browser, "record", node=page, record="nothing", context=context())
        assert missing == (404, "record_not_found")


async def test_values(world: World) -> None:
    """[RS17] Expressions over whole models are computed here, each with its value or its error."""
    name, room, ids = await stocked(world)
    first, second = room.of_type("Metric", 1), room.of_type("Metric", 2)
    room.set(first, "trend", {"expr": "1 / 0 + 'ä'"})
    async with world.client(name) as browser:
        items = [
            {"node": first, "path": ["value"]},
            {"node": second, "path": ["value"]},
            {"node": first, "path": ["trend"]},
            {"node": first, "path": ["label"]},
            {"node": "gone", "path": ["value"]},
            {"node": first, "path": []},
            "é",
        ]
        answer = await ask(browser, "values", items=items, context=context())
        values = answer["values"]
        assert values[0] == {"value": 1}
        # 59.97 + 95 % of 59.97, to the cent.
        assert values[1] == {"value": "116.94"}
        assert values[2]["error"]["code"].startswith("expression_")
        assert values[2]["error"]["source"] == "1 / 0 + 'ä'"
        assert [value["error"]["code"] for value in values[3:]] == [
            "path_unknown",
            "node_unknown",
            "path_unknown",
            "member_invalid",
        ]
        room.set(first, "trend", {"expr": "record.totalAmount * 2"})
        page = room.of_type("Button", 1)
        room.set(page, "label", {"expr": "record.customer.name + item.sku + vars.x + params.id"})
        here = context(
            record=ids["A-1"],
            item={"model": room.node("Product", "application"), "id": ids["product"]},
            params={"id": "é"},
            vars={"x": "😀"},
        )
        answer = await ask(
            browser, "values", items=[{"node": page, "path": ["label"]}], context=here
        )
        assert answer["values"] == [{"value": "Käthe GrößeTEE-1😀é"}]


async def test_values_beyond_pages(world: World) -> None:
    """[RS17] A field's and a step's expressions are tried with a record that is named."""
    name, room, ids = await stocked(world)
    field, step = room.field("Order", "totalAmount"), room.of_type("condition")
    async with world.client(name) as browser:
        items = [{"node": field, "path": ["computed"]}, {"node": step, "path": ["when"]}]
        answer = await ask(browser, "values", items=items, context=context(record=ids["A-1"]))
        assert answer["values"] == [{"value": "56.9715"}, {"value": True}]


async def test_groups(world: World) -> None:
    """[RS17] A chart's groups come with labels and values, empty ones of an enum too."""
    name, room, _ = await stocked(world)
    async with world.client(name) as browser:
        chart = room.of_type("Chart", 0)
        groups = (await ask(browser, "groups", node=chart, context=context()))["groups"]
        counted = {group["key"]: group["value"] for group in groups}
        assert counted["confirmed"] == 2
        assert counted["draft"] == 1
        assert counted["shipped"] == 0
        source = {
            "model": {"ref": room.node("Order", "application")},
            "groupBy": "customer.tier",
            "measure": "sum",
            "field": {"ref": room.field("Order", "totalAmount")},
            "filter": {"expr": "item.status != vars.besides"},
        }
        room.set(chart, "dataSource", source)
        here = context(vars={"besides": "draft"})
        groups = (await ask(browser, "groups", node=chart, context=here))["groups"]
        assert {group["key"]: group["value"] for group in groups} == {
            "gold": "56.97",
            "standard": "59.97",
        }


async def test_hidden_from_a_role(world: World) -> None:
    """[AC5] No part of a page tells a role what is hidden from it, whatever its design asks."""
    name, room, _ = await stocked(world)
    table, chart, metric = orders_table(room), room.of_type("Chart", 0), room.of_type("Metric", 1)
    secret = "models.Customer.filter(c, c.email.startsWith(vars.x)).size()"
    room.set(metric, "value", {"expr": secret})
    room.set(metric, "trend", {"expr": "models.Customer.map(c, c.email)"})
    email = {"ref": room.field("Customer", "email")}
    columns = room.document["nodes"][table]["props"]["columns"]
    room.set(table, "columns", {**columns, "e9": {"order": "a9", "field": "customer.email"}})
    source = room.document["nodes"][table]["props"]["dataSource"]
    customers = room.node("Customer", "application")
    room.set(chart, "dataSource", {"model": {"ref": customers}, "groupBy": email})
    async with world.client(name, view_as="clerk") as clerk, world.client(name) as editor:
        address = (await Shop(editor).get("api/Customer"))["items"][0]["email"]
        told = await ask(editor, "query", node=table, context=context())
        assert told["items"][0]["customer"]["email"].endswith("example.org")
        answer = await clerk.post("player/query", json={"node": table, "context": context()})
        assert answer.status_code == 200
        assert "example.org" not in answer.text
        items = [{"node": metric, "path": ["value"]}, {"node": metric, "path": ["trend"]}]
        here = context(vars={"x": address[:3]})
        assert (await ask(editor, "values", items=items, context=here))["values"][0] == {"value": 1}
        answer = await clerk.post("player/values", json={"items": items, "context": here})
        assert answer.json()["values"][0] != {"value": 1}
        assert "example.org" not in answer.text
        answer = await clerk.post("player/groups", json={"node": chart, "context": context()})
        assert answer.status_code == 400
        assert "example.org" not in answer.text
        for options in (
            {"sort": ["customer.email"]},
            {"filters": {"customer.email": address}},
        ):
            asked = {"node": table, "context": context(), **options}
            assert (await editor.post("player/query", json=asked)).status_code == 200
            assert (await clerk.post("player/query", json=asked)).status_code == 400
        room.set(
            table, "dataSource", {**source, "filter": {"expr": "item.customer.email == vars.x"}}
        )
        here = context(vars={"x": address})
        assert (await ask(editor, "query", node=table, context=here))["total"] > 0
        assert (await ask(clerk, "query", node=table, context=here))["total"] == 0


async def answers(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("player/schema")).status_code == 200


async def test_denied_model(world: World) -> None:
    """[AC3] A part over a model that the role may not read is refused as such."""
    name, room, _ = await stocked(world)
    room.add("none", "Role@1", ["application", "roles", "a9"], {"name": "none", "grants": {}})
    async with world.client(name, view_as="none") as nobody:
        await eventually(lambda: answers(nobody), "the role to be there")
        for what, node in (("query", orders_table(room)), ("groups", room.of_type("Chart", 0))):
            assert await refused(nobody, what, node=node, context=context()) == (403, "forbidden")
        schema = (await nobody.get("player/schema")).json()
        assert schema["models"] == []
        assert not any(workflow["mayRun"] for workflow in schema["workflows"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "member_invalid"),
        ({"node": 7}, "member_invalid"),
        ({"node": "TABLE", "expression": "1"}, "member_unknown"),
        ({"node": "TABLE", "filter": "true"}, "member_unknown"),
        ({"node": "TABLE", "path": ["columns"]}, "member_invalid"),
        ({"node": "TABLE", "path": "dataSource"}, "member_invalid"),
        ({"node": "TABLE", "path": ["options"]}, "node_incomplete"),
        ({"node": "TABLE", "limit": 0}, "member_invalid"),
        ({"node": "TABLE", "limit": 10**9}, "member_invalid"),
        ({"node": "TABLE", "limit": True}, "member_invalid"),
        ({"node": "TABLE", "offset": -1}, "member_invalid"),
        ({"node": "TABLE", "sort": "orderNo"}, "member_invalid"),
        ({"node": "TABLE", "sort": ["größe"]}, "query_sort"),
        ({"node": "TABLE", "filters": {"größe": 1}}, "query_field"),
        ({"node": "TABLE", "filters": []}, "member_invalid"),
        ({"node": "TABLE", "search": "x" * 300}, "member_invalid"),
        ({"node": "TABLE", "context": {"expr": "1"}}, "context_invalid"),
        ({"node": "TABLE", "context": {"vars": []}}, "context_invalid"),
        ({"node": "TABLE", "context": {"params": None}}, "context_invalid"),
        ({"node": "TABLE", "context": {"record": 7}}, "context_invalid"),
        ({"node": "TABLE", "context": {"item": {"id": "x"}}}, "context_invalid"),
    ],
)
async def test_bad_questions(world: World, body: dict[str, Any], code: str) -> None:
    """[RS16] A question names parts of the design; expressions of its own it cannot bring."""
    name, room = world.room()
    async with world.client(name) as browser:
        if body.get("node") == "TABLE":
            body = {**body, "node": orders_table(room)}
        assert await refused(browser, "query", **body) == (400, code)
        assert await refused(browser, "query", node="gone") == (404, "node_unknown")


async def test_nested_context(world: World) -> None:
    """[RS16] Values of the page are bounded in depth before anything looks at them."""
    name, room = world.room()
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    async with world.client(name) as browser:
        body = {"node": orders_table(room), "context": context(vars={"x": deep})}
        assert await refused(browser, "query", **body) == (400, "context_invalid")
        items = [{"node": "x", "path": ["y"]}] * 101
        assert await refused(browser, "values", items=items) == (400, "member_invalid")


def nested(function: str, lists: str, depth: int) -> str:
    """Return loops within loops, *depth* of them."""
    source = "models.Order.size()"
    for level in range(depth):
        source = f"{lists}.{function}(v{level}, {source})"
    return source


HOSTILE = [
    nested("map", "models.Order", 12),
    nested("map", "[1, 2, 3, 4, 5, 6, 7, 8, 9]", 9),
    "'" + "a" * 40 + "!'.matches('^(a+)+$') && models.Order.size() > 0",
    "(" * 2_000 + "models.Order.size()" + ")" * 2_000,
]


@pytest.mark.parametrize("source", HOSTILE, ids=["models", "lists", "pattern", "depth"])
async def test_hostile_expressions(world: World, source: str) -> None:
    """[RS18] A hostile expression of a design is cut off, and the next question is answered."""
    name, room, _ = await stocked(world)
    metric = room.of_type("Metric", 1)
    room.set(metric, "value", {"expr": source})
    async with world.client(name) as browser:
        items = [
            {"node": metric, "path": ["value"]},
            {"node": room.of_type("Metric", 2), "path": ["value"]},
        ]
        answer = await ask(browser, "values", items=items, context=context())
        hostile, good = answer["values"]
        assert hostile == {"value": False} or hostile["error"]["code"] == "expression_limit"
        assert good == {"value": "116.94"}
