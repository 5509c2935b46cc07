"""The members of a player's request, checked. SPEC: section RS. Called by the player's handlers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.errors import PreviewInvalid

__all__ = ["check_members", "number", "text", "texts"]


def check_members(body: Mapping[str, Any], known: frozenset[str]) -> None:
    """Raise ``PreviewInvalid`` (``member_unknown``) if *body* has other members."""
    unknown = sorted(body.keys() - known)
    if unknown:
        raise PreviewInvalid(f"{unknown[0]!r} is not known here", code="member_unknown")


def text(body: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """Return the text *name*; raises ``PreviewInvalid`` (``member_invalid``)."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise PreviewInvalid(f"{name} must be a text", code="member_invalid")
    return value


def texts(body: Mapping[str, Any], name: str, count_max: int) -> list[str]:
    """Return a list of texts, empty if there is none; raises ``PreviewInvalid``."""
    value = body.get(name, [])
    if (
        not isinstance(value, list)
        or len(value) > count_max
        or not all(isinstance(item, str) for item in value)
    ):
        raise PreviewInvalid(f"{name} must be at most {count_max} texts", code="member_invalid")
    return value


def number(body: Mapping[str, Any], name: str, default: int, minimum: int, maximum: int) -> int:
    """Return an integer within its bounds; raises ``PreviewInvalid`` (``member_invalid``)."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise PreviewInvalid(
            f"{name} must be an integer from {minimum} to {maximum}", code="member_invalid"
        )
    return value
