"""The thumbnail: a small drawing of an application, from its document alone.

It shows the first page as a wireframe; an application without pages shows its data models and what
refers to what. The same document always gives the same bytes. The drawing is light or dark as its
surroundings are; ``#light`` and ``#dark`` behind its address choose. SPEC: section RG. Called by
``api.thumbnails``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from collab.limits import THUMBNAIL_SHAPES_MAX
from collab.model.document import APPLICATION, Document, Tree, props_of
from collab.model.sketches import Shape, clean_text, fitted
from collab.model.wireframe import Wireframe
from collab.values import Json

__all__ = ["EDITION", "HEIGHT", "WIDTH", "thumbnail"]

# Counts the ways of drawing, so that caches do not keep a picture that would be drawn otherwise.
EDITION: Final = 1
WIDTH: Final = 320
HEIGHT: Final = 200

_MARGIN: Final = 14.0
_BAR: Final = 20.0
# Between the boxes of two data models.
_ALLEY: Final = 18.0
_MODELS_MAX: Final = 6
_FIELDS_MAX: Final = 5

_LIGHT: Final = (
    "--paper:#fff;--fill:#e4e8ef;--strong:#c2c9d6;--line:#d5dae3;--head:#f1f3f7;--ink:#3c4454;"
    "--muted:#6b7485;--accent:#5b76e8;--soft:#dbe2fd;--on:#fff"
)
_DARK: Final = (
    "--paper:#1f232a;--fill:#333a45;--strong:#4b5463;--line:#3a414d;--head:#292e37;--ink:#d4d9e2;"
    "--muted:#98a1b0;--accent:#6f88f0;--soft:#33406f;--on:#fff"
)
_STYLE: Final = (
    f"#dark,#light:target{{{_LIGHT}}}"
    f"@media(prefers-color-scheme:dark){{#dark{{{_DARK}}}}}"
    f"#dark:target{{{_DARK}}}"
    ".paper{fill:var(--paper)}.fill{fill:var(--fill)}.strong{fill:var(--strong)}"
    ".line{fill:var(--line)}.head{fill:var(--head)}.accent{fill:var(--accent)}"
    ".soft{fill:var(--soft)}.card,.input,.chip{fill:var(--paper);stroke:var(--line)}"
    ".chip{fill:var(--head)}.unknown{fill:none;stroke:var(--strong);stroke-dasharray:3 3}"
    ".link{stroke:var(--strong);stroke-width:1.2}"
    ".text{font-family:system-ui,sans-serif;fill:var(--ink)}.text.muted{fill:var(--muted)}"
    ".text.strong{font-weight:600;fill:var(--ink)}.text.on-accent{fill:var(--on);font-weight:600}"
    ".text.accent-text{fill:var(--accent)}.middle{text-anchor:middle}"
)


def thumbnail(document: Document) -> str:
    """Return the drawing of *document*, an SVG of ``WIDTH`` by ``HEIGHT`` units.

    It is bounded by ``THUMBNAIL_SHAPES_MAX`` shapes whatever the document is, and holds no text
    of the document unescaped.
    """
    tree = Tree(document)
    nodes = document["nodes"]
    pages = tree.children(APPLICATION, "pages")
    models = tree.children(APPLICATION, "dataModels")
    lines: list[str] = []
    shapes: tuple[Shape, ...]
    if pages:
        shapes = _page(document, tree, pages[0])
    elif models:
        shapes, lines = _models(nodes, tree, models)
    else:
        shapes = (Shape("unknown", 110, 65, 100, 70, 6), Shape("strong", 150, 98, 20, 4))
    visible = [shape for shape in shapes if shape.y < HEIGHT and shape.x < WIDTH]
    return _svg(lines, visible[:THUMBNAIL_SHAPES_MAX])


def _page(document: Document, tree: Tree, page: str) -> tuple[Shape, ...]:
    props = props_of(document["nodes"].get(page))
    title = clean_text(props.get("title")) or clean_text(props.get("name"))
    bar = (
        Shape("head", 0, 0, WIDTH, _BAR, 0),
        Shape("line", 0, _BAR, WIDTH, 0.8, 0),
        Shape("strong", _MARGIN, 7, 6, 6, 3),
        Shape("text", _MARGIN + 12, 13, WIDTH, 8, text=fitted(title, 8, WIDTH - 60)),
    )
    content = Wireframe(document, tree).column(page, "children", WIDTH - 2 * _MARGIN)
    if content.height == 0:
        return (*bar, Shape("unknown", _MARGIN, 34, WIDTH - 2 * _MARGIN, 70, 4))
    return (*bar, *content.at(_MARGIN, _BAR + 12))


# --- data models --------------------------------------------------------------------------------


def _models(nodes: Json, tree: Tree, models: Sequence[str]) -> tuple[tuple[Shape, ...], list[str]]:
    """Return the boxes of *models*, and the lines between those that refer to each other."""
    shown = models[:_MODELS_MAX]
    columns = min(len(shown), 2 if len(shown) == 4 else 3)
    width = min(110.0, (WIDTH - 2 * _MARGIN - _ALLEY * (columns - 1)) / columns)
    rows = [shown[start : start + columns] for start in range(0, len(shown), columns)]
    heights = [max(_model_height(tree, model) for model in row) for row in rows]
    y = (HEIGHT - sum(heights) - _ALLEY * (len(rows) - 1)) / 2
    places: dict[str, tuple[float, float]] = {}
    for row, height in zip(rows, heights, strict=True):
        left = (WIDTH - width * columns - _ALLEY * (columns - 1)) / 2
        for index, model in enumerate(row):
            places[model] = (left + index * (width + _ALLEY), y)
        y += height + _ALLEY
    lines: list[str] = []
    shapes: list[Shape] = []
    for model, (x, top) in places.items():
        fields = tree.children(model, "fields")
        shapes += _model(nodes, model, fields, (x, top, width, _model_height(tree, model)))
        for target in _targets(nodes, fields):
            if target in places and target != model:
                to_x, to_y = places[target]
                lines.append(_line(x + width / 2, top + 12, to_x + width / 2, to_y + 12))
    return tuple(shapes), sorted(set(lines))


def _model_height(tree: Tree, model: str) -> float:
    return 22.0 + 9 * max(1, min(len(tree.children(model, "fields")), _FIELDS_MAX))


def _model(
    nodes: Json, model: str, fields: Sequence[str], box: tuple[float, float, float, float]
) -> Iterable[Shape]:
    x, y, width, height = box
    name = clean_text(props_of(nodes.get(model)).get("name"))
    yield Shape("card", x, y, width, height, 4)
    yield Shape("head", x + 0.5, y + 0.5, width - 1, 15, 3.5)
    yield Shape("text strong", x + 7, y + 10.6, width, 7.5, text=fitted(name, 7.5, width - 14))
    for index in range(min(len(fields), _FIELDS_MAX)):
        line = y + 20.5 + 9 * index
        kind = props_of(nodes.get(fields[index])).get("type")
        share = 0.3 + 0.08 * (index * 3 % 4)
        yield Shape("accent" if kind == "Reference" else "fill", x + 7, line, width * share, 4)
        yield Shape("fill", x + width * 0.74, line, width * 0.16, 4)


def _targets(nodes: Json, fields: Sequence[str]) -> Iterable[str]:
    for field in fields:
        reference = props_of(nodes.get(field)).get("model")
        target = reference.get("ref") if isinstance(reference, dict) else None
        if isinstance(target, str):
            yield target


# --- SVG ----------------------------------------------------------------------------------------


def _svg(lines: Sequence[str], shapes: Iterable[Shape]) -> str:
    drawn = "".join((*lines, *map(_element, shapes)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="dark" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<style>{_STYLE}</style><g id="light"><rect class="paper" width="{WIDTH}" '
        f'height="{HEIGHT}"/>{drawn}</g></svg>'
    )


def _element(shape: Shape) -> str:
    x, y = _figure(shape.x), _figure(shape.y)
    if shape.look.startswith("text"):
        size = _figure(shape.height)
        return (
            f'<text class="{shape.look}" x="{x}" y="{y}" font-size="{size}">'
            f"{escape(shape.text)}</text>"
        )
    width, height = _figure(shape.width), _figure(shape.height)
    return (
        f'<rect class="{shape.look}" x="{x}" y="{y}" width="{width}" height="{height}" '
        f'rx="{_figure(shape.radius)}"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    from_x, from_y, to_x, to_y = map(_figure, (x1, y1, x2, y2))
    return f'<line class="link" x1="{from_x}" y1="{from_y}" x2="{to_x}" y2="{to_y}"/>'


def _figure(number: float) -> str:
    """Return *number* with at most one decimal place."""
    return f"{max(0.0, round(number, 1)):g}"
