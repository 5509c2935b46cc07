"""A runtime on PostgreSQL that ends and begins again. Apart: see ``test_restart``."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.postgres import Cluster
from tests.runtime.http.shop import Shop
from tests.runtime.http.world import open_world


async def test_restart_on_postgres(
    tmp_path: Path, engine_cache: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[DP11] Over HTTP records are in the database and in no file, and there after a restart.

    What was designed meanwhile is migrated; another tenant's room of the same name is empty.
    """
    url = postgres.create_database()
    monkeypatch.setenv("DATABASE_URL", url)
    values = {"sku": "TEE-1", "title": "茶", "unitPrice": "1.00"}
    async with open_world(tmp_path, engine_cache) as first:
        log = first.log
        name, room = first.room()
        async with first.client(name) as browser:
            made = (await browser.post("api/Product", json=values)).json()
            assert made["title"] == "茶"
    assert list(tmp_path.rglob("local.db")) == []
    place = [room.node("Product", "application"), "fields", "z0"]
    room.add("f1", "Field@1", place, {"name": "f1", "type": "Text", "default": "neu"})
    async with open_world(tmp_path, log=log) as second:
        async with second.client(name) as browser:
            assert await Shop(browser).ids("Product") == [made["id"]]
            again = (await browser.get(f"api/Product/{made['id']}")).json()
            assert (again["unitPrice"], again["f1"]) == ("1.00", "neu")
        second.room(name=name, tenant="größe")
        async with second.client(name, tenant="größe") as browser:
            assert await Shop(browser).ids("Product") == []
    with psycopg.connect(url) as connection:
        [(schemas,)] = connection.execute(
            "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'preview\\_%'"
        )
    assert schemas == 2
