"""Calls of services, by example and for real."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.connectors.addresses import parse_addresses
from runtime.connectors.answer import Answer, Cause
from runtime.connectors.connectors import Call, Connectors
from runtime.connectors.errors import CallRefused
from runtime.connectors.request import build_request
from runtime.connectors.schemas import Schemas
from runtime.connectors.secrets import Secrets
from runtime.expressions.engine import Engine
from runtime.limits import CALL_RESPONSE_BYTES_MAX
from runtime.parts import Connector, Operation
from tests.runtime.workflows.service import Service

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
    "required": ["name"],
}


def operation(**props: Any) -> Operation:
    return Operation("o", "größe", {"method": "POST", "path": "/größen", **props})


def call(made: Operation, value: Any, **changes: Any) -> Call:
    connector = Connector("c", "lager", "http", "http://192.0.2.1", operations=(made,))
    plain = Call("größe", connector, made, value, {}, "schlüssel-1".replace("ü", "u"), 5.0)
    return replace(plain, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secrets = tmp_path / "gr%C3%B6%C3%9Fe"
    secrets.mkdir()
    (secrets / "token").write_text("s3cret-wert\n".replace("ä", "a"))
    return tmp_path


@pytest.fixture
def make(folder: Path, engine: Engine) -> Iterator[Any]:
    started: list[Connectors] = []

    def connectors(address: str = "") -> Connectors:
        addresses = {"lager": address} if address else {}
        started.append(Connectors(engine, addresses, Secrets(folder, {})))
        started[-1].start()
        return started[-1]

    yield connectors
    for item in started:
        item.stop()


# --- examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "status"), [("groß", 418), ("klein", 201)])
def test_the_example_that_fits(make: Any, name: str, status: int) -> None:
    """[CT1] the first example whose when holds answers, else the first success without one."""
    made = operation(
        examples=[
            {"status": 500, "output": "ö"},
            {"when": {"expr": "input.name == 'groß'"}, "status": 418, "output": {"a": "é"}},
            {"status": 201, "output": {"b": 1}},
        ]
    )
    answer = make().call(call(made, {"name": name}))
    assert answer.status == status
    assert answer.is_simulated
    assert answer.is_success == (status == 201)


def test_only_failures(make: Any) -> None:
    """[CT1] where no example is a success the first without a when answers."""
    made = operation(examples={"b": {"order": "a1", "status": 500}, "a": {"order": "a2"}})
    answer = make().call(call(made, {}))
    assert (answer.status, answer.cause) == (200, Cause.NONE)
    answer = make().call(call(operation(examples=[{"status": 500}, {"status": 409}]), {}))
    assert (answer.status, answer.cause) == (500, Cause.STATUS)


def test_no_example(make: Any) -> None:
    """[CT1] an operation that has no example to answer with says so."""
    with pytest.raises(CallRefused) as caught:
        make().call(call(operation(examples=[{"when": {"expr": "input.name == 'x'"}}]), {}))
    assert caught.value.code == "example_missing"


# --- addresses ----------------------------------------------------------------------------------


def test_only_the_operators_address(make: Any) -> None:
    """[CT2] the address is the operator's; the model's own is never called."""
    with Service((201, {"ok": "ä"}, {})) as service:
        answer = make(service.address + "/v1").call(call(operation(), {"name": "日本"}))
        assert answer == Answer(Cause.NONE, "", 201, {"ok": "ä"})
        [request] = service.requests
    assert (request["method"], request["path"]) == ("POST", "/v1/gr%C3%B6%C3%9Fen")
    assert request["body"] == {"name": "日本"}


def test_setting_of_addresses() -> None:
    """[CT2] the setting names connectors and addresses."""
    found = parse_addresses(" lager = http://127.0.0.1:9901/ ,post=https://post.example/v2,")
    assert found == {"lager": "http://127.0.0.1:9901", "post": "https://post.example/v2"}
    assert parse_addresses("") == {}


@pytest.mark.parametrize(
    "setting",
    [
        "lager",
        "=http://a",
        "lager=",
        "lager=ftp://a",
        "lager=file:///etc/passwd",
        "lager=http://",
        "lager=http://user:ä@a",
        "lager=http://a?b=c",
        "lager=http://a#b",
        "lager=http://a:x",
        "lager=http://[",
        "lager=http://a,lager=http://b",
    ],
)
def test_no_addresses(setting: str) -> None:
    """[CT2] anything that is no plain address is refused when the process starts."""
    with pytest.raises(CallRefused) as caught:
        parse_addresses(setting)
    assert caught.value.code == "connector_setting"


# --- what is sent -------------------------------------------------------------------------------


def test_input_is_checked(make: Any) -> None:
    """[CT3] an input that breaks the schema is refused with the places, and nothing is sent."""
    with Service(201) as service:
        connectors = make(service.address)
        with pytest.raises(CallRefused) as caught:
            connectors.check(call(operation(input=SCHEMA), {"count": 0}))
        assert service.requests == []
    assert caught.value.code == "input_invalid"
    assert {path for path, _ in caught.value.faults} == {"", "/count"}
    connectors.check(call(operation(input=SCHEMA), {"name": "é", "count": 1}))


def test_answer_is_checked(make: Any) -> None:
    """[CT4] a success whose answer breaks the schema is a failure; so is a wrong example."""
    made = operation(output=SCHEMA, examples=[{"output": {"count": "ä"}}])
    with Service((200, {"count": 1}, {}), (200, b"k\xc3\xa4se", {}), 204) as service:
        connectors = make(service.address)
        answers = [connectors.call(call(made, {})) for _ in range(3)]
        answers.append(make().call(call(made, {})))
    assert [answer.cause for answer in answers] == [Cause.ANSWER] * 4
    assert "/" in answers[0].message
    assert answers[1].output == "käse"


@pytest.mark.parametrize(
    ("method", "path", "value", "sent_path", "query", "body"),
    [
        ("POST", "/a/{id}", {"id": "ä/b", "n": 1}, "/a/%C3%A4%2Fb", (), b'{"n":1}'),
        ("PUT", "/a/{id}/{n}x", {"id": "1", "n": 2}, "/a/1/2x", (), b"{}"),
        (
            "GET",
            "/a",
            {"b": "é", "c": [1, True], "d": None},
            "/a",
            (("b", "é"), ("c", "1"), ("c", "true")),
            b"",
        ),
        ("DELETE", "/a/{id}", {"id": "%2e%2e"}, "/a/%252e%252e", (), b""),
        ("POST", "/a b", [1], "/a%20b", (), b"[1]"),
    ],
)
def test_requests(
    method: str, path: str, value: Any, sent_path: str, query: Any, body: bytes
) -> None:
    """[CT5] places in the path come from the input, the rest is query or body."""
    request = build_request(operation(method=method, path=path), value, {}, "k")
    assert (request.path, request.query, request.body) == (sent_path, query, body)


@pytest.mark.parametrize("value", [{}, {"id": ""}, {"id": None}, {"id": ".."}, {"id": "."}, [], 1])
def test_a_part_of_the_path_is_missing(value: Any) -> None:
    """[CT5] a place that nothing fills, or that would lead elsewhere, is refused."""
    with pytest.raises(CallRefused) as caught:
        build_request(operation(path="/a/{id}/b"), value, {}, "k")
    assert caught.value.code == "input_invalid"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer x"),
        ("host", "example.com"),
        ("Content-Length", "1"),
        ("Idempotency-Key", "other"),
        ("Transfer-Encoding", "chunked"),
        ("Cookie", "a=b"),
        ("X-Größe", "1"),
        ("X-Size", "1\r\nX-Other: 2"),
        ("X-Size", "ä"),
        ("X Size", "1"),
        ("", "1"),
    ],
)
def test_headers_that_may_not_be_set(name: str, value: str) -> None:
    """[CT6] what the client decides, what authenticates, and anything of two lines is refused."""
    with pytest.raises(CallRefused):
        build_request(operation(), {}, {name: value}, "k")


def test_headers_and_key(make: Any) -> None:
    """[CT6] other headers are sent, and the key as Idempotency-Key."""
    with Service(204) as service:
        made = call(operation(), {}, headers={"X-Size": "12", "Accept": "text/plain"}, key="k 1")
        assert make(service.address).call(made).is_success
        headers = service.requests[0]["headers"]
    assert (headers["x-size"], headers["accept"]) == ("12", "text/plain")
    assert headers["idempotency-key"] == "k 1"
    with pytest.raises(CallRefused):
        build_request(operation(), {}, {}, "schlüssel\n")


# --- bounds -------------------------------------------------------------------------------------


def test_a_call_is_bounded_as_a_whole(make: Any) -> None:
    """[CT7] a service that is slow, and one that sends a little all the time, end in time."""
    stop = threading.Event()

    def slow() -> int:
        stop.wait(5)
        return 200

    with Service(slow) as service:
        start = time.monotonic()
        answer = make(service.address).call(call(operation(), {}, timeout_s=0.2))
        assert time.monotonic() - start < 2
        stop.set()
    assert answer.cause is Cause.TIMEOUT
    assert "0.2 s" in answer.message


def test_a_trickle_is_bounded(make: Any) -> None:
    """[CT7] the time-out is not that of a single read."""
    import socket

    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def trickle() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            while not stop.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        start = time.monotonic()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        answer = make(address).call(call(operation(), {}, timeout_s=0.3))
        assert time.monotonic() - start < 2
    finally:
        stop.set()
        thread.join()
        listener.close()
    assert answer.cause is Cause.TIMEOUT


def test_an_answer_too_long(make: Any) -> None:
    """[CT4] an answer is read up to a bound."""
    with Service((200, b"x" * (CALL_RESPONSE_BYTES_MAX + 1), {})) as service:
        answer = make(service.address).call(call(operation(), {}))
    assert answer.cause is Cause.ANSWER
    with Service((200, b"x" * CALL_RESPONSE_BYTES_MAX, {})) as service:
        answer = make(service.address).call(call(operation(), {}))
    assert answer.is_success


def test_a_redirect_is_not_followed(make: Any) -> None:
    """[CT7] an address elsewhere is a failure."""
    with Service((302, {}, {"location": "/anderswo"})) as service:
        answer = make(service.address).call(call(operation(), {}))
        assert len(service.requests) == 1
    assert answer.cause is Cause.REDIRECT


def test_nobody_is_there(make: Any) -> None:
    """[CT2] a service that cannot be reached is a failure of the network."""
    with Service(200) as service:
        address = service.address
    assert make(address).call(call(operation(), {})).cause is Cause.NETWORK


@pytest.mark.parametrize(
    ("header", "asked_ms"), [("3", 3_000), ("0", 0), ("bald", None), ("-1", None), ("٣", None)]
)
def test_retry_after_is_read(make: Any, header: str, asked_ms: int | None) -> None:
    """[WF11] Retry-After is told in milliseconds; nonsense is left out."""
    headers = {"retry-after": header} if header.isascii() else {}
    with Service((503, {}, headers)) as service:
        answer = make(service.address).call(call(operation(), {}))
    assert answer.retry_after_ms == asked_ms


def test_retry_after_as_a_date(make: Any) -> None:
    """[WF11] Retry-After may be a date."""
    with Service((503, {}, {"retry-after": "Fri, 31 Dec 2100 23:59:59 GMT"})) as service:
        answer = make(service.address).call(call(operation(), {}))
    assert (answer.retry_after_ms or 0) > 10**9
    with Service((503, {}, {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"})) as service:
        assert make(service.address).call(call(operation(), {})).retry_after_ms == 0


# --- secrets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "header", "sent"),
    [
        ({"type": "bearer", "secret": "token"}, "authorization", "Bearer s3cret-wert"),
        ({"type": "apiKey", "secret": "token"}, "x-api-key", "s3cret-wert"),
        (
            {"type": "apiKey", "secret": "token", "header": "X-Auth"},
            "x-auth",
            "s3cret-wert",
        ),
        (
            {"type": "basic", "secret": "token", "user": "änna"},
            "authorization",
            "Basic w6RubmE6czNjcmV0LXdlcnQ=",
        ),
        ({"type": "none"}, "authorization", None),
    ],
)
def test_authentication(make: Any, auth: dict[str, str], header: str, sent: str | None) -> None:
    """[CT8] a secret is sent as the connector says, and cut out of the answer."""
    echo = (200, {"echo": f"you sent {sent}: s3cret-wert"}, {})
    with Service(echo) as service:
        made = call(operation(), {})
        made = replace(made, connector=replace(made.connector, auth=auth))
        answer = make(service.address).call(made)
        assert service.requests[0]["headers"].get(header) == sent
    if auth["type"] in ("bearer", "apiKey"):
        assert "s3cret" not in str(answer)


@pytest.mark.parametrize(
    "name", ["", "fehlt", "../gr%C3%B6%C3%9Fe/token", "/etc/passwd", ".", "a/b", "a\0b", "é"]
)
def test_secrets_that_are_not_there(make: Any, name: str) -> None:
    """[CT8] a name that is no secret's leads nowhere."""
    made = call(operation(), {})
    connector = replace(made.connector, auth={"type": "bearer", "secret": name})
    with pytest.raises(CallRefused) as caught:
        make("http://192.0.2.1:9").check(replace(made, connector=connector))
    assert caught.value.code == "secret_missing"


