"""Inverters: how a committed op is taken back after others, by the type of the document.

A json0 op tells what it took away, and each part of its inverse either still applies or is named.
The op of a text type does not: its revision keeps the inverse beside it, and the transform itself
leaves what others wrote where it is. SPEC: section RE. Called by ``commit`` and ``revert``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeAlias

from collab.errors import LimitExceeded
from collab.ids import RevisionNo
from collab.limits import REVERT_WORK_MAX
from collab.ot import json0
from collab.ot.scopes import overlaps
from collab.ot.types import OTType
from collab.values import Path, json_equal

__all__ = ["Change", "Inverse", "Inverter", "Json0Inverter", "Retraction", "TextInverter"]

# Makes of a part of an inverse what a room allows, or None if it has nothing to do.
Retraction: TypeAlias = Callable[[json0.Component], json0.Component | None]

_REMOVED: Final = ("od", "ld")
_PUT: Final = ("oi", "li", "si", "na", "lm")
# A transform costs as much as looking at so many pairs that have nothing to do with each other.
_PAIRS_PER_TRANSFORM: Final = 10
# Stands for a value that is not there; no JSON value is equal to it.
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Change:
    """A committed op with its revision; ``inverse`` is that of a text type's op."""

    number: RevisionNo
    op: list[Any]
    inverse: list[Any]


@dataclass(frozen=True, slots=True)
class Inverse:
    """What takes a change back, the places where it no longer applies, the others without it."""

    op: list[Any]
    conflicts: list[Path]
    others: list[Change]


class Inverter(Protocol):
    """Takes changes back, as long as it has not looked at too much."""

    def take_back(self, change: Change, others: Sequence[Change]) -> Inverse:
        """Return what takes *change* back after *others*.

        Raises ``LimitExceeded`` (``limit_revert``) past ``REVERT_WORK_MAX`` pairs of components.
        """
        ...


class _Allowance:
    """How many pairs of components may still be looked at."""

    def __init__(self) -> None:
        self._pairs = REVERT_WORK_MAX

    def spend(self, pairs: int) -> None:
        self._pairs -= pairs
        if self._pairs < 0:
            raise LimitExceeded(
                "too much was changed since: restore the parts by hand", code="limit_revert"
            )


class Json0Inverter:
    """For documents of json0. *retraction* makes of each part what the room allows."""

    def __init__(self, retraction: Retraction) -> None:
        self._retraction = retraction
        self._allowance = _Allowance()

    def take_back(self, change: Change, others: Sequence[Change]) -> Inverse:
        """Return what takes *change* back after *others*, part by part."""
        self._allowance.spend(len(change.op) * sum(len(other.op) for other in others))
        found: json0.Op = []
        conflicts: list[Path] = []
        # What the parts that did not apply were to take back: to those that follow, it is more
        # that was done before all others.
        kept: list[json0.Op] = []
        committed = [other.op for other in others]
        for inverse in json0.invert(change.op):
            part = self._retraction(inverse)
            if part is None:
                continue
            after, crossed = self._carried(part, [*kept, *committed])
            if _applies(part, after):
                found += [component for component in after if not _is_idle(component)]
                kept, committed = crossed[: len(kept)], crossed[len(kept) :]
            else:
                conflicts.append(tuple(part["p"]))
                kept = [json0.invert([part]), *kept]
        without = [replace(other, op=op) for other, op in zip(others, committed, strict=True)]
        return Inverse(found, conflicts, without)

    def _carried(
        self, part: json0.Component, committed: list[json0.Op]
    ) -> tuple[json0.Op, list[json0.Op]]:
        """Return *part* past all of *committed*, and those as they read after it."""
        after: json0.Op = [part]
        crossed: list[json0.Op] = []
        for op in committed:
            # Most have nothing to do with each other, and thousands may have been made since.
            if any(overlaps(mine, component) for mine in after for component in op):
                self._allowance.spend(_PAIRS_PER_TRANSFORM)
                after, op = json0.transform_pair(after, op)
            crossed.append(op)
        return after, crossed


class TextInverter:
    """For documents of a text type, whose revisions keep the inverses of their ops.

    What others wrote is no part of what is taken out, and a format that they have set since stays,
    since the transform of an op that comes in gives way to it; so nothing is in conflict.
    """

    def __init__(self, ot_type: OTType) -> None:
        self._type = ot_type
        self._allowance = _Allowance()

    def take_back(self, change: Change, others: Sequence[Change]) -> Inverse:
        """Return what takes *change* back after *others*."""
        self._allowance.spend(_PAIRS_PER_TRANSFORM * len(others))
        transform = self._type.transform
        inverse = change.inverse
        without: list[Change] = []
        for other in others:
            after = transform(inverse, other.op, "left")
            op = transform(other.op, inverse, "right")
            without.append(Change(other.number, op, transform(other.inverse, after, "right")))
            inverse = after
        return Inverse(inverse, [], without)


def _applies(part: json0.Component, after: json0.Op) -> bool:
    """Return whether *after*, which *part* has become, does what *part* was to do."""
    if not after:
        return not any(name in part for name in _PUT) and "t" not in part
    # What is removed has to be what the revision had put there: text is cut to what is left of it.
    # Something in whose place something else was to stand has to be there still.
    return all(
        _is_idle(component)
        or all(
            json_equal(component.get(name, _NOTHING), part.get(name, _NOTHING)) for name in _REMOVED
        )
        for component in after
    )


def _is_idle(component: json0.Component) -> bool:
    """Return whether *component* puts what stands there already."""
    return any(
        put in component and json_equal(component[put], component.get(removed, _NOTHING))
        for put, removed in (("oi", "od"), ("li", "ld"))
    )
