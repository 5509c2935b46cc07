"""Conditions on versions: ``ETag``, ``If-Match`` and ``If-None-Match`` (RFC 9110, section 13).

A record's entity tag is its version and a digest of its representation, which changes without the
record when a field is renamed, hidden or computed anew. To change a record only its version counts:
what its sender read of it is what would be lost. Other answers (expanded records, a list) have a
weak tag, made from their content alone.
SPEC: section RS. Called by ``records``.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from starlette.requests import Request

from runtime.errors import PreviewInvalid

__all__ = ["ANY", "Tags", "content_tag", "is_unchanged", "names_version", "tags_of", "version_tag"]

ANY: Final = "*"
# Some clients leave the quotes out; what they mean is clear.
_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"|([0-9a-f-]+)')
_LIST: Final = re.compile(rf"\s*(?:{_TAG.pattern})\s*(?:,\s*(?:{_TAG.pattern})\s*)*")

# Tags as they stand in the header, or everything.
Tags = frozenset[str] | str


def version_tag(version: int, body: bytes) -> str:
    """Return the strong tag of a record at *version*, which is answered as *body*."""
    return f'"{version}-{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def names_version(tags: Tags, version: int) -> bool:
    """Whether *tags* stand for a record at *version*, however it was represented.

    The bare version is such a tag as well, for it is in the record.
    """
    if isinstance(tags, str):
        return True
    return any(tag.startswith('"') and tag[1:-1].partition("-")[0] == str(version) for tag in tags)


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
