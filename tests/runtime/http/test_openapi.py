"""The description of the records, and whether the records are as it says."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import jsonschema
import pytest
import uvicorn

from runtime import identity
from tests.api.server import free_port
from tests.runtime.http.shop import Shop
from tests.runtime.http.world import World, identity_header

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONFIGURATION = """
[checks]
# What depends on other records no schema can say: it is refused with 404, 409, 412 or 422.
positive_data_acceptance.expected-statuses = ["2xx", "304", "404", "409", "412", "422"]
negative_data_rejection.expected-statuses = ["400", "404", "405", "412", "413", "415", "422"]
[generation]
# A text holds every character but this one.
allow-x00 = false
database = "none"
"""


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    """The runtime on a port of the loopback."""
    port = free_port()
    config = uvicorn.Config(
        world.app, host="127.0.0.1", port=port, lifespan="off", access_log=False, log_config=None
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


async def fill(browser: httpx.AsyncClient) -> None:
    shop = Shop(browser)
    customer, product = await shop.customer(), await shop.product()
    order = await shop.order("A-1", customer["id"])
    await shop.line(order["id"], product["id"], 2, "19.99")


@pytest.mark.timeout(150)
@pytest.mark.parametrize("view_as", ["", "clerk"])
async def test_every_answer_is_as_described(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view_as: str
) -> None:
    """[RS14] Schemathesis asks what the description allows and what it forbids."""
    monkeypatch.setattr(identity, "IDENTITY_AGE_S", 3_600)
    name, _ = world.room()
    async with world.client(name) as browser:
        await fill(browser)
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    async with served(world) as url:
        process = await asyncio.create_subprocess_exec(
            *(Path(sys.executable).with_name("schemathesis"),),
            *("--config-file", tmp_path / "schemathesis.toml"),
            *("run", f"{url}/preview/{name}/api/openapi.json"),
            *("--header", f"x-design-rooms-identity: {identity_header(name)}"),
            # What a role may not do is there for others: it is refused and not unknown.
            *(("--header", f"x-view-as: {view_as}") if view_as else ()),
            *(
                ("--exclude-checks", "unsupported_method,allow_header_conformance")
                if view_as
                else ()
            ),
            # Beside what it derives from the description anyway; a role's is a part of the whole.
            *("--checks", "all", "--max-examples", "1" if view_as else "2"),
            *("--seed", "1", "--no-color"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-20_000:]
    assert "passed" in output.decode()


async def test_records_fit_their_schema(world: World) -> None:
    """[RS14] Records, plain and expanded, are valid by the description's schemas."""
    name, room = world.room()
    kinds = ["Date", "Time", "DateTime", "Boolean", "Json", "Integer", "Url"]
    for number, kind in enumerate(kinds):
        place = [room.node("Product", "application"), "fields", f"z{number}"]
        room.add(f"f-{kind}", "Field@1", place, {"name": f"a{kind}", "type": kind})
    async with world.client(name) as browser:
        await fill(browser)
        described = (await browser.get("api/openapi.json")).json()
        values = {
            "aDate": "2026-11-22",
            "aTime": "09:00:00",
            "aDateTime": "2026-11-22T10:00:00+01:00",
            "aBoolean": False,
            "aJson": {"größe": [1, None, "😀"]},
            "aInteger": 2**53 - 1,
            "aUrl": "https://example.org/?q=%C3%A4",
        }
        wanted = described["components"]["schemas"]
        body = described["paths"]["/Product"]["post"]["requestBody"]["content"]
        given = {"sku": "TEE-9", "title": "x", "unitPrice": "1.00", **values}
        check(body["application/json"]["schema"], given, wanted)
        made = await Shop(browser).create("Product", **given)
        assert made["aDateTime"] == "2026-11-22T09:00:00.000Z"
        check(wanted["Product"], made, wanted)
        for query in ("api/Order", "api/Order?expand=customer,lines", "api/Product"):
            for item in (await browser.get(query)).json()["items"]:
                check(wanted[query[4:].partition("?")[0]], item, wanted)


def check(schema: object, value: object, schemas: object) -> None:
    jsonschema.Draft202012Validator(
        {"components": {"schemas": schemas}, "allOf": [schema]},
        format_checker=jsonschema.FormatChecker(),
    ).validate(value)


async def test_description_is_the_roles(world: World) -> None:
    """[RS14] The description holds the verbs and fields of the role, and is not sent twice."""
    name, _ = world.room()
    async with world.client(name) as editor, world.client(name, view_as="clerk") as clerk:
        whole = (await editor.get("api/openapi.json")).json()
        part = await clerk.get("api/openapi.json")
        assert whole["openapi"] == "3.1.0"
        assert whole["info"]["title"] == "Order management"
        assert set(whole["paths"]["/Order/{id}"]) == {
            *("parameters", "get", "put", "patch", "delete"),
        }
        assert set(part.json()["paths"]["/Order/{id}"]) == {"parameters", "get", "put", "patch"}
        assert set(part.json()["paths"]["/Customer"]) == {"get"}
        again = await clerk.get("api/openapi.json", headers={"if-none-match": part.headers["etag"]})
        assert again.status_code == 304
