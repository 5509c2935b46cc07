"""A runtime that ends and begins again. Apart, because a process has one engine of workflows."""

from __future__ import annotations

from pathlib import Path

from tests.runtime.http.shop import Shop
from tests.runtime.http.world import open_world


async def test_restart(tmp_path: Path, engine_cache: Path) -> None:
    """[PV20] After a restart every record is there, and a key that was used is known."""
    headers = {"idempotency-key": "größe".encode().hex()}
    values = {"sku": "TEE-1", "title": "茶", "unitPrice": "1.00"}
    async with open_world(tmp_path, engine_cache) as first:
        log = first.log
        name, room = first.room()
        async with first.client(name) as browser:
            made = (await browser.post("api/Product", json=values, headers=headers)).json()
    place = [room.node("Product", "application"), "fields", "z0"]
    room.add("f1", "Field@1", place, {"name": "f1", "type": "Text", "default": "neu"})
    async with open_world(tmp_path, log=log) as second, second.client(name) as browser:
        again = await browser.post("api/Product", json=values, headers=headers)
        assert again.json()["id"] == made["id"]
        assert await Shop(browser).ids("Product") == [made["id"]]
        assert "f1" in again.json(), "what was designed meanwhile was migrated"
