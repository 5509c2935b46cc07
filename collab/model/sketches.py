"""Sketches: each component that holds no others, as a few grey shapes.

A *block* is a height, and shapes at their places within it. Texts are kept where people read them
(headings, buttons, labels) and are bars elsewhere; what an expression gives is a bar too. SPEC:
section RG. Called by ``wireframe`` and ``thumbnail``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from collab.limits import THUMBNAIL_TEXT_MAX
from collab.model.document import entries_of
from collab.values import Json

__all__ = [
    "GAP",
    "NOTHING",
    "SKETCHES",
    "Block",
    "Props",
    "Shape",
    "bar",
    "chip_width",
    "clean_text",
    "fitted",
    "framed",
    "heading_width",
    "number_in",
    "stacked",
    "words",
]

Props: TypeAlias = Mapping[str, Json]

GAP: Final = 7.0
_HEADING_SIZES: Final = {1: 13.0, 2: 10.5}
# The mean width of a character, as a part of the font's size.
_CHARACTER: Final = 0.56
# Headings are bold, and wider in the fonts that browsers take where there is no other.
_BOLD_CHARACTER: Final = 0.68


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle, or a text whose baseline is *y*. ``look`` is its class in the drawing."""

    look: str
    x: float
    y: float
    width: float
    height: float
    radius: float = 2.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A component laid out: its *height*, and its shapes with the block's corner as origin."""

    height: float
    shapes: tuple[Shape, ...]

    def at(self, x: float, y: float) -> tuple[Shape, ...]:
        """Return the shapes of the block put at *x* and *y*."""
        return tuple(replace(shape, x=shape.x + x, y=shape.y + y) for shape in self.shapes)


NOTHING: Final = Block(0.0, ())
Sketch: TypeAlias = Callable[[Props, float], Block]


def stacked(blocks: Sequence[Block], gap: float = GAP) -> Block:
    """Return *blocks* below each other."""
    y = 0.0
    shapes: list[Shape] = []
    for block in blocks:
        shapes += block.at(0, y)
        y += block.height + gap
    return Block(max(0.0, y - gap), tuple(shapes))


def clean_text(value: Json) -> str:
    """Return *value* as a short text that any XML may hold; an expression gives an empty one."""
    if not isinstance(value, str):
        return ""
    text = "".join(character for character in value[:1_000] if character.isprintable())
    text = " ".join(text.split())
    if len(text) > THUMBNAIL_TEXT_MAX:
        text = f"{text[: THUMBNAIL_TEXT_MAX - 1].rstrip()}…"
    return text


