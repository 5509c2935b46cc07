"""A server in the test's own process where people sign in: a client for each person."""

from __future__ import annotations

import time
from typing import Any

import httpx

from collab.host.bounds import Bounds
from collab.messages import Role
from collab.ports import Store
from tests.api.inside import InsideServer

__all__ = ["Accounts", "Person"]


class Accounts(InsideServer):
    """Its people; with *is_local* a server in local mode, whose only client is ``client``."""

    def __init__(
        self, store: Store | None = None, bounds: Bounds | None = None, *, is_local: bool = False
    ) -> None:
        secret = None if is_local else "sehr geheim é".encode() * 3
        super().__init__(store, bounds, secret=secret)
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def token(self, user: str, *roles: str, tenant: str = "zuerich") -> str:
        return self.tokens.issue(
            user=user,
            name=f"{user} é",
            tenant=tenant,
            roles=[Role(role) for role in roles],
            expires_ms=int(time.time() * 1000) + 600_000,
        )

    def as_(self, user: str, *roles: str, tenant: str = "zuerich") -> Person:
        return Person(self.client, self.token(user, *roles, tenant=tenant))

    def bearer(self, token: str) -> Person:
        return Person(self.client, token)

    def __enter__(self) -> Accounts:
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.client.close()
        super().__exit__(*error)


class Person:
    """Somebody with a token."""

    def __init__(self, client: httpx.Client, token: str) -> None:
        self._client = client
        self.token = token

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        headers = {"authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        # Not the cookie that an answer to somebody else has left in the client.
        self._client.cookies.clear()
        return self._client.request(method, path, headers=headers, **options)

    def code(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Return status and error code of a request that fails."""
        response = self(method, path, **options)
        return response.status_code, response.json()["code"]

    def create(self, name: str, **body: Any) -> Any:
        response = self("POST", "/api/rooms", json={"name": name, **body})
        assert response.status_code == 201, response.text
        return response.json()

    def names(self, query: str = "") -> list[str]:
        return [room["name"] for room in self("GET", f"/api/rooms{query}").json()["rooms"]]
