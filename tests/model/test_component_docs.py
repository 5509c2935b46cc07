"""The page about the components is held against their definitions."""

from __future__ import annotations

import re
from pathlib import Path

from collab.model.registry import builtin

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "components.md"
_SHARED = {"visible", "style"}


def _sections() -> dict[str, str]:
    parts = re.split(r"^## (\w+)$", _PAGE.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_definition_is_listed_with_its_properties_and_slots() -> None:
    """[LI1] `docs/components.md` lists every component, all its properties and slots, no other."""
    sections = _sections()
    definitions = {item.id: item for item in builtin().definitions() if item.kind == "component"}
    assert set(sections) == set(definitions)
    for name, definition in definitions.items():
        table, _, slots = sections[name].partition("\nSlots: ")
        listed = set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE))
        assert listed == set(definition.schema["properties"]) - _SHARED, name
        assert set(re.findall(r"`(\w+)`", slots)) == set(definition.slots), name
