"""The wireframe: a page's components as grey shapes, laid out as roughly as a thumbnail shows them.

A container puts its children's blocks below or beside each other, so layout is one walk without
measuring first. What is drawn follows from the document alone. SPEC: section RG. Called by
``thumbnail``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from collab.limits import THUMBNAIL_NODES_MAX
from collab.model.document import Document, Tree, definition_id, entries_of, props_of
from collab.model.sketches import (
    GAP,
    NOTHING,
    SKETCHES,
    Block,
    Props,
    Shape,
    bar,
    chip_width,
    clean_text,
    fitted,
    framed,
    heading_width,
    number_in,
    stacked,
    words,
)
from collab.values import Json

__all__ = ["Wireframe"]

# Deeper nesting is finer than a thumbnail shows.
_DEPTH_MAX: Final = 20
_ROW_MAX: Final = 12
_TABLE_ROWS: Final = 4
_COLUMNS_MAX: Final = 6
_CHIPS: Final = frozenset({"Button", "Link", "Menu", "Badge"})

Container: TypeAlias = Callable[["Wireframe", str, Props, float], Block]


class Wireframe:
    """Lays out one page. *tree* is of *document*; use it once, since it counts what it draws."""

    def __init__(self, document: Document, tree: Tree) -> None:
        self._nodes: Mapping[str, Json] = document["nodes"]
        self._tree = tree
        self._left = THUMBNAIL_NODES_MAX
        self._depth = 0

    def column(self, parent: str, slot: str, width: float, gap: float = GAP) -> Block:
        """Return the children in *slot* below each other."""
        return stacked(self._blocks(self._tree.children(parent, slot), width), gap)

    def row(self, parent: str, slot: str, width: float) -> Block:
        """Return the children in *slot* beside each other; what has no width of its own shares."""
        children = self._tree.children(parent, slot)[:_ROW_MAX]
        own = [self._own_width(child, width) for child in children]
        gaps = GAP * max(0, len(children) - 1)
        rest = width - gaps - sum(item for item in own if item is not None)
        share = max(18.0, rest / max(1, own.count(None)))
        x, height = 0.0, 0.0
        shapes: list[Shape] = []
        for child, fixed in zip(children, own, strict=True):
            if x > width:
                break
            item = fixed if fixed is not None else share
            block = self.block(child, item)
            shapes += block.at(x, 0)
            height = max(height, block.height)
            x += item + GAP
        return Block(height, tuple(shapes))

    def grid(self, children: Sequence[str], shares: Sequence[int], width: float) -> Block:
        """Return *children* in rows of as many columns as there are *shares* of the width."""
        count = len(shares)
        unit = (width - GAP * (count - 1)) / sum(shares)
        y = 0.0
        shapes: list[Shape] = []
        for start in range(0, len(children), count):
            x, height = 0.0, 0.0
            for child, share in zip(children[start : start + count], shares, strict=False):
                block = self.block(child, unit * share)
                shapes += block.at(x, y)
                x, height = x + unit * share + GAP, max(height, block.height)
            y += height + (GAP if height > 0 else 0)
        return Block(max(0.0, y - GAP), tuple(shapes))

    def children(self, parent: str, slot: str) -> list[str]:
        """Return the ids of the children in *slot*."""
        return self._tree.children(parent, slot)

    def block(self, node_id: str, width: float) -> Block:
        """Return one component; nothing once enough has been drawn."""
        if self._left <= 0 or self._depth >= _DEPTH_MAX or width < 1:
            return NOTHING
        self._left -= 1
        self._depth += 1
        node = self._nodes.get(node_id)
        block = self._drawn(definition_id(_type_of(node)), node_id, props_of(node), width)
        self._depth -= 1
        return block

    def _blocks(self, children: Sequence[str], width: float) -> list[Block]:
        blocks = [self.block(child, width) for child in children[:THUMBNAIL_NODES_MAX]]
        return [block for block in blocks if block.height > 0]

    def _own_width(self, node_id: str, most: float) -> float | None:
        node = self._nodes.get(node_id)
        props, kind = props_of(node), definition_id(_type_of(node))
        if kind in _CHIPS:
            return chip_width(clean_text(props.get("label") or props.get("text")))
        if kind == "Icon":
            return 10.0
        return heading_width(props, most * 0.6) if kind == "Heading" else None

    def _drawn(self, kind: str, node_id: str, props: Props, width: float) -> Block:
        container = _CONTAINERS.get(kind)
        if container is not None:
            return container(self, node_id, props, width)
        sketch = SKETCHES.get(kind)
        if sketch is not None:
            return sketch(props, width)
        # A dialog is not there until somebody opens it.
        return NOTHING if kind == "Dialog" else Block(22, (Shape("unknown", 0, 0, width, 22, 3),))


def _type_of(node: Json) -> Json:
    return node.get("type") if isinstance(node, dict) else None


# --- containers ---------------------------------------------------------------------------------


def _stack(frame: Wireframe, node_id: str, props: Props, width: float) -> Block:
    if props.get("direction") == "horizontal":
        return frame.row(node_id, "children", width)
    return frame.column(node_id, "children", width)


def _grid(frame: Wireframe, node_id: str, props: Props, width: float) -> Block:
    return frame.grid(frame.children(node_id, "children"), _shares_in(props), width)


def _shares_in(props: Props) -> list[int]:
    """Return the share of each column of a grid, which may also say how many equal ones."""
    columns = props.get("columns")
    if isinstance(columns, list):
        shares = [max(1, item) for item in columns if isinstance(item, int)]
        return shares[:_COLUMNS_MAX] or [1]
    return [1] * min(_COLUMNS_MAX, max(1, number_in(props, "columns", 3)))


def _card(frame: Wireframe, node_id: str, props: Props, width: float) -> Block:
    title = clean_text(props.get("title"))
    inner = width - 16
    slots = ("header", "children", "footer")
    blocks = [frame.column(node_id, slot, inner) for slot in slots]
    if title:
        blocks.insert(0, words(title, 8.5, inner, "strong"))
    filled = [block for block in blocks if block.height > 0]
    return framed(stacked(filled) if filled else Block(18, ()), width, 8)


def _tabs(frame: Wireframe, node_id: str, props: Props, width: float) -> Block:
    children = frame.children(node_id, "children")
    labels = [clean_text(entry.get("value")) for _, entry in entries_of(props.get("labels"))]
    count = min(5, max(len(children), len(labels), 1))
    strip: list[Shape] = [Shape("line", 0, 15, width, 1, 0)]
    x = 0.0
    for index in range(count):
        label = fitted(labels[index] if index < len(labels) else "", 7.5, 60)
        size = max(26.0, len(label) * 4.2)
        look = "strong" if index == 0 else "muted"
        strip.append(
            Shape(f"text {look}", x, 10, size, 7.5, text=label)
            if label
            else replace(bar(22), x=x, y=6)
        )
        if index == 0:
            strip.append(Shape("accent", x, 14, size, 2, 1))
        x += size + 12
    body = frame.block(children[0], width) if children else NOTHING
    return stacked([Block(16, tuple(strip)), body])


def _form(frame: Wireframe, node_id: str, props: Props, width: float) -> Block:
    label = clean_text(props.get("submitLabel")) or "Save"
    button = SKETCHES["Button"]({"label": label, "variant": "primary"}, width)
    return stacked([frame.column(node_id, "children", width), button])


def _list(frame: Wireframe, node_id: str, props: Props, width: float) -> Block:
    if not frame.children(node_id, "children"):
        row = Block(10, (bar(width * 0.55), replace(bar(width * 0.2), x=width * 0.8)))
        return stacked([row] * 3)
    is_row = props.get("direction") == "horizontal"
    size = (width - 2 * GAP) / 3 if is_row else width
    card = framed(frame.column(node_id, "children", size - 16), size, 8)
    if not is_row:
        return stacked([card] * 3)
    return Block(card.height, tuple(s for i in range(3) for s in card.at(i * (size + GAP), 0)))


# --- data ---------------------------------------------------------------------------------------


def _table(frame: Wireframe, node_id: str, props: Props, width: float) -> Block:
    columns = [entry for _, entry in entries_of(props.get("columns"))[:_COLUMNS_MAX]] or [{}] * 3
    cell, row = width / len(columns), 13.0
    height = row * (_TABLE_ROWS + 1)
    shapes = [Shape("card", 0, 0, width, height, 3), Shape("head", 0, 0, width, row, 3)]
    for index, entry in enumerate(columns):
        shapes += (replace(shape, x=index * cell + 7) for shape in _cells(entry, index, cell, row))
    lines = [Shape("line", 0, number * row, width, 0.6, 0) for number in range(1, _TABLE_ROWS + 1)]
    toolbar = frame.row(node_id, "toolbar", width)
    table = Block(height, (*shapes, *lines))
    return stacked([toolbar, table]) if toolbar.height > 0 else table


def _cells(entry: Props, index: int, width: float, row: float) -> Iterator[Shape]:
    """Yield what stands in one column, whose bars are of uneven lengths as values are."""
    title = fitted(clean_text(entry.get("title")), 6.5, width - 10)
    if title:
        yield Shape("text muted", 0, 9, width, 6.5, text=title)
    else:
        yield replace(bar(width * 0.45, look="strong"), y=4.5)
    is_badge = entry.get("as") == "Badge"
    for number in range(1, _TABLE_ROWS + 1):
        share = 0.35 + 0.1 * ((number * 7 + index * 3) % 4)
        value = bar(width * 0.4, 6, "soft") if is_badge else bar(width * share)
        yield replace(value, y=number * row + (row - value.height) / 2)


_CONTAINERS: Final[dict[str, Container]] = {
    "Stack": _stack,
    "Grid": _grid,
    "Card": _card,
    "Tabs": _tabs,
    "Form": _form,
    "List": _list,
    "Table": _table,
}
