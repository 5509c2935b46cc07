"""Stored files over REST."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.runtime.http.world import World, sample

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = "<script>alert('größe')</script>".encode()
PICTURE = b"\x89PNG\r\n\x1a\n picture"


def _with_file() -> dict[str, Any]:
    document = sample()
    nodes = document["nodes"]
    product = next(key for key, node in nodes.items() if node["props"].get("name") == "Product")
    props = {"name": "picture", "type": "File", "values": {}, "tags": {}, "description": ""}
    nodes["file-field"] = {
        "type": "Field@1",
        "place": [product, "fields", "b0"],
        "props": props,
    }
    return document


def _file(name: str, type_: str, content: bytes) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    return {
        "sku": "TEE-1",
        "title": "Größe",
        "unitPrice": "1.00",
        "picture": {"name": name, "type": type_, "data": data},
    }


@pytest.mark.parametrize(
    ("name", "type_", "content", "answered"),
    [
        ("größe 😀.html", "text/html", PAGE, "application/octet-stream"),
        ("bild.png", "image/png", PICTURE, "image/png"),
        ("bild.svg", "image/svg+xml", PAGE, "application/octet-stream"),
    ],
)
async def test_a_file_is_saved_not_shown(
    world: World, name: str, type_: str, content: bytes, answered: str
) -> None:
    """[RS21] Whatever it is, it comes back byte by byte and runs nowhere."""
    room, _ = world.room(_with_file())
    async with world.client(room) as browser:
        created = await browser.post("api/Product", json=_file(name, type_, content))
        assert created.status_code == 201, created.text
        path = f"api/Product/{created.json()['id']}/files/picture"
        response = await browser.get(path)
        assert (response.status_code, response.content) == (200, content)
        assert response.headers["content-type"] == answered
        assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert response.headers["x-content-type-options"] == "nosniff"
        again = await browser.get(path, headers={"if-none-match": response.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        paths = (await browser.get("api/openapi.json")).json()["paths"]
        assert "get" in paths["/Product/{id}/files/picture"]


async def test_what_is_no_file_is_not_there(world: World) -> None:
    """[RS21] A field without a file, one of another type and one that is none answer alike."""
    room, _ = world.room(_with_file())
    async with world.client(room) as browser:
        values = {"sku": "TEE-1", "title": "é", "unitPrice": "1.00"}
        record = (await browser.post("api/Product", json=values)).json()["id"]
        for place in (f"{record}/files/picture", f"{record}/files/title", f"{record}/files/größe"):
            response = await browser.get(f"api/Product/{place}")
            assert (response.status_code, response.json()["code"]) == (404, "record_not_found")
