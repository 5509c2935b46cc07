"""The application follows the model: tables, rights and events, and nothing more than it must."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from runtime.data.room import RoomData
from tests.runtime.feed_reader import events_of
from tests.runtime.http.shop import Shop
from tests.runtime.http.world import World, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

_PATIENCE_S = 30


class Feed:
    """The events of one viewer, read one after the other."""

    def __init__(self, chunks: AsyncGenerator[bytes, None]) -> None:
        self._events = events_of(chunks)

    async def next(self, *names: str) -> tuple[str, Any]:
        """Return the next event of one of these names."""
        async with asyncio.timeout(_PATIENCE_S):
            async for name, data in self._events:
                if name in names:
                    return name, data
        raise AssertionError("the feed ended")

    async def until(self, revision: int) -> list[str]:
        """Read until this revision and return the names of all events on the way."""
        names = []
        async with asyncio.timeout(_PATIENCE_S):
            async for name, data in self._events:
                names.append(name)
                if name in ("model", "revision") and data["revision"] >= revision:
                    return names
        raise AssertionError("the feed ended")


@asynccontextmanager
async def watching(world: World, room: str, tenant: str = "local") -> AsyncIterator[Feed]:
    """A viewer of a room. httpx's transport reads no endless answer: the feed itself is read."""
    async with world.client(room, tenant=tenant) as browser:
        assert (await browser.get("player/schema")).status_code == 200
    space = world.rooms._open[tenant, room]
    chunks = space.feed.watch()
    yield Feed(chunks)
    await chunks.aclose()


