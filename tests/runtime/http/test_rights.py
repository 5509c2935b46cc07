"""Who may do what: every verb, for every role of a room and of the application, everywhere."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.runtime.http.shop import Shop
from tests.runtime.http.world import World, identity_header

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROLES = ("owner", "editor", "reviewer", "viewer")
VIEWED = ("clerk", "manager", None)
VERBS = ("list", "read", "create", "update", "replace", "delete")
WRITES = frozenset({"create", "update", "replace", "delete"})
# What the sample's clerk may do by model; the manager may do everything.
CLERK = {
    "Customer": {"list", "read"},
    "Product": {"list", "read"},
    "Order": {"list", "read", "create", "update", "replace"},
    "OrderLine": set(VERBS),
}


class Stock:
    """One record of each model, and what one more of each would hold."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._numbers = itertools.count(1)
        self.records: dict[str, dict[str, Any]] = {}

    async def fill(self) -> None:
        for model in ("Customer", "Product", "Order", "OrderLine"):
            self.records[model] = await self._shop.create(model, **self.values(model))

    def values(self, model: str) -> dict[str, Any]:
        number = next(self._numbers)
        ids = {name: record["id"] for name, record in self.records.items()}
        match model:
            case "Customer":
                return {"name": "Größe", "email": f"c{number}@example.org"}
            case "Product":
                return {"sku": f"TEE-{number}", "title": "茶", "unitPrice": "1.00"}
            case "Order":
                return {"orderNo": f"A-{number}", "customer": ids["Customer"]}
        money = {"quantity": 1, "unitPrice": "1.00"}
        return {"order": ids["Order"], "product": ids["Product"], **money}

    async def attempt(self, browser: httpx.AsyncClient, verb: str, model: str) -> httpx.Response:
        address = f"api/{model}/{self.records[model]['id']}"
        match verb:
            case "list":
                return await browser.get(f"api/{model}")
            case "read":
                return await browser.get(address)
            case "create":
                return await browser.post(f"api/{model}", json=self.values(model))
            case "update":
                return await browser.patch(address, json={})
            case "replace":
                return await browser.put(address, json=self.values(model))
        return await browser.delete(address)


def is_granted(role: str, viewed: str | None, verb: str, model: str) -> bool:
    if verb in WRITES and role not in ("owner", "editor"):
        return False
    return viewed != "clerk" or verb in CLERK[model]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("viewed", VIEWED)
async def test_every_verb_and_role(world: World, role: str, viewed: str | None) -> None:
    """[AC2] [AC3] A room's role and the viewed role decide together, for every verb and model."""
    name, _ = world.room()
    async with world.client(name) as editor, world.client(name, role=role, view_as=viewed) as some:
        for verb, model in itertools.product(VERBS, ("OrderLine", "Order", "Product", "Customer")):
            stock = Stock(Shop(editor))
            for each in ("OrderLine", "Order", "Product", "Customer"):
                for item in (await Shop(editor).get(f"api/{each}"))["items"]:
                    await editor.delete(f"api/{each}/{item['id']}")
            await stock.fill()
            # Nothing refers to what is to be deleted.
            if verb == "delete" and model in ("Order", "Product", "Customer"):
                await editor.delete(f"api/OrderLine/{stock.records['OrderLine']['id']}")
            if verb == "delete" and model == "Customer":
                await editor.delete(f"api/Order/{stock.records['Order']['id']}")
            before = await everything(editor)
            answer = await stock.attempt(some, verb, model)
            if is_granted(role, viewed, verb, model):
                assert answer.is_success, (verb, model, answer.text)
            else:
                assert answer.status_code == 403, (verb, model)
                assert answer.json()["code"] == "forbidden"
                assert await everything(editor) == before


async def everything(browser: httpx.AsyncClient) -> list[Any]:
    return [(await Shop(browser).get(f"api/{model}"))["items"] for model in CLERK]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("viewed", VIEWED)
async def test_another_room(world: World, role: str, viewed: str | None) -> None:
    """[AC1] Nobody reaches another room, whatever they are in theirs."""
    mine, _ = world.room()
    theirs, _ = world.room()
    async with world.client(theirs) as editor, world.client(mine, role=role, view_as=viewed) as me:
        stock = Stock(Shop(editor))
        await stock.fill()
        before = await everything(editor)
        there = httpx.AsyncClient(
            transport=me._transport,
            base_url=f"http://127.0.0.1:8000/preview/{theirs}/",
            headers=me.headers,
        )
        for verb, model in itertools.product(VERBS, CLERK):
            answer = await stock.attempt(there, verb, model)
            assert (answer.status_code, answer.json()["code"]) == (403, "identity"), (verb, model)
        for path in ("", "feed", "player/schema", "player/data", "player/runs", "api/openapi.json"):
            assert (await there.get(path)).status_code == 403, path
        # The record's id leads nowhere in one's own room.
        for model, record in stock.records.items():
            assert (await me.get(f"api/{model}/{record['id']}")).status_code == 404
        assert await everything(editor) == before


