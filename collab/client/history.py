"""History: revisions that are no longer in memory here, read page by page over HTTP.

SPEC: section CL. Called by ``link`` (to close a gap after a reconnect) and ``room`` (for those who
follow from far back).
"""

from __future__ import annotations

from typing import Final

import httpx

from collab.client.errors import HistoryGone
from collab.client.frames import revision_from_api
from collab.errors import ProtocolError
from collab.ids import Epoch, RevisionNo
from collab.revision import Revision

__all__ = ["PAGE_REVISIONS", "History"]

PAGE_REVISIONS: Final = 500
_TIMEOUT_S: Final = 30.0


class History:
    """The log behind one room. ``close`` at the end."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._url = url
        self._client = httpx.AsyncClient(headers=headers, timeout=_TIMEOUT_S, trust_env=False)

    async def read(
        self,
        after: RevisionNo,
        epoch: Epoch,
        *,
        limit: int = PAGE_REVISIONS,
        needs_sources: bool = False,
    ) -> list[Revision]:
        """Return at most *limit* revisions of *epoch* that follow *after*, without a gap.

        The list is empty at the head. With *needs_sources* the items must say who submitted them,
        or a client could not tell its own. Raises ``HistoryGone`` if the server has no such
        history, and ``httpx.TransportError`` if it is not reached: try again.
        """
        parameters = {"after": after, "limit": min(limit, PAGE_REVISIONS)}
        response = await self._client.get(self._url, params=parameters)
        if response.status_code >= 500:
            raise httpx.RemoteProtocolError(f"the server answered {response.status_code}")
        if response.status_code != 200:
            raise HistoryGone(f"the server answered {response.status_code}", after + 1)
        try:
            items = response.json()["revisions"]
            if needs_sources and any("source" not in item for item in items):
                raise HistoryGone("the history does not name its sources", after + 1)
            revisions = [revision_from_api(item, epoch) for item in items]
        except (ValueError, KeyError, TypeError, ProtocolError) as error:
            raise HistoryGone(f"the history cannot be read: {error}", after + 1) from error
        if any(item.number != after + place for place, item in enumerate(revisions, 1)):
            raise HistoryGone("the history before this revision was replaced", after + 1)
        return revisions

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
