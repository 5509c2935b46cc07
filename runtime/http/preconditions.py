"""Conditions on versions: ``ETag``, ``If-Match`` and ``If-None-Match`` (RFC 9110, section 13).

A record's entity tag is its version. What else an answer holds (expanded records, a list) changes
without it, so such answers have a weak tag of their own, made from their content.
SPEC: section RS. Called by ``records``.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from starlette.requests import Request

from runtime.errors import PreviewInvalid

__all__ = ["ANY", "Tags", "content_tag", "is_unchanged", "tags_of", "version_tag"]

ANY: Final = "*"
# Some clients leave the quotes out; what they mean is clear.
_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"|([0-9a-f]+)')
_LIST: Final = re.compile(rf"\s*(?:{_TAG.pattern})\s*(?:,\s*(?:{_TAG.pattern})\s*)*")

# Tags as they stand in the header, or everything.
Tags = frozenset[str] | str


def version_tag(version: int) -> str:
    """Return the strong tag of a record at *version*."""
    return f'"{version}"'


def content_tag(body: bytes) -> str:
    """Return the weak tag of an answer."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def tags_of(request: Request, name: str) -> Tags | None:
    """Return what the header *name* lists, ``ANY`` for a star, None without it.

    Raises ``PreviewInvalid`` (``etag_invalid``) for what is no list of entity tags.
    """
    value = request.headers.get(name)
    if value is None:
        return None
    if value.strip() == ANY:
        return ANY
    if not _LIST.fullmatch(value):
        raise PreviewInvalid(
            f'{name} must be a star or a list of tags such as "3"', code="etag_invalid"
        )
    return frozenset(
        f'{match[1] or ""}"{match[2] or match[3] or ""}"' for match in _TAG.finditer(value)
    )


def is_unchanged(request: Request, tag: str) -> bool:
    """Whether ``If-None-Match`` says that the asker has the answer with this *tag* already."""
    tags = tags_of(request, "if-none-match")
    if tags is None:
        return False
    # Compared weakly, as the RFC wants it here.
    return tags == ANY or tag.removeprefix("W/") in {each.removeprefix("W/") for each in tags}
