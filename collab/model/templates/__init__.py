"""Templates: whole applications to begin with, each with sample records.

A template is a folder beside this module: ``template.json`` (title, description, icon),
``model.json`` (the application in its disk form) and ``records.json`` (records by the name of their
data model; ``key`` names one for the references of others). SPEC: section TM. Called by ``api`` and
by ``runtime``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

__all__ = ["Template", "find_template", "templates"]

_FOLDER: Final = Path(__file__).parent
# In the order in which they are offered.
_NAMES: Final = ("order-management", "insurance-claims", "inventory-count")


@dataclass(frozen=True, slots=True)
class Template:
    """One template. ``id`` is its model's own id, by which a room that was made of it is known.

    ``records`` are by the name of their data model; each has ``values`` by field name and may have
    a ``key``. Nothing of it may be changed.
    """

    id: str
    title: str
    description: str
    icon: str
    model: Mapping[str, Any]
    records: Mapping[str, Sequence[Mapping[str, Any]]]


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """Return all templates, in the order in which they are offered."""
    return tuple(_read(_FOLDER / name) for name in _NAMES)


def find_template(template_id: object) -> Template | None:
    """Return the template of this id, None if there is none."""
    return next((item for item in templates() if item.id == template_id), None)


def _read(folder: Path) -> Template:
    about = orjson.loads((folder / "template.json").read_bytes())
    return Template(
        id=folder.name,
        title=about["title"],
        description=about["description"],
        icon=about["icon"],
        model=orjson.loads((folder / "model.json").read_bytes()),
        records=orjson.loads((folder / "records.json").read_bytes()),
    )
