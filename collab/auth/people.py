"""People: what they may be called, and the colours and names of those who brought none.

SPEC: sections AU and TK. Called by ``local``, ``tokens`` and the session routes.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from collab.errors import InvalidValue
from collab.limits import USER_NAME_UTF16_MAX
from collab.values import check_text, utf16_length

__all__ = ["check_name", "color_of", "guest_name", "new_guest_id"]

# Colours that carry white text in both themes.
_COLORS: Final = (
    "#c2410c",
    "#b45309",
    "#4d7c0f",
    "#047857",
    "#0f766e",
    "#0369a1",
    "#1d4ed8",
    "#6d28d9",
    "#a21caf",
    "#be185d",
    "#be123c",
    "#57534e",
)
_ANIMALS: Final = (
    "Badger", "Beaver", "Crane", "Dolphin", "Falcon", "Fox", "Gecko", "Heron", "Ibex", "Jackdaw",
    "Kestrel", "Lynx", "Marten", "Newt", "Otter", "Puffin", "Quail", "Raven", "Stork", "Wren",
)  # fmt: skip


def color_of(user: str) -> str:
    """Return the colour of *user*, always the same."""
    return _pick(_COLORS, user)


def guest_name(guest_id: str) -> str:
    """Return what a guest is called before they say otherwise."""
    return f"Guest {_pick(_ANIMALS, guest_id)}"


def new_guest_id() -> str:
    """Return an id that nobody has."""
    return secrets.token_hex(8)


def check_name(name: str) -> str:
    """Return *name* without the space around it; ``InvalidValue`` (``user_name``) if it is none."""
    name = check_text(name).strip()
    if not name or utf16_length(name) > USER_NAME_UTF16_MAX or not name.isprintable():
        raise InvalidValue(
            "user_name", f"a name has 1 to {USER_NAME_UTF16_MAX} printable characters"
        )
    return name


def _pick(choices: tuple[str, ...], text: str) -> str:
    return choices[hashlib.sha256(text.encode()).digest()[0] % len(choices)]
