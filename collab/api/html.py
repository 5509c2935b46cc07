"""Small pages without any script: the sign-in form, and what a browser is told instead of a page.

SPEC: section TK. Called by ``login`` and ``proxy``.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

__all__ = ["form_page", "notice_page", "waiting_page"]

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;color-scheme:light dark;max-width:30rem;"
    "margin:18vh auto;padding:0 1rem}h1{font-size:1.35rem}label{display:block;font-weight:600}"
    "textarea{box-sizing:border-box;width:100%;font:13px/1.4 ui-monospace,monospace;"
    "margin:.35rem 0 .75rem}button{font:inherit;padding:.4rem 1rem}"
    ".alert{border-left:4px solid #be123c;padding:.25rem .75rem}"
)
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def notice_page(title: str, text: str, status: int) -> HTMLResponse:
    """Return a page that says what is the matter and offers nothing to do here."""
    return _page(title, f"<p>{escape(text)}</p>", status)


def waiting_page(title: str, text: str, again_s: int) -> HTMLResponse:
    """Return a page with status 502 that asks for itself again after *again_s* seconds."""
    response = _page(title, f'<p role="status">{escape(text)}</p>', 502)
    response.headers["refresh"] = response.headers["retry-after"] = str(again_s)
    return response


def form_page(
    title: str,
    text: str,
    *,
    action: str,
    button: str,
    hidden: Mapping[str, str],
    field: str | None = None,
    alert: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Return a page with one form that is posted to *action*.

    *hidden* goes with it; *field* labels a field for a token, if there is to be one; *alert* says
    what went wrong before.
    """
    parts = []
    if alert:
        parts.append(f'<p class="alert" role="alert">{escape(alert)}</p>')
    parts.append(f"<p>{escape(text)}</p>")
    parts.append(f'<form method="post" action="{escape(action)}">')
    for name, value in hidden.items():
        parts.append(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">')
    if field is not None:
        parts.append(
            f'<label for="token">{escape(field)}</label><textarea id="token" name="token" '
            'rows="5" required autofocus autocomplete="off" spellcheck="false"></textarea>'
        )
    parts.append(f"<button>{escape(button)}</button></form>")
    return _page(title, "".join(parts), status)


def _page(title: str, content: str, status: int) -> HTMLResponse:
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · Design Rooms</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>",
        status,
        headers=_HEADERS,
    )
