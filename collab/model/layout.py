"""Layout: how an element is written on disk, which depends on the slot that it stands in.

Three styles: a *component* says what it is under ``component`` and keeps its props apart under
``props``; a *step* says it under ``type``; everything else is *flat*, and what it is follows from
its slot (``dataModels`` holds data models) unless ``definition`` says otherwise. Flat elements and
steps have their props and slots side by side. Two keys are there for what a definition does not
know, so that a document with unknown parts is exported without loss: ``extra`` for properties,
``slots`` for children. SPEC: section MD. Called by ``reader`` and ``writer``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from collab.model.definition import Definition
from collab.model.registry import Registry

__all__ = [
    "APPLICATION_LAYOUT",
    "CHILDREN",
    "Layout",
    "Style",
    "layout_of",
    "type_on_disk",
]

Style: TypeAlias = Literal["application", "component", "step", "flat"]

CHILDREN: Final = "children"
# Where an unknown step may have steps of its own; the slots of the steps we know.
_STEP_SLOTS: Final = frozenset({"then", "else", "steps", "onError", "compensate"})
_HEADERS: Final = {
    "application": None,
    "component": "component",
    "step": "type",
    "flat": "definition",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The style of the elements of one slot, and the type they have if they name none."""

    style: Style
    implied_type: str | None = None

    @property
    def header(self) -> str | None:
        """The key that says what the element is; the application has none."""
        return _HEADERS[self.style]

    def is_slot(self, key: str, value: object, definition: Definition | None) -> bool:
        """Tell whether *key* stands for a slot beside the other keys of such an element."""
        if self.style == "component":
            return key == CHILDREN
        if definition is not None:
            return key in definition.slots
        return self.style == "step" and key in _STEP_SLOTS and isinstance(value, list)

    def is_reserved(self, key: str, definition: Definition | None) -> bool:
        """Tell whether a prop called *key* has to stand under ``extra``."""
        if self.style == "component":
            return definition is not None and definition.property(key) is None
        if key in {"extra", "slots", self.header} or (key == "id" and self.style != "application"):
            return True
        if definition is not None:
            # An undeclared prop is told apart from a slip of the pen by standing there.
            return definition.property(key) is None
        return self.style == "step" and key in _STEP_SLOTS


APPLICATION_LAYOUT: Final = Layout("application")


def layout_of(
    parent: Layout, definition: Definition | None, slot: str, registry: Registry
) -> Layout:
    """Return how the elements in *slot* of a parent of *definition* and *parent* layout look."""
    known = definition.slots.get(slot) if definition is not None else None
    if known is None:
        return Layout(parent.style if parent.style in ("component", "step") else "flat")
    accepted = known.accepts[0]
    versions = registry.versions(accepted)
    kind = versions[0].kind if versions else accepted
    if kind == "component":
        return Layout("component")
    if kind == "step":
        return Layout("step")
    return Layout("flat", registry.implied_type(kind))


def type_on_disk(type_: str, layout: Layout) -> str | None:
    """Return what stands under the header for *type_*; ``None`` if the slot says it already."""
    if type_ == layout.implied_type:
        return None
    return type_.removesuffix("@1") if layout.style == "step" else type_
