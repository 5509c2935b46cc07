"""The HTTP API of a real process: every route, every error in one form, and the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from starlette.routing import Route

from collab.api.app import build_app
from collab.api.openapi import describe
from collab.auth.local import LocalAuthenticator
from collab.host.host import Host
from collab.model.registry import builtin
from collab.stores.memory import MemoryStore
from collab.system import SystemClock
from tests.api.native import Native
from tests.api.server import ROOT, Server

_SAMPLES = ("order-management.json", "seed-order-management-v2.json")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("http")) as server:
        server.import_sample("order-management.json", "orders")
        yield server


def _sample(name: str) -> bytes:
    return (ROOT / "samples" / name).read_bytes()


def _schema_of(path: str, method: str, status: str = "200") -> dict[str, Any]:
    description = describe()
    response = description["paths"][path][method]["responses"][status]
    schema = response["content"]["application/json"]["schema"]
    return {**schema, "components": description["components"]}


# --- the description --------------------------------------------------------------------------


def test_description_covers_the_routes() -> None:
    """[AP7] the OpenAPI document names exactly the routes and methods that there are."""
    host = Host(MemoryStore(), SystemClock(), builtin())
    app = build_app(host, LocalAuthenticator(b"k" * 32), Path("absent"))
    routes = {
        (route.path.replace(":path", ""), method.lower())
        for route in app.routes
        if isinstance(route, Route)
        and route.path not in {"/", "/rooms/{room}", "/gallery", "/login", "/logout"}
        for method in (route.methods or ())
        if method != "HEAD"
    }
    described = {
        (path, method)
        for path, item in describe()["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert described == routes


def test_description_is_sound(server: Server) -> None:
    """[AP7] it is served, its references lead somewhere, its schemas are schemas."""
    description = server.request("GET", "/api/openapi.json").json()
    assert description == json.loads(json.dumps(describe()))
    assert description["openapi"].startswith("3.1.")
    for schema in description["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    references = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            references.extend([value["$ref"]] if "$ref" in value else [])
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(description)
    for reference in references:
        found = description
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for path, item in description["paths"].items():
        names = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        given = {item["name"] for item in item.get("parameters", ()) if item["in"] == "path"}
        assert names == given, path
        for method, operation in item.items():
            if method != "parameters":
                assert operation["summary"]
                assert "default" in operation["responses"]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/api/session", "/api/session"),
        ("/api/rooms", "/api/rooms"),
        ("/api/rooms/{room}", "/api/rooms/orders"),
        ("/api/rooms/{room}/problems", "/api/rooms/orders/problems"),
        ("/api/rooms/{room}/revisions", "/api/rooms/orders/revisions"),
    ],
)
def test_answers_are_as_described(server: Server, path: str, target: str) -> None:
    """[AP8] what a route answers is what its schema says."""
    response = server.request("GET", target)
    assert response.status_code == 200
    jsonschema.Draft202012Validator(_schema_of(path, "get")).validate(response.json())


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/absent", None, 404, "not_found"),
        ("DELETE", "/api/rooms", None, 405, "method_not_allowed"),
        ("GET", "/api/rooms/absent", None, 404, "not_found"),
        ("GET", "/api/rooms/absent/model", None, 404, "not_found"),
        ("GET", "/api/rooms/absent/definitions", None, 404, "not_found"),
        ("GET", "/api/rooms/absent/revisions", None, 404, "not_found"),
        ("GET", "/api/free/absent/größe/revisions", None, 404, "not_found"),
        ("GET", "/api/free/absent/%FF/revisions", None, 400, "room_name"),
        ("GET", "/api/rooms/a%20b", None, 400, "room_name"),
        ("GET", "/api/rooms/orders/export?format=xml", None, 400, "bad_parameter"),
        ("GET", "/api/rooms/orders/revisions?after=-1", None, 400, "bad_parameter"),
        ("GET", "/api/rooms/orders/revisions?limit=1001", None, 400, "bad_parameter"),
        ("GET", f"/api/rooms/orders/revisions?after={'9' * 5000}", None, 400, "bad_parameter"),
        ("POST", "/api/rooms", b"{", 400, "bad_json"),
        ("POST", "/api/rooms", b"[]", 400, "bad_json"),
        ("POST", "/api/rooms", b"\xff", 400, "bad_json"),
        ("POST", "/api/rooms", b"[" * 100_000, 400, "bad_json"),
        ("POST", "/api/rooms", b"{}", 422, "room_name"),
        ("POST", "/api/rooms", b'{"name": "a b"}', 400, "room_name"),
        ("POST", "/api/rooms", b'{"name": "orders"}', 409, "already_exists"),
        ("POST", "/api/rooms", b'{"name": "x", "title": 1}', 422, "room_title"),
        ("PUT", "/api/session", b'{"name": null}', 422, "user_name"),
        ("POST", "/api/rooms/absent/import", b'{"application": {"id": "a"}}', 404, "not_found"),
        ("POST", "/api/rooms/absent/revert", b'{"revision": 1}', 404, "not_found"),
        ("POST", "/api/free/absent/größe/undo", b'{"source": "x"}', 404, "not_found"),
        ("POST", "/api/rooms/orders/revert", b'{"revision": 99}', 404, "revert_unknown"),
        ("POST", "/api/rooms/orders/revert", b'{"revision": 0}', 422, "revert_revision"),
        ("POST", "/api/rooms/orders/revert", b'{"revision": true}', 422, "revert_revision"),
        ("POST", "/api/rooms/orders/revert", b'{"revision": 1e400}', 400, "bad_json"),
        ("POST", "/api/rooms/orders/revert", b"{}", 422, "revert_revision"),
        ("POST", "/api/rooms/orders/undo", b"{}", 422, "undo_source"),
        ("POST", "/api/rooms/orders/redo", b'{"source": 1}', 422, "undo_source"),
        ("POST", "/api/rooms/orders/redo", b'{"source": "absent"}', 409, "undo_nothing"),
        ("GET", "/api/rooms/orders/undo", None, 405, "method_not_allowed"),
    ],
)
def test_errors(
    server: Server, method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    """[AP9] every error is problem+json with a stable code and a text."""
    response = server.request(method, path, content=body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    jsonschema.Draft202012Validator(
        {"$ref": "#/components/schemas/Error", "components": describe()["components"]}
    ).validate(problem)
    assert problem["status"] == status
    if status == 405:
        assert response.headers["allow"]


def test_long_titles_and_bodies(server: Server) -> None:
    """[AP9] what is too long is refused by name, and the next request is answered."""
    title = {"name": "long", "title": "😀" * 61}
    response = server.request("POST", "/api/rooms", json=title)
    assert (response.status_code, response.json()["code"]) == (413, "limit_title")
    response = server.request("POST", "/api/rooms/orders/import", content=b" " * (17 << 20))
    assert (response.status_code, response.json()["code"]) == (413, "limit_body")
    assert server.request("GET", "/api/rooms/orders").status_code == 200


# --- models -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", _SAMPLES)
def test_export_is_what_was_imported(server: Server, sample: str) -> None:
    """[AP10] an export imports without a change, as JSON and as YAML, and twice is the same."""
    room = f"round-{sample.removesuffix('.json')}"
    server.import_sample(sample, room)
    exports = {}
    for kind in ("json", "yaml"):
        response = server.request("GET", f"/api/rooms/{room}/export?format={kind}")
        assert response.headers["content-type"].startswith(f"application/{kind}")
        assert f'filename="{room}.{kind}"' in response.headers["content-disposition"]
        exports[kind] = response.text
        path = f"/api/rooms/{room}/import"
        headers = {"content-type": f"application/{kind}"}
        result = server.request("POST", path, content=response.content, headers=headers).json()
        assert (result["changed"], result["revision"]) == (False, 1)
    assert json.loads(exports["json"]) == yaml.safe_load(exports["yaml"])
    again = server.request("POST", f"/api/rooms/{room}/import", content=_sample(sample)).json()
    assert not again["changed"]


def test_imports_at_once(server: Server) -> None:
    """[AP17] the same import many times at once is one revision; edits meanwhile are kept."""
    content = _sample("order-management.json")
    path = "/api/rooms/at-once/import?create=true"
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: server.request("POST", path, content=content), range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert sum(answer.json()["changed"] for answer in answers) == 1
    assert server.request("GET", "/api/rooms/at-once").json()["revision"] == 1


def test_invalid_models_change_nothing(server: Server) -> None:
    """[AP11] a model file that is wrong is refused with all its errors, and nothing is imported."""
    model = json.loads(_sample("order-management.json"))
    first, second, *_ = model["application"]["dataModels"]
    second["größe"] = 1
    first["fields"] = "none"
    before = server.model("orders")
    text = json.dumps(model, indent=1, ensure_ascii=False).encode()
    response = server.request("POST", "/api/rooms/orders/import", content=text)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "model_invalid")
    assert {error["code"] for error in problem["errors"]} == {"wrong_type", "unknown_key"}
    assert all(error["line"] > 0 and error["pointer"] for error in problem["errors"])
    assert server.model("orders") == before
    missing = server.request("POST", "/api/rooms/never/import?create=true", content=text)
    assert missing.status_code == 422
    assert server.request("GET", "/api/rooms/never").status_code == 404


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "json"),
        (b"\xff\xfe", "json"),
        (b"[" * 200_000, "json"),
        (b"a: [", "yaml"),
        (b"a: &a [x]\n" + b"b: [" + b"*a, " * 9 + b"*a]\n", "yaml"),
        (
            b"a: &a [x, x, x, x, x, x, x, x, x]\n"
            + b"".join(
                b"%c: &%c [%s]\n" % (n + 1, n + 1, b", ".join([b"*%c" % n] * 9))
                for n in range(ord("a"), ord("a") + 12)
            ),
            "yaml",
        ),
        (b"!!python/object/apply:os.system ['true']", "yaml"),
    ],
)
def test_files_that_are_no_model(server: Server, body: bytes, kind: str) -> None:
    """[AP11] bytes that are no model, and those that would unfold without end, are refused."""
    response = server.request(
        "POST",
        "/api/rooms/orders/import",
        content=body,
        headers={"content-type": f"application/{kind}"},
    )
    assert (response.status_code, response.json()["code"]) == (422, "model_invalid")


def test_unknown_component_types_are_problems(server: Server) -> None:
    """[AP12] a component of an unknown type is imported, shown as a problem, and exported."""
    model = json.loads(_sample("order-management.json"))
    page = model["application"]["pages"][0]
    page["children"] = [{"id": "unknown-ä", "component": "Größe@9", "props": {"a": {"b": [1]}}}]
    response = server.request("POST", "/api/rooms/unknown/import?create=true", json=model)
    assert response.status_code == 200, response.text
    problems = [item for item in response.json()["problems"] if item["node"] == "unknown-ä"]
    assert problems
    stored = server.request("GET", "/api/rooms/unknown/problems").json()["problems"]
    assert [item for item in stored if item["node"] == "unknown-ä"] == problems
    exported = server.request("GET", "/api/rooms/unknown/export").json()
    assert exported["application"]["pages"][0]["children"] == page["children"]


def test_create_with_a_model(server: Server) -> None:
    """[AP13] a room is created empty or with a model, whole or not at all."""
    model = json.loads(_sample("seed-order-management-v2.json"))
    body = {"name": "made", "title": "Größe 😀", "model": model}
    response = server.request("POST", "/api/rooms", json=body)
    assert response.status_code == 201
    room = response.json()
    assert (room["title"], room["revision"], room["sessions"]) == ("Größe 😀", 1, 0)
    listed = server.request("GET", "/api/rooms").json()["rooms"]
    assert [item for item in listed if item["name"] == "made"] == [room]
    bad = server.request("POST", "/api/rooms", json={"name": "bad", "model": {"nothing": 1}})
    assert bad.status_code == 422
    assert server.request("GET", "/api/rooms/bad").status_code == 404


def test_definitions_are_cached(server: Server) -> None:
    """[AP14] definitions carry an ETag, and are not sent again to who has them."""
    path = "/api/rooms/orders/definitions"
    first = server.request("GET", path)
    assert first.json()
    etag = {"if-none-match": first.headers["etag"]}
    second = server.request("GET", path, headers=etag)
    assert (second.status_code, second.content) == (304, b"")
    assert server.request("GET", path, headers={"if-none-match": '"é"'.encode()}).status_code == 200


def test_history_pages(server: Server) -> None:
    """[AP15] pages of the history are whole, in order, and bounded in bytes as in number."""
    with Native(server, "pages/größe", source="sdk") as author:
        author.answer(author.submit({}, 0, kind="create"))
        for number in range(1, 31):
            op = [{"p": ["big"], "oi": f"{number} " + "größe 😀" * 35_000}]
            author.answer(author.submit(op, number))
    found: list[dict[str, Any]] = []
    pages = 0
    while len(found) < 31:
        path = f"/api/free/pages/gr%C3%B6%C3%9Fe/revisions?limit=1000&after={len(found)}"
        page = server.request("GET", path)
        assert len(page.content) < 12 << 20
        found += page.json()["revisions"]
        pages += 1
    assert pages > 1
    assert [item["revision"] for item in found] == list(range(1, 32))
    assert {item["source"] for item in found} == {"sdk"}
    assert [item["seq"] for item in found] == list(range(1, 32))
    assert server.request("GET", f"{path.partition('?')[0]}?limit=0").json()["revisions"] == []


def test_server_pages(server: Server) -> None:
    """[AP16] health, readiness and metrics answer."""
    assert server.request("GET", "/healthz").json() == {"status": "ok"}
    assert server.request("GET", "/readyz").json() == {"status": "ready"}
    metrics = server.request("GET", "/metrics").text
    for name in ("rooms_open", "sessions", "revisions_pending", "buffered_bytes"):
        assert f"design_rooms_{name} " in metrics
