"""The hierarchy of errors, and what the doors make of it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from collab import errors
from collab.errors import DesignRoomsError, OperatingError, PeerError
from collab.protocol.adapter import close_code_of_denial, is_final
from tests.api.inside import InsideServer


def _classes(root: type[DesignRoomsError] = DesignRoomsError) -> Iterator[type[DesignRoomsError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _classes(child)


@pytest.mark.parametrize("kind", list(_classes()), ids=lambda kind: kind.__name__)
def test_each_kind_has_its_codes(kind: type[DesignRoomsError]) -> None:
    """[ER1] status and close code fit the kind, and are ones that clients understand."""
    assert kind.__name__ in errors.__all__
    assert kind.default_code == kind.default_code.lower()
    status = HTTPStatus(kind.http_status).value // 100
    if issubclass(kind, PeerError):
        assert status == 4
    else:
        assert status == 5
    if issubclass(kind, OperatingError):
        # A client comes back after it, whatever the door.
        assert not is_final(kind.close_code)
        assert close_code_of_denial(kind("größe")) == kind.close_code


def test_texts_and_codes() -> None:
    """[ER1] a code may be named more exactly, and the text is for people."""
    error = errors.LimitExceeded("größe", code="limit_title")
    assert (error.code, error.message, str(error)) == ("limit_title", "größe", "größe")
    assert errors.LimitExceeded("größe").code == "limit_exceeded"
    fault = errors.ModelError("/ä", 3, "wrong_type", "größe")
    assert errors.InvalidModel((fault, fault)).message == "the model has 2 errors"
    assert errors.InvalidModel((fault,)).message == "the model has 1 error"


def test_bugs_are_answered_in_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """[ER2] a bug is a problem with status 500, and tells nothing of itself."""
    with InsideServer() as server:

        async def failing(*_: object, **__: object) -> None:
            raise ValueError("secret größe")

        monkeypatch.setattr(server.host.store, "rooms", failing)
        response = server.request("GET", "/api/rooms")
        problem = response.json()
        assert (response.status_code, problem["code"]) == (500, "internal")
        assert response.headers["content-type"] == "application/problem+json"
        assert "secret" not in response.text
        monkeypatch.undo()
        assert server.request("GET", "/api/rooms").json()["rooms"] == []
