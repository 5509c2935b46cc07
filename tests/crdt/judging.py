"""How the tests put an update before the inspection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from collab.crdt.update import Inspection, Rules, inspect
from collab.errors import InvalidUpdate, LimitExceeded, PeerError

__all__ = ["APPLICATION", "CLIENT", "FREE", "judge", "refused"]

ROOTS = frozenset({"application", "nodes"})
APPLICATION = Rules(allowed_roots=ROOTS, json_roots=ROOTS, restricts_types=True)
FREE = Rules(allowed_roots=None, json_roots=frozenset({"model"}), restricts_types=False)
CLIENT = 4_000_000_007


def judge(
    update: bytes,
    *,
    known: Mapping[int, int] | None = None,
    owners: Mapping[int, str] | None = None,
    rules: Rules = APPLICATION,
) -> Inspection:
    return inspect(
        update,
        state_vector=known or {},
        owner_of=(owners or {}).get,
        principal="änne",
        rules=rules,
    )


def refused(code: str, update: bytes, **options: Any) -> None:
    with pytest.raises(PeerError) as caught:
        judge(update, **options)
    assert caught.value.code == code, caught.value
    assert isinstance(caught.value, LimitExceeded if code == "update_limit" else InvalidUpdate)
