"""Real calls over HTTP. SPEC: section CT. Called by ``connectors``.

One loop in one thread carries out the calls of all runs: a time-out there bounds a whole call,
while a blocking client bounds each read, so that a service that sends a byte now and then would
hold a run for ever.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from runtime.connectors.answer import Answer, Cause
from runtime.connectors.request import Request
from runtime.limits import CALL_RESPONSE_BYTES_MAX, RUNS_AT_ONCE_MAX

__all__ = ["HttpCaller"]


class HttpCaller:
    """Calls services; ``start`` before use, ``stop`` at the end. Thread-safe."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: httpx.AsyncClient | None = None

    def start(self) -> None:
        """Start the thread of the calls."""
        loop = self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=loop.run_forever, name="connector calls", daemon=True
        )
        self._thread.start()
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            # Proxies and credentials of the server's environment are not the model's to use.
            trust_env=False,
            # The whole call is bounded, see above, and not each of its parts.
            timeout=None,  # noqa: S113
            limits=httpx.Limits(max_connections=RUNS_AT_ONCE_MAX, max_keepalive_connections=16),
            headers={"user-agent": "design-rooms-preview"},
        )

    def stop(self) -> None:
        """Give up what is being called and end the thread."""
        loop, thread, client = self._loop, self._thread, self._client
        if loop is None or thread is None or client is None:
            return
        self._loop = self._thread = self._client = None
        asyncio.run_coroutine_threadsafe(_close(client), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def call(
        self, address: str, request: Request, secrets: Mapping[str, str], timeout_s: float
    ) -> Answer:
        """Send *request* to *address* and return what became of it within *timeout_s* seconds.

        *secrets* are headers that authenticate; what they hold is cut out of the answer.
        """
        loop, client = self._loop, self._client
        if loop is None or client is None:
            return Answer(Cause.NETWORK, "the preview is stopping")
        coroutine = _call(client, address, request, secrets, timeout_s)
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result()
        except asyncio.CancelledError:
            return Answer(Cause.NETWORK, "the preview is stopping")


async def _close(client: httpx.AsyncClient) -> None:
    current = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not current]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await client.aclose()


async def _call(
    client: httpx.AsyncClient,
    address: str,
    request: Request,
    secrets: Mapping[str, str],
    timeout_s: float,
) -> Answer:
    try:
        async with (
            asyncio.timeout(timeout_s),
            client.stream(
                request.method,
                address + request.path,
                params=request.query or None,
                headers={**request.headers, **secrets},
                content=request.body or None,
            ) as response,
        ):
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > CALL_RESPONSE_BYTES_MAX:
                    return Answer(
                        Cause.ANSWER,
                        f"the answer has more than {CALL_RESPONSE_BYTES_MAX} bytes",
                        response.status_code,
                    )
            return _answer(response, bytes(content), secrets)
    except TimeoutError:
        return Answer(Cause.TIMEOUT, f"no answer within {timeout_s:g} s")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        # The text of some errors quotes the request: only the kind is told.
        return Answer(Cause.NETWORK, f"the service cannot be reached ({type(error).__name__})")


def _answer(response: httpx.Response, content: bytes, secrets: Mapping[str, str]) -> Answer:
    status = response.status_code
    output = _output(content, secrets)
    if 200 <= status < 300:
        return Answer(Cause.NONE, "", status, output)
    if 300 <= status < 400:
        return Answer(Cause.REDIRECT, f"{status}: an address elsewhere is not followed", status)
    retry_after = _retry_after_ms(response.headers.get("retry-after", ""), datetime.now(UTC))
    return Answer(Cause.STATUS, f"the service answered {status}", status, output, retry_after)


def _output(content: bytes, secrets: Mapping[str, str]) -> Any:
    if not content:
        return None
    told = content.decode(errors="replace")
    for value in secrets.values():
        # "Bearer abc" is the header, "abc" the secret: some services echo the one or the other.
        for part in {value, value.rpartition(" ")[2]}:
            if part:
                told = told.replace(part, "•••")
    try:
        return orjson.loads(told)
    except orjson.JSONDecodeError:
        return told


def _retry_after_ms(header: str, now: datetime) -> int | None:
    """Return the milliseconds of a Retry-After header. Source: RFC 9110, 10.2.3."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(int(header[:9]), 10**8) * 1_000
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(int((moment - now).total_seconds() * 1_000), 0)