class Adoptions:
    """What every adoption did, in order; *gate* holds one up."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.statements: list[int] = []
        self.begun = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        adopt = RoomData.adopt

        def counted(data: RoomData, application: Any) -> Any:
            self.begun.set()
            assert self.gate.wait(_PATIENCE_S)
            adoption = adopt(data, application)
            self.statements.append(len(adoption.statements))
            return adoption

        patch.setattr(RoomData, "adopt", counted)


@pytest.fixture
def adoptions(monkeypatch: pytest.MonkeyPatch) -> Adoptions:
    return Adoptions(monkeypatch)


async def test_a_label_touches_no_table(world: World, adoptions: Adoptions) -> None:
    """[PV16] A label, a component or a page runs no statement and adopts nothing."""
    name, room = world.room()
    async with watching(world, name) as feed:
        await feed.next("model")
        assert adoptions.statements.pop() > 0
        for number in range(5):
            room.set(room.of_type("Button"), "label", f"Größe {number}")
        room.add("new", "Text@1", [room.of_type("Page"), "children", "z"], {"text": "é"})
        names = await feed.until(room.revision)
        assert names.count("revision") == 6
        assert "schema" not in names
        assert adoptions.statements == []


async def test_a_field_is_one_migration(world: World, adoptions: Adoptions) -> None:
    """[PV16] A new field is one migration; its patch comes after it, and the data is there."""
    name, room = world.room()
    async with watching(world, name) as feed, world.client(name) as browser:
        await feed.next("model")
        shop = Shop(browser)
        product = await shop.product()
        adoptions.statements.clear()
        place = [room.node("Product", "application"), "fields", "z0"]
        revision = room.add("f-neu", "Field@1", place, {"name": "farbe", "type": "Text"})
        names = await feed.until(revision)
        assert names[-2:] == ["schema", "revision"]
        assert len(adoptions.statements) == 1
        assert adoptions.statements[0] > 0
        # Once the patch was shown, nobody waits for the field any more.
        changed = await browser.patch(f"api/Product/{product['id']}", json={"farbe": "grün 😀"})
        assert changed.json()["farbe"] == "grün 😀"
        room.set("f-neu", "name", "farbton")
        await feed.until(room.revision)
        assert adoptions.statements[1:] == [0], "a rename moves nothing"
        assert (await shop.get(f"api/Product/{product['id']}"))["farbton"] == "grün 😀"


async def test_patches_wait_for_their_migration(world: World, adoptions: Adoptions) -> None:
    """[PV15] What follows a migration waits for it in order; another room does not wait."""
    name, room = world.room()
    other, elsewhere = world.room()
    async with watching(world, name) as feed, watching(world, other) as there:
        await feed.next("model")
        await there.next("model")
        adoptions.statements.clear()
        adoptions.begun.clear()
        adoptions.gate.clear()
        place = [room.node("Product", "application"), "fields"]
        first = room.add("f1", "Field@1", [*place, "z0"], {"name": "f1", "type": "Text"})
        await asyncio.to_thread(adoptions.begun.wait, _PATIENCE_S)
        button = room.of_type("Button")
        room.set(button, "label", "später")
        room.add("f2", "Field@1", [*place, "z1"], {"name": "f2", "type": "Text"})
        last = room.add("f3", "Field@1", [*place, "z2"], {"name": "f3", "type": "Text"})
        elsewhere.set(elsewhere.of_type("Button"), "label", "sofort")
        assert await there.until(elsewhere.revision) == ["state", "revision"]
        shown = world.rooms._open["local", name].feed.shown
        assert shown is not None
        assert shown.revision == first - 1
        adoptions.gate.set()
        revisions = []
        while not revisions or revisions[-1] < last:
            _, data = await feed.next("revision")
            revisions.append(data["revision"])
        assert revisions == list(range(first, last + 1))
        assert len(adoptions.statements) == 2, "what queued up was migrated at once"


async def test_failed_migration(
    world: World, monkeypatch: pytest.MonkeyPatch, adoptions: Adoptions
) -> None:
    """[PV21] A migration that fails holds up no design; the data answers why, and comes back."""

    def fail(data: RoomData, application: Any) -> None:
        raise RuntimeError("kaputt é")

    name, room = world.room()
    working = RoomData.adopt
    monkeypatch.setattr(RoomData, "adopt", fail)
    async with world.client(name) as browser:
        answer = await browser.get("api/Order")
        assert (answer.status_code, answer.json()["code"]) == (503, "preview_waiting")
        assert answer.headers["retry-after"] == "1"
        assert "kaputt" not in answer.text
        assert (await browser.get("")).status_code == 200
        monkeypatch.setattr(RoomData, "adopt", working)
        place = [room.node("Product", "application"), "fields", "z0"]
        room.add("f1", "Field@1", place, {"name": "f1", "type": "Text"})

        async def is_back() -> bool:
            return (await browser.get("api/Order")).status_code == 200

        await eventually(is_back, "the data to come back")


async def test_removed_field(world: World) -> None:
    """[PV16] A field that leaves the model leaves REST at once and takes its data along only when
    somebody confirms that."""
    name, room = world.room()
    async with watching(world, name) as feed, world.client(name) as browser:
        await feed.next("model")
        shop = Shop(browser)
        customer = await shop.customer()
        await shop.order("A-1", customer["id"], notes="wichtig 😀")
        field = room.field("Order", "notes")
        place = room.document["nodes"][field]["place"]
        room.remove(field)
        await feed.until(room.revision)
        assert "notes" not in (await shop.get("api/Order"))["items"][0]
        [pending] = (await shop.get("player/data"))["pending"]
        assert (pending["node"], pending["count"]) == (field, 1)
        room.edit([{"p": ["nodes", field, "place"], "oi": place}])
        await feed.until(room.revision)
        assert (await shop.get("api/Order"))["items"][0]["notes"] == "wichtig 😀"
        room.remove(field)
        await feed.until(room.revision)
        [pending] = (await shop.get("player/data"))["pending"]
        for role in ("viewer", "reviewer"):
            async with world.client(name, role=role) as looker:
                answer = await looker.post("player/data/confirm", json={"ids": [pending["id"]]})
                assert answer.status_code == 403
                assert (await looker.get("player/data")).json()["pending"][0]["examples"] == []
        answer = await browser.post("player/data/confirm", json={"ids": [pending["id"]]})
        assert answer.json() == {"pending": []}
        assert (await feed.next("schema"))[1] == {}


async def test_changed_records_are_told(world: World) -> None:
    """[PV18] Everybody who watches learns which records changed, computed ones among them."""
    name, room = world.room()
    async with watching(world, name) as feed, world.client(name) as browser:
        await feed.next("model")
        shop = Shop(browser)
        customer, product = await shop.customer(), await shop.product()
        order = await shop.order("A-1", customer["id"])
        await asyncio.sleep(0.1)
        line = await shop.line(order["id"], product["id"], 1, "1.00")
        seen: dict[str, list[str]] = {}
        while room.node("OrderLine", "application") not in seen:
            seen = (await feed.next("records"))[1]["changes"]
        assert seen == {
            room.node("OrderLine", "application"): [line["id"]],
            room.node("Order", "application"): [order["id"]],
        }


async def test_many_records_are_told_briefly(world: World) -> None:
    """[PV18] Sample data is one event, and many records are told as many."""
    name, room = world.room()
    async with watching(world, name) as feed, world.client(name) as browser:
        await feed.next("model")
        answer = await browser.post("player/data/generate", json={"seed": 7, "perModel": 150})
        assert answer.status_code == 200, answer.text
        assert min(answer.json()["created"].values()) >= 150
        changes = (await feed.next("records"))[1]["changes"]
        assert changes[room.node("Customer", "application")] is None
        assert (await Shop(browser).get("player/data"))["counts"] == answer.json()["created"]
        again = await browser.post("player/data/reset", json={})
        assert again.status_code == 204
        assert set((await Shop(browser).get("player/data"))["counts"].values()) == {0}


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
async def test_panel_is_for_editors(world: World, role: str) -> None:
    """[AC7] Samples, reset and confirmation are for who may edit the room."""
    name, _ = world.room()
    async with world.client(name, role=role) as looker, world.client(name) as editor:
        await Shop(editor).product()
        for path in ("generate", "reset", "confirm"):
            answer = await looker.post(f"player/data/{path}", json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await Shop(editor).get("api/Product"))["total"] == 1


async def test_schema(world: World) -> None:
    """[RS19] The schema says which fields and verbs the viewed role has, and which roles exist."""
    name, room = world.room()
    room.add(
        "extra",
        "Role@1",
        ["application", "roles", "a9"],
        {
            "name": "größe",
            "grants": {
                "e0": {
                    "order": "a0",
                    "page": {"ref": room.of_type("Page")},
                    "verbs": {"open": True},
                }
            },
        },
    )
    async with world.client(name) as editor, world.client(name, view_as="clerk") as clerk:
        whole = await Shop(editor).get("player/schema")
        part = await Shop(clerk).get("player/schema")
        assert whole["roles"] == ["clerk", "manager", "größe"]
        assert (whole["role"], part["role"]) == (None, "clerk")
        assert whole["isReadOnly"] is False
        assert whole["closedPages"] == []
        assert part["closedPages"] == [room.of_type("Page")]
        models = {model["name"]: model for model in part["models"]}
        assert models["Order"]["mayCreate"]
        assert not models["Order"]["mayDelete"]
        fields = {field["name"]: field for field in models["Order"]["fields"]}
        assert fields["totalAmount"]["isReadOnly"]
        assert fields["createdAt"]["isReadOnly"]
        assert not fields["orderNo"]["isReadOnly"]
        assert fields["customer"]["target"] == room.node("Customer", "application")
        assert fields["status"]["values"][0] == "draft"
        assert all(field["isReadOnly"] for field in models["Product"]["fields"])
        assert {flow["name"]: flow["mayRun"] for flow in part["workflows"]} == {
            "processOrder": True,
            "expireDrafts": False,
        }


async def test_page(world: World) -> None:
    """[PV8] The page knows who looks at it, and its policy is of its room."""
    name, _ = world.room()
    async with world.client(name, name='<Ada> "Ä"', page_token="tö&k", role="viewer") as browser:
        page = await browser.get("")
        assert page.status_code == 200
        assert 'name="preview-token" content="tö&amp;k"' in page.text
        assert 'name="preview-user" content="&lt;Ada&gt; &quot;Ä&quot;"' in page.text
        assert 'name="preview-role" content="viewer"' in page.text
        policy = page.headers["content-security-policy"]
        assert f"connect-src http://127.0.0.1:8000/preview/{name}/;" in policy
        assert page.headers["cache-control"] == "no-store"
    async with world.client("missing") as browser:
        missing = await browser.get("")
        assert missing.status_code == 404
        assert "There is no such room" in missing.text
        assert (await browser.get("api/Order")).json()["code"] == "not_found"


async def test_runs(world: World) -> None:
    """[AC9] A workflow is run by who may, and a role sees no more of a run than that it ran."""
    name, room = world.room()
    async with (
        world.client(name) as editor,
        world.client(name, view_as="clerk") as clerk,
        world.client(name, role="viewer") as viewer,
    ):
        shop = Shop(editor)
        order = await shop.order("A-1", (await shop.customer())["id"])
        flow = {"workflow": room.node("processOrder"), "input": {"record": order["id"]}}
        other = {"workflow": room.node("expireDrafts"), "input": {}}
        assert (await clerk.post("player/run", json=other)).status_code == 403
        assert (await viewer.post("player/run", json=flow)).status_code == 403
        unknown = await editor.post("player/run", json={"workflow": "é"})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "run_not_found")
        assert (await editor.post("player/run", json={**flow, "input": []})).status_code == 400
        begun = await clerk.post("player/run", json=flow)
        assert begun.status_code == 202, begun.text
        run = begun.json()["run"]

        async def has_begun() -> Any:
            shown = (await editor.get(f"player/runs/{run}")).json()
            return shown if len(shown["steps"]) > 1 else None

        whole = await eventually(has_begun, "the run to get on")
        assert any(
            step["input"] is not None or step["output"] is not None for step in whole["steps"]
        )
        part = (await clerk.get(f"player/runs/{run}")).json()
        names = [step["name"] for step in whole["steps"]]
        assert [step["name"] for step in part["steps"]][: len(names)] == names
        assert not any("input" in step or "output" in step for step in part["steps"])
        assert "record" not in part["trigger"]
        listed = (await editor.get("player/runs", params={"limit": "1"})).json()["runs"]
        assert [each["id"] for each in listed] == [run]
        for query in ("limit=0", "limit=x", "größe=1", "limit=9999"):
            answer: httpx.Response = await editor.get(f"player/runs?{query}")
            assert answer.json()["code"] == "query_parameter"
        mine, _ = world.room()
        async with world.client(mine) as elsewhere:
            assert (await elsewhere.get(f"player/runs/{run}")).status_code == 404
