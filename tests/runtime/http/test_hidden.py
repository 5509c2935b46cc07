"""What a role may not see does not leave, whatever way is tried."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.runtime.http.log import LoggedRoom
from tests.runtime.http.shop import Shop
from tests.runtime.http.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "geheim-größe@example.org"


async def filled(world: World) -> tuple[str, LoggedRoom, dict[str, dict[str, Any]]]:
    """Return a room with a customer whose address the clerk must not see."""
    name, room = world.room()
    async with world.client(name) as browser:
        shop = Shop(browser)
        customer = await shop.create(
            "Customer", name="Ä", email="geheim@example.org", tier="standard"
        )
        product = await shop.product()
        order = await shop.order("A-1", customer["id"])
        line = await shop.line(order["id"], product["id"], 1, "1.00")
    return name, room, {"Customer": customer, "Order": order, "OrderLine": line}


def assert_nothing_told(answer: httpx.Response) -> None:
    assert "geheim" not in answer.text
    assert "geheim" not in str(answer.headers)


async def test_hidden_field_in_answers(world: World) -> None:
    """[AC5] A masked field is in no record, list, expansion, group or description."""
    name, _, records = await filled(world)
    async with world.client(name, view_as="clerk") as clerk:
        customer = records["Customer"]["id"]
        for path in (
            f"api/Customer/{customer}",
            "api/Customer",
            "api/Order?expand=customer",
            "api/OrderLine?expand=order.customer",
            f"api/Order/{records['Order']['id']}?expand=customer",
            "api/Customer?q=Ä",
        ):
            answer = await clerk.get(path)
            assert answer.status_code == 200, answer.text
            assert_nothing_told(answer)
            assert '"name":"Ä"' in answer.text or "customer" in answer.text
            assert '"email"' not in answer.text
        schema = (await clerk.get("player/schema")).json()
        [model] = [model for model in schema["models"] if model["name"] == "Customer"]
        assert "email" not in {field["name"] for field in model["fields"]}
        described = (await clerk.get("api/openapi.json")).json()
        assert "email" not in described["components"]["schemas"]["Customer"]["properties"]
        assert "filter[email]" not in str(described)


@pytest.mark.parametrize(
    "query",
    [
        "api/Customer?filter[email]=geheim@example.org",
        "api/Customer?filter[email][contains]=geheim",
        "api/Customer?filter[email][empty]=false",
        "api/Customer?sort=email",
        "api/Customer?sort=-email,name",
        "api/Order?filter[customer.email][startsWith]=g",
        "api/Order?sort=customer.email",
        "api/OrderLine?filter[order.customer.email][contains]=geheim",
    ],
)
async def test_hidden_field_is_no_question(world: World, query: str) -> None:
    """[AC5] Nobody filters or sorts by what is masked: the answer would tell it bit by bit."""
    name, _, _ = await filled(world)
    async with world.client(name, view_as="clerk") as clerk, world.client(name) as editor:
        assert (await editor.get(query)).status_code == 200
        answer = await clerk.get(query)
        assert answer.status_code == 400
        assert answer.json()["code"] in ("query_field", "query_sort")
        assert_nothing_told(answer)


async def test_hidden_field_is_not_searched(world: World) -> None:
    """[AC5] A search does not find a record by what is masked."""
    name, _, records = await filled(world)
    async with world.client(name, view_as="clerk") as clerk, world.client(name) as editor:
        assert await Shop(editor).ids("Customer", q="geheim") == [records["Customer"]["id"]]
        assert await Shop(clerk).ids("Customer", q="geheim") == []


async def test_hidden_field_is_not_written(world: World) -> None:
    """[AC5] What is masked is written by nobody who does not see it, and PUT leaves it alone."""
    name, room, records = await filled(world)
    role = room.node("clerk")
    customer_grant = "e2"
    room.edit(
        [
            {"p": ["nodes", role, "props", "grants", customer_grant, "verbs", verb], "oi": True}
            for verb in ("create", "update", "delete")
        ]
    )
    path = f"api/Customer/{records['Customer']['id']}"
    async with world.client(name, view_as="clerk") as clerk, world.client(name) as editor:
        await granted(clerk, "mayUpdate")
        for values in ({"email": "neu@example.org"}, {"email": None}):
            for answer in (
                await clerk.patch(path, json=values),
                await clerk.put(path, json=values),
            ):
                assert answer.status_code == 422
                assert [each["code"] for each in answer.json()["errors"]] == ["unknown"]
        put = await clerk.put(path, json={"name": "Neu"})
        assert put.status_code == 200, put.text
        assert "email" not in put.json()
        kept = await Shop(editor).get(path)
        assert (kept["name"], kept["email"]) == ("Neu", "geheim@example.org")
        # A required field that is masked cannot be given, and is not named.
        answer = await clerk.post("api/Customer", json={"name": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert "email" not in answer.text


async def granted(browser: httpx.AsyncClient, what: str) -> None:
    from tests.runtime.http.world import eventually

    async def look() -> bool:
        models = (await browser.get("player/schema")).json()["models"]
        return any(model["name"] == "Customer" and model[what] for model in models)

    await eventually(look, "the role to change")


async def test_restricting_record_is_not_told(world: World) -> None:
    """[AC5] Who refers to a record is told only to who may see the reference."""
    name, room, records = await filled(world)
    role = room.node("clerk")
    room.edit(
        [
            {"p": ["nodes", role, "props", "grants", "e2", "verbs", "delete"], "oi": True},
            {"p": ["nodes", role, "props", "grants", "e0"], "od": {}},
        ]
    )
    async with world.client(name, view_as="clerk") as clerk:
        await granted(clerk, "mayDelete")
        answer = await clerk.delete(f"api/Customer/{records['Customer']['id']}")
        assert (answer.status_code, answer.json()["code"]) == (409, "record_restricted")
        assert "Order" not in answer.text
        assert records["Order"]["id"] not in answer.text


async def test_grant_with_a_filter(world: World) -> None:
    """[AC6] A filtered grant gives the records that it lets through, for every verb."""
    name, room = world.room()
    role = {
        "name": "own",
        "grants": {
            "e0": {
                "order": "a0",
                "model": {"ref": room.node("Product")},
                "verbs": {"read": True, "create": True, "update": True, "delete": True},
                "filter": {"expr": "record.createdBy == user.id && record.title != 'Größe'"},
            }
        },
    }
    room.add("own", "Role@1", ["application", "roles", "a9"], role)
    async with (
        world.client(name, user="ada") as ada,
        world.client(name, user="bert", view_as="own") as bert,
    ):
        theirs = await Shop(ada).product("TEE-1")
        mine = await Shop(bert).product("TEE-2")
        assert await Shop(bert).ids("Product") == [mine["id"]]
        assert (await Shop(bert).get("api/Product"))["total"] == 1
        path = f"api/Product/{theirs['id']}"
        for answer in (
            await bert.get(path),
            await bert.patch(path, json={"title": "x"}),
            await bert.put(path, json={"sku": "X-1", "title": "x", "unitPrice": "1"}),
            await bert.delete(path),
        ):
            assert answer.status_code == 404
        assert await Shop(ada).get(path) == theirs
        # Nor does a record leave what the filter lets through, or begin outside of it.
        outside = await bert.patch(f"api/Product/{mine['id']}", json={"title": "Größe"})
        assert outside.status_code == 422
        begun = {"sku": "TEE-3", "title": "Größe", "unitPrice": "1.00"}
        assert (await bert.post("api/Product", json=begun)).status_code == 422
        assert (await Shop(ada).get("api/Product"))["total"] == 2
        assert (await bert.delete(f"api/Product/{mine['id']}")).status_code == 204


async def test_read_only_record(world: World) -> None:
    """[AC6] A record that may be read and not changed is refused as such, not called missing."""
    name, room = world.room()
    product = {"ref": room.node("Product")}
    filtered = {"expr": "record.createdBy == user.id"}
    grants = {
        "e0": {"order": "a0", "model": product, "verbs": {"read": True}},
        "e1": {"order": "a1", "model": product, "verbs": {"update": True}, "filter": filtered},
    }
    room.add("some", "Role@1", ["application", "roles", "a9"], {"name": "some", "grants": grants})
    async with (
        world.client(name, user="ada") as ada,
        world.client(name, user="bert", view_as="some") as bert,
    ):
        path = f"api/Product/{(await Shop(ada).product())['id']}"
        assert (await bert.get(path)).status_code == 200
        answer = await bert.patch(path, json={"title": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_role_that_only_creates(world: World) -> None:
    """[AC3] Who may create and not read learns the id and the version, and nothing else."""
    name, room = world.room()
    grants = {
        "e0": {"order": "a0", "model": {"ref": room.node("Product")}, "verbs": {"create": True}}
    }
    room.add("box", "Role@1", ["application", "roles", "a9"], {"name": "box", "grants": grants})
    async with world.client(name, view_as="box") as box:
        made = await Shop(box).product()
        assert made == {"id": made["id"], "@version": 1}
        assert (await box.get(f"api/Product/{made['id']}")).status_code == 403
        assert (await box.get("api/Product")).status_code == 403


async def test_fields_that_may_be_set(world: World) -> None:
    """[AC4] A verb writes the fields that its grants name, and says which it does not."""
    name, room = world.room()
    product = {"ref": room.node("Product")}
    title = {"e0": {"order": "a0", "value": {"ref": room.field("Product", "title")}}}
    grants = {
        "e0": {"order": "a0", "model": product, "verbs": {"read": True}},
        "e1": {"order": "a1", "model": product, "verbs": {"update": True}, "fields": title},
    }
    room.add("pen", "Role@1", ["application", "roles", "a9"], {"name": "pen", "grants": grants})
    async with world.client(name) as editor, world.client(name, view_as="pen") as pen:
        product = await Shop(editor).product()
        path = f"api/Product/{product['id']}"
        refused = await pen.patch(path, json={"title": "ä", "unitPrice": "0.01"})
        assert (refused.status_code, refused.json()["code"]) == (403, "field_forbidden")
        assert "unitPrice" in refused.json()["detail"]
        replaced = await pen.put(path, json={"title": "ä"})
        assert replaced.json()["unitPrice"] == product["unitPrice"]
        assert replaced.json()["title"] == "ä"
