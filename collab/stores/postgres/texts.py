"""Texts in PostgreSQL: it keeps every character but one, U+0000, which is escaped here.

A user's id comes from a token and may hold anything, and the other stores keep it. U+0001 is the
escape, and escapes itself, so that different texts stay different and keep their order. SPEC:
[PG8]. Called by ``connections``.
"""

from __future__ import annotations

from typing import Final

from psycopg.adapt import Buffer, Dumper, Loader

__all__ = ["EscapingDumper", "UnescapingLoader", "escape", "unescape"]

_ESCAPE: Final = "\x01"
_ESCAPED_NUL: Final = "\x01\x01"
_ESCAPED_ESCAPE: Final = "\x01\x02"


def escape(text: str) -> str:
    """Return *text* without U+0000; it sorts as *text* does."""
    if "\x00" not in text and _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE, _ESCAPED_ESCAPE).replace("\x00", _ESCAPED_NUL)


def unescape(text: str) -> str:
    """Return the text that :func:`escape` was given."""
    if _ESCAPE not in text:
        return text
    # Looked for from the left, a pair is never found across two pairs.
    parts = text.split(_ESCAPED_NUL)
    return "\x00".join(part.replace(_ESCAPED_ESCAPE, _ESCAPE) for part in parts)


class EscapingDumper(Dumper):
    """Writes a str as :func:`escape` does; raises ``UnicodeEncodeError`` for half a surrogate."""

    def dump(self, obj: str) -> Buffer | None:
        return escape(obj).encode()


class UnescapingLoader(Loader):
    """Reads a text as :func:`unescape` does."""

    def load(self, data: Buffer) -> str:
        return unescape(str(data, "utf-8"))