@pytest.mark.parametrize("role", ROLES)
async def test_another_tenant(world: World, role: str) -> None:
    """[PV14] Another tenant's room of the same name has other data, in another file."""
    name, _ = world.room(tenant="müller/Ä")
    world.room(name=name, tenant="mueller")
    theirs = world.client(name, tenant="müller/Ä")
    mine = world.client(name, tenant="mueller", role=role)
    async with theirs, mine:
        stock = Stock(Shop(theirs))
        await stock.fill()
        before = await everything(theirs)
        for model, record in stock.records.items():
            assert (await Shop(mine).get(f"api/{model}"))["total"] == 0
            assert (await mine.get(f"api/{model}/{record['id']}")).status_code == 404
            changed = await mine.patch(f"api/{model}/{record['id']}", json={})
            assert changed.status_code == (404 if role in ("owner", "editor") else 403)
            gone = await mine.delete(f"api/{model}/{record['id']}")
            assert gone.status_code == (404 if role in ("owner", "editor") else 403)
        assert await everything(theirs) == before


async def test_files_of_tenants(tmp_path: Path) -> None:
    """[PV14] No two tenants share a file, and none's lies outside the folder."""
    from runtime.tenants import file_name

    tenants = ["a", "A", "^a", "a.db", "a/b", "a%2Fb", "..", ".", "ä", "a\\b", "local", "workflows"]
    names = {file_name(tenant) for tenant in tenants}
    assert len({name.lower() for name in names}) == len(tenants)
    assert all((tmp_path / name).parent == tmp_path for name in names)
    assert all(name.endswith(".db") for name in names), "what else is there are folders"


async def test_without_identity(world: World) -> None:
    """[AC1] Nothing but health and metrics is answered to somebody nobody signed for."""
    name, _ = world.room()
    async with world.stranger() as stranger:
        for path in ("", "feed", "api/Order", "api/openapi.json", "player/schema", "player/data"):
            for headers in ({}, {"x-design-rooms-identity": identity_header("another")}):
                answer = await stranger.get(f"/preview/{name}/{path}", headers=headers)
                assert answer.status_code == 403, path
        for path in ("api/Order", "player/query", "player/run", "player/data/reset"):
            answer = await stranger.post(f"/preview/{name}/{path}", json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "identity"), path
        assert (await stranger.get(f"/preview/{name}")).status_code == 403
        assert (await stranger.get("/healthz")).text == "ok"
        assert (await stranger.get("/metrics")).status_code == 200


async def test_unknown_role(world: World) -> None:
    """[AC3] A role that the application does not have is refused, also one of odd letters."""
    name, _ = world.room()
    for role in ("größe", "Clerk", "*", "clerk "):
        async with world.client(name, view_as=role) as browser:
            answer = await browser.get("api/Order")
            assert (answer.status_code, answer.json()["code"]) == (400, "role_unknown")


async def test_opaque_origin(world: World) -> None:
    """[RS12] Only a page of an opaque origin may read answers, and never with credentials."""
    name, _ = world.room()
    async with world.client(name) as browser, world.stranger() as stranger:
        own = {"origin": "null"}
        for path in ("api/Order", "api/Nothing", "player/schema", "nothing"):
            answer = await browser.get(path, headers=own)
            assert answer.headers["access-control-allow-origin"] == "null"
            assert "access-control-allow-credentials" not in answer.headers
            assert "origin" in answer.headers["vary"]
            for origin in ({}, {"origin": "https://evil.example"}, {"origin": "NULL"}):
                answer = await browser.get(path, headers=origin)
                assert "access-control-allow-origin" not in answer.headers
        asked = {"access-control-request-method": "PATCH"}
        path = f"/preview/{name}/api/Order"
        preflight = await stranger.options(path, headers={**own, **asked})
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == "null"
        allowed = preflight.headers["access-control-allow-headers"]
        for header in ("x-preview-token", "if-match", "content-type", "x-view-as"):
            assert header in allowed
        foreign = await stranger.options(path, headers={"origin": "https://evil.example", **asked})
        assert "access-control-allow-origin" not in foreign.headers
        assert "access-control-allow-methods" not in foreign.headers
