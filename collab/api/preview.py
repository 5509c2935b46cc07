"""The preview as the server sees it: a process to keep running and a proxy that leads to it.

SPEC: section PX. Called by ``main``.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from starlette.routing import BaseRoute

from collab.api.preview_gate import PreviewGate
from collab.api.proxy import PreviewProxy, preview_routes
from collab.api.runtime_process import RuntimeProcess
from collab.auth.access import Access
from collab.auth.authenticator import TokenAuthenticator
from collab.auth.keys import Keys
from collab.auth.local import LocalAuthenticator
from collab.auth.page_tokens import PageTokens
from collab.ports import Clock
from collab.settings import Settings

__all__ = ["Preview"]


class Preview:
    """An async context manager around the preview process; ``routes`` lead to it.

    Of *keys* the process gets the two that it shares with this server, and never the one that signs
    the pages' tokens; all are derived from what is kept, so that a page outlives a restart.
    """

    def __init__(
        self,
        settings: Settings,
        keys: Keys,
        authenticator: LocalAuthenticator | TokenAuthenticator,
        access: Access,
        clock: Clock,
    ) -> None:
        self._process = RuntimeProcess(
            settings.url,
            settings.web_dir,
            settings.data_dir,
            identity_key=keys.identity,
            service_key=keys.service,
        )
        pages = PageTokens(keys.pages, clock)
        gate = PreviewGate(authenticator, access, pages, keys.identity)
        self._proxy = PreviewProxy(self._process.socket_path, gate, access)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The routes below ``/preview/``."""
        return preview_routes(self._proxy)

    async def __aenter__(self) -> Preview:
        await self._process.start()
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._process.stop()
        self._proxy.close()
