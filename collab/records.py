"""Records: dataclasses that the type checker keeps frozen, for what every edit makes.

An edit makes some twenty frozen records on its way from the socket to the log, and filling in a
frozen dataclass calls ``object.__setattr__`` for each field, five times as slow as an assignment.
So these are frozen for mypy, which every commit has to pass, and plain slots at run time; equality
and hash are those of a frozen dataclass. Use it exactly like the original, as
``@dataclass(frozen=True, slots=True)``. SPEC: none; called by whatever an edit passes through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(*, slots: bool, frozen: bool = False) -> Any:
        """Return the decorator; what is *frozen* is so for the type checker."""
        return dataclasses.dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["dataclass"]
