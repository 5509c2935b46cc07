"""The pages: the player with its room, user and token in its head, and what is shown instead.

The player runs an untrusted design. Its policy sandboxes it into an opaque origin, which has no
cookies and no storage, and lets it fetch nothing but this server's assets and its own feed. An
opaque origin is nobody's self, so the policy names the server. A link may open a new tab, which is
another site's and therefore outside the sandbox; no tab can reach back into the page's origin,
since that is nobody's. SPEC: section PV. Called by ``preview``.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote

from runtime.errors import PreviewBusy, PreviewError
from runtime.identity import Identity

__all__ = ["PlayerPage", "content_policy", "error_page", "origin_of"]

_MARKER: Final = "<!--preview-head-->"
_HOST: Final = re.compile(
    r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?"
)
_SCHEMES: Final = frozenset({"http", "https"})
# A page that runs nothing and loads nothing.
_INERT_POLICY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
_ERROR_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;color-scheme:light dark;"
    "max-width:34rem;margin:20vh auto;padding:0 1rem}h1{font-size:1.25rem}"
)

_TITLES: Final = {404: "There is no such room", 403: "This preview is not for you"}


def origin_of(scheme: str, host: str) -> str:
    """Return the origin that the browser asked; empty if *host* is no host name.

    Both come from request headers, and what is put into a policy must not be able to add to it.
    """
    if scheme not in _SCHEMES or not _HOST.fullmatch(host):
        return ""
    return f"{scheme}://{host}"


def content_policy(origin: str, room: str) -> str:
    """Return the ``Content-Security-Policy`` of the player of *room* on *origin*."""
    return "; ".join(
        (
            "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox",
            "default-src 'none'",
            f"script-src {origin}/assets/",
            # Layout that a design computes is set on elements as style attributes.
            f"style-src {origin}/assets/ 'unsafe-inline'",
            # Images that a design names may come from anywhere, as in the designer.
            f"img-src {origin}/assets/ data: https:",
            f"font-src {origin}/assets/ data:",
            f"connect-src {origin}/preview/{quote(room, safe='')}/",
            # What a design frames is sandboxed as the page itself is.
            "frame-src https:",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {origin}",
        )
    )


class PlayerPage:
    """``preview.html`` of the web build in *web_dir*, read again when it has changed."""

    def __init__(self, web_dir: Path) -> None:
        self._path = web_dir / "preview.html"
        self._read_at: int | None = None
        self._text = ""

    def render(self, identity: Identity) -> str:
        """Return the page for *identity*; ``PreviewBusy`` (``preview_not_built``) if not built."""
        facts = {
            "room": identity.room,
            "token": identity.page_token or "",
            "role": identity.role,
            "user": identity.name,
            "user-id": identity.user,
        }
        head = "".join(
            f'<meta name="preview-{name}" content="{escape(value)}">'
            for name, value in facts.items()
        )
        return self._template().replace(_MARKER, head, 1)

    def _template(self) -> str:
        try:
            changed_at = self._path.stat().st_mtime_ns
            if changed_at != self._read_at:
                self._text = self._path.read_text(encoding="utf-8")
                self._read_at = changed_at
        except OSError:
            raise PreviewBusy(
                "the preview is not built: run `make build`", code="preview_not_built"
            ) from None
        return self._text


def error_page(error: PreviewError) -> tuple[str, str]:
    """Return an HTML page that says what is wrong, and its policy."""
    title = _TITLES.get(error.http_status, "The preview is not there")
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_ERROR_STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{escape(error.message)}</p></body></html>"
    )
    return page, _INERT_POLICY
