"""The preview as the server sees it: a process to keep running and a proxy that leads to it.

SPEC: section PX. Called by ``main``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from types import TracebackType

from starlette.routing import BaseRoute

from collab.api.proxy import PreviewProxy, preview_routes
from collab.api.runtime_process import RuntimeProcess
from collab.settings import Settings

__all__ = ["Preview"]


class Preview:
    """An async context manager around the preview process; ``routes`` lead to it.

    *key* is the installation's; what signs the pages' tokens is derived from it, so that a page
    outlives a restart of the server, and the preview process never learns the key itself.
    """

    def __init__(self, settings: Settings, key: bytes) -> None:
        self._process = RuntimeProcess(
            settings.url,
            settings.web_dir,
            hashlib.sha256(b"preview tokens" + key).digest(),
            # A name, not a secret: in local mode any token is taken, and this one says who follows.
            service_token="preview",  # noqa: S106
        )
        self._proxy = PreviewProxy(self._process.socket_path)

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
        await self._proxy.close()
