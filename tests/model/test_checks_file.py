"""Checks files: what is read, and how everything that is wrong is told."""

from __future__ import annotations

import json
import socket
from typing import Any

import jsonschema
import pytest

from collab.limits import CHECKS_FILE_BYTES_MAX
from collab.model.checks_file import InvalidChecks, checks_schema, read_checks

_GOOD: dict[str, Any] = {
    "$schema": "checks.schema.json",
    "version": 1,
    "description": "für Aufgaben",
    "nodes": {
        "at": "/knöten",
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": "#/$defs/node",
            "$defs": {"node": {"type": "object", "properties": {"n": {"pattern": "^[à-ÿ]+$"}}}},
        },
        "parent": "/place/0",
        "parentMustExist": False,
    },
    "schema": {"/ti~1tel": {"type": "string"}, "/~0": True},
    "unique": [{"at": "", "field": "/é"}],
    "permissions": [{"path": "/a~1b/*", "write": []}],
}


def _faults(content: Any, collection: str = "aufgaben") -> list[tuple[str, str]]:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(InvalidChecks) as caught:
        read_checks(text, collection)
    assert caught.value.errors[0].reason in caught.value.message
    return [(error.pointer, error.code) for error in caught.value.errors]


def test_good_file() -> None:
    """[CC1] a file that has the form is read, with pointers unescaped."""
    checks = read_checks(json.dumps(_GOOD).encode(), "aufgaben")
    assert checks.nodes is not None and checks.schema is not None
    assert checks.nodes.at == ("knöten",) and checks.nodes.parent == ("place", "0")
    assert checks.schema.keys() == {"ti/tel", "~"}
    assert checks.unique[0].at == () and checks.unique[0].field == ("é",)
    assert checks.permissions[0].path == ("a/b", "*")
    assert checks.permissions[0].roles == frozenset()


def test_the_form_is_a_schema() -> None:
    """[CC1] the form of the files is described by a JSON Schema of the draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(checks_schema())
    assert jsonschema.Draft202012Validator(checks_schema()).is_valid(_GOOD)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"version": 2}, "/version", "checks_form"),
        ({"nödes": 1}, "", "checks_form"),
        ({"nodes": {}}, "/nodes", "checks_form"),
        ({"nodes": {"at": "knöten"}}, "/nodes/at", "checks_form"),
        ({"nodes": {"at": "/a", "parentMustExist": True}}, "/nodes", "checks_form"),
        ({"nodes": {"at": "/a", "schema": 7}}, "/nodes/schema", "checks_form"),
        (
            {"nodes": {"at": "/a", "schema": {"type": "texte"}}},
            "/nodes/schema/type",
            "checks_schema",
        ),
        ({"nodes": {"at": "", "schema": {}}}, "/schema/~1ti~01tel", "checks_schema"),
        ({"schema": {"/knöten": {}}}, "/schema/~1knöten", "checks_schema"),
        ({"schema": {"/a/b": {}}}, "/schema", "checks_form"),
        ({"schema": {"/é": {"pattern": "(?=a)"}}}, "/schema/~1é/pattern", "checks_schema"),
        ({"schema": {"/é": {"pattern": "(a"}}}, "/schema/~1é/pattern", "checks_schema"),
        (
            {"schema": {"/é": {"items": {"$ref": "http://example.org/é"}}}},
            "/schema/~1é/items/$ref",
            "checks_schema",
        ),
        (
            {"schema": {"/é": {"anyOf": [{"$ref": "file:///etc/passwd"}]}}},
            "/schema/~1é/anyOf/0/$ref",
            "checks_schema",
        ),
        ({"schema": {"/é": {"$ref": "#/$defs/nirgends"}}}, "/schema/~1é", "checks_schema"),
        (
            {"schema": {"/é": {"$schema": "http://json-schema.org/draft-07/schema#"}}},
            "/schema/~1é/$schema",
            "checks_schema",
        ),
        ({"unique": [{"at": "/a"}]}, "/unique/0", "checks_form"),
        ({"permissions": [{"path": "", "write": []}]}, "/permissions/0/path", "checks_form"),
        (
            {"permissions": [{"path": "/a", "write": ["viewer"]}]},
            "/permissions/0/write/0",
            "checks_form",
        ),
        ({"permissions": [{"path": "/a~2", "write": []}]}, "/permissions/0/path", "checks_form"),
    ],
)
def test_faults(change: dict[str, Any], pointer: str, code: str) -> None:
    """[CC1] what is wrong with a file is told with its JSON pointer."""
    assert (pointer, code) in _faults({**_GOOD, **change})


def test_every_fault_at_once() -> None:
    """[CC1] all that is wrong is told at once, with lines."""
    text = '{\n"version": 1,\n"schema": {\n"/é": {"type": 1},\n"/ü": {"pattern": "("}}}'
    with pytest.raises(InvalidChecks) as caught:
        read_checks(text.encode(), "x")
    assert [(error.pointer, error.line) for error in caught.value.errors] == [
        ("/schema/~1é/type", 4),
        ("/schema/~1ü/pattern", 5),
    ]
    assert (
        "at /schema/~1é/type: " in caught.value.message and "(and 1 more)" in caught.value.message
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"version": 1,}', "syntax"),
        (b'{"version": 1, "version": 1}', "duplicate_key"),
        (b"\xff", "syntax"),
        (b" " * (CHECKS_FILE_BYTES_MAX + 1), "limit_checks_bytes"),
    ],
)
def test_no_json(text: bytes, code: str) -> None:
    """[CC1] a file that is no JSON, has a key twice or is too large is refused."""
    assert _faults(text)[0][1] == code


def test_application_rooms() -> None:
    """[CC13] for application rooms permissions alone can be declared."""
    assert _faults(_GOOD, "rooms") == [
        ("/nodes", "checks_application"),
        ("/schema", "checks_application"),
        ("/unique", "checks_application"),
    ]
    good = {"version": 1, "permissions": [{"path": "/application/title", "write": ["owner"]}]}
    assert len(read_checks(json.dumps(good).encode(), "rooms").permissions) == 1


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """[CC4] a reference to somewhere else is refused without a connection to anywhere."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/é"
        for schema in ({"$ref": url}, {"$schema": url}, {"default": {"$ref": url}, "$id": url}):
            try:
                read_checks(json.dumps({"version": 1, "schema": {"/a": schema}}).encode(), "x")
            except InvalidChecks as error:
                assert error.errors
            with pytest.raises(BlockingIOError):
                listener.accept()