def fitted(text: str, size: float, width: float) -> str:
    """Return as much of *text* as fits into *width* at that font size."""
    most = max(1, int(width / (size * _CHARACTER)))
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def number_in(props: Props, name: str, default: int) -> int:
    """Return the whole number under *name*, or *default*."""
    value = props.get(name, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def chip_width(label: str) -> float:
    """Return how wide a button with *label* is."""
    return min(76.0, max(26.0, 14 + len(label) * 3.6))


def bar(width: float, height: float = 4.0, look: str = "fill") -> Shape:
    """Return a bar, which stands for a text or a value."""
    return Shape(look, 0, 0, max(4.0, width), height, 2)


def framed(block: Block, width: float, pad: float, *, look: str = "card") -> Block:
    """Return *block* in a frame that is *pad* larger on each side."""
    height = block.height + 2 * pad
    frame = Shape(look, 0, 0, width, height, 4)
    return Block(height, (frame, *block.at(pad, pad)))


# --- data ---------------------------------------------------------------------------------------


def _detail(props: Props, width: float) -> Block:
    count = len(entries_of(props.get("fields"))[:8]) or 4
    columns = min(3, max(1, number_in(props, "columns", 1)))
    cell = width / columns
    shapes = []
    for index in range(count):
        x, y = index % columns * cell, index // columns * 14.0
        shapes.append(replace(bar(cell * 0.22), x=x, y=y + 3))
        shapes.append(replace(bar(cell * 0.4, look="strong"), x=x + cell * 0.34, y=y + 3))
    return Block(-(-count // columns) * 14.0, tuple(shapes))


def _metric(props: Props, width: float) -> Block:
    label = clean_text(props.get("label"))
    top = words(label, 7, width - 14, "muted") if label else Block(6, (bar(width * 0.4),))
    value = Block(11, (Shape("strong", 0, 0, min(width * 0.5, 46), 10, 2),))
    return framed(stacked([top, value], 5), width, 7)


def _chart(props: Props, width: float) -> Block:
    title = clean_text(props.get("title"))
    height, count = 46.0, max(5, min(12, int(width / 16)))
    step = width / count
    bars = []
    for index in range(count):
        size = height * (0.3 + 0.13 * ((index * 5 + 2) % 6))
        look = "accent" if props.get("kind") in {None, "bar", "pie"} else "soft"
        bars.append(Shape(look, index * step + 2, height - size, step - 4, size, 1.5))
    bars.append(Shape("line", 0, height, width, 0.8, 0))
    plot = Block(height + 1, tuple(bars))
    return stacked([words(title, 8, width, "strong"), plot]) if title else plot


def _timeline(props: Props, width: float) -> Block:
    count = min(6, max(3, len(entries_of(props.get("steps")))))
    step = width / count
    shapes = [Shape("line", 4, 4, width - step, 1, 0)]
    for index in range(count):
        look = "accent" if index == 0 else "strong"
        shapes.append(Shape(look, index * step, 0, 9, 9, 4.5))
        shapes.append(replace(bar(step * 0.6), x=index * step, y=14))
    return Block(19, tuple(shapes))


# --- single things ------------------------------------------------------------------------------


def words(text: str, size: float, width: float, tone: str) -> Block:
    """Return *text* as one line at that font size, cut to *width*."""
    shape = Shape(f"text {tone}", 0, size * 0.86, width, size, text=fitted(text, size, width))
    return Block(size * 1.15, (shape,))


def heading_width(props: Props, most: float) -> float:
    """Return how wide a heading is that stands beside other things."""
    text = clean_text(props.get("text"))
    return min(most, max(50.0, len(text) * _heading_size(props) * _BOLD_CHARACTER))


def _heading_size(props: Props) -> float:
    return _HEADING_SIZES.get(number_in(props, "level", 2), 9.0)


def _heading(props: Props, width: float) -> Block:
    size = _heading_size(props)
    text = clean_text(props.get("text"))
    if text:
        return words(text, size, width, "strong")
    return Block(size, (bar(min(width * 0.5, 110), size * 0.7, "strong"),))


def _prose(props: Props, width: float) -> Block:
    text = props.get("text")
    # A text of less than a line of a page; what an expression gives is mostly a value.
    lines = 1 if not isinstance(text, str) or len(text) < 60 else 2
    bars = [replace(bar(width * (0.92, 0.6)[index]), y=index * 8.0) for index in range(lines)]
    return Block(lines * 8.0 - 2, tuple(bars))


def _button(props: Props, width: float) -> Block:
    label = clean_text(props.get("label") or props.get("text"))
    size = min(width, chip_width(label))
    is_primary = props.get("variant") == "primary"
    chip = Shape("accent" if is_primary else "chip", 0, 0, size, 15, 3)
    inner = fitted(label, 6.5, size - 8)
    tone = "on-accent" if is_primary else "strong"
    if not inner:
        return Block(15, (chip,))
    return Block(15, (chip, Shape(f"text middle {tone}", size / 2, 9.8, size, 6.5, text=inner)))


def _badge(_props: Props, width: float) -> Block:
    return Block(9, (Shape("soft", 0, 0, min(width, 30), 9, 4.5),))


def _icon(_props: Props, _width: float) -> Block:
    return Block(10, (Shape("strong", 0, 0, 10, 10, 5),))


def _link(props: Props, width: float) -> Block:
    text = clean_text(props.get("text"))
    if text:
        return words(text, 7, width, "accent-text")
    return Block(7, (replace(bar(min(width, 40), look="accent"), y=1.5),))


def _divider(_props: Props, width: float) -> Block:
    return Block(1, (Shape("line", 0, 0, width, 0.8, 0),))


def _image(_props: Props, width: float) -> Block:
    height = min(54.0, width * 0.6)
    sun = Shape("paper", width * 0.16, height * 0.2, 8, 8, 4)
    return Block(height, (Shape("fill", 0, 0, width, height, 3), sun))


def _field(height: float) -> Sketch:
    def draw(props: Props, width: float) -> Block:
        label = clean_text(props.get("label"))
        top = words(label, 6.5, width, "muted") if label else Block(5, (bar(width * 0.3),))
        return stacked([top, Block(height, (Shape("input", 0, 0, width, height, 3),))], 3)

    return draw


def _check(props: Props, width: float) -> Block:
    label = clean_text(props.get("label"))
    box = Shape("input", 0, 0, 9, 9, 2)
    if not label:
        return Block(9, (box, replace(bar(width * 0.4), x=14, y=2.5)))
    return Block(9, (box, *words(label, 7, width - 14, "muted").at(14, 1)))


SKETCHES: Final[dict[str, Sketch]] = {
    "DetailView": _detail,
    "Metric": _metric,
    "Chart": _chart,
    "Timeline": _timeline,
    "Heading": _heading,
    "Text": _prose,
    "Markdown": _prose,
    "Button": _button,
    "Menu": _button,
    "Badge": _badge,
    "Icon": _icon,
    "Link": _link,
    "Divider": _divider,
    "Image": _image,
    "Frame": _image,
    "TextField": _field(14),
    "NumberField": _field(14),
    "DateField": _field(14),
    "Select": _field(14),
    "FileField": _field(20),
    "TextArea": _field(32),
    "Checkbox": _check,
    "Switch": _check,
}