def test_a_stub_on_this_machine_needs_no_secret(make: Any) -> None:
    """[CT10] a missing secret keeps no call from a loopback address: it goes without one."""
    made = call(operation(), {})
    connector = replace(made.connector, auth={"type": "bearer", "secret": "fehlt-é"})
    with Service(200) as service:
        make(service.address).call(replace(made, connector=connector))
        assert "authorization" not in service.requests[0]["headers"]


def test_another_tenants_secrets(folder: Path) -> None:
    """[CT8] a tenant finds its own secrets; the environment is for local mode alone."""
    secrets = Secrets(folder, {"PREVIEW_SECRET_MAIL_TOKEN": "é", "OTHER": "x"})
    assert secrets.read("größe", "token") == "s3cret-wert"
    assert secrets.read("local", "mail-token") == "é"
    for tenant in ("andere", "", ".", "..", "../größe", "gr%C3%B6%C3%9Fe"):
        for name in ("token", "mail-token"):
            with pytest.raises(CallRefused):
                secrets.read(tenant, name)
    with pytest.raises(CallRefused):
        secrets.read("local", "other")


def test_a_secret_that_is_no_header(make: Any, folder: Path) -> None:
    """[CT8] a value that no header can carry is not quoted in the error."""
    (folder / "gr%C3%B6%C3%9Fe" / "zwei").write_text("a\nX-Other: b")
    made = call(operation(), {})
    connector = replace(made.connector, auth={"type": "bearer", "secret": "zwei"})
    with pytest.raises(CallRefused) as caught:
        make("http://127.0.0.1:9").check(replace(made, connector=connector))
    assert "X-Other" not in caught.value.message


# --- schemas ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "file:///etc/passwd"},
        {"$ref": "http://127.0.0.1:9/schema"},
        {"type": "größe"},
        {"pattern": "("},
        {"pattern": "(?=a)b"},
    ],
)
def test_schemas_that_are_none(schema: Any) -> None:
    """[CT9] a schema that leads outside itself, or is none, is refused."""
    with pytest.raises(CallRefused) as caught:
        Schemas().faults(schema, "ä")
    assert caught.value.code == "schema_invalid"


def test_patterns_do_not_backtrack() -> None:
    """[CT9] a pattern takes time in proportion to the text."""
    start = time.monotonic()
    assert Schemas().faults({"pattern": "^(a+)+$"}, "a" * 50_000 + "ä")
    assert time.monotonic() - start < 1
