"""Thumbnails: what is drawn, that it is bounded, and that no text gets out of its place. RG."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given, settings

from collab.limits import THUMBNAIL_SHAPES_MAX, TREE_DEPTH_MAX
from collab.model import dsl
from collab.model.document import empty_document
from collab.model.thumbnail import HEIGHT, WIDTH, thumbnail
from collab.values import copy_json
from tests.model.models import REGISTRY, SAMPLES, live, model_files

_SVG = "{http://www.w3.org/2000/svg}"


def _drawn(application: dict[str, Any]) -> str:
    return thumbnail(live(id="a", **application))


def _page(*children: dict[str, Any], name: str = "Größe") -> dict[str, Any]:
    return {"pages": [{"name": name, "path": "/", "children": list(children)}]}


def _component(kind: str, *children: dict[str, Any], **props: Any) -> dict[str, Any]:
    component: dict[str, Any] = {"component": f"{kind}@1", "props": props}
    if children:
        component["children"] = list(children)
    return component


def _parse(svg: str) -> list[ET.Element]:
    """Return the shapes of a drawing that is well-formed and as large as it should be."""
    root = ET.fromstring(svg)
    assert root.tag == f"{_SVG}svg"
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    return [item for item in root.iter() if item.tag in {f"{_SVG}rect", f"{_SVG}text"}]


def _texts(svg: str) -> list[str]:
    return [item.text or "" for item in _parse(svg) if item.tag == f"{_SVG}text"]


def _count(svg: str, look: str) -> int:
    return sum(item.get("class") == look for item in _parse(svg))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_drawn(sample: Any) -> None:
    """[RG15] the same document gives the same bytes, and drawing leaves the document alone."""
    document = dsl.read(sample.read_bytes(), format="json", registry=REGISTRY)
    before = copy_json(document)
    first = thumbnail(document)
    assert document == before
    assert thumbnail(copy_json(document)) == first
    expected = {"Orders", "New order", "Status", "Search", "Customer"}
    assert set(_texts(first)) >= (expected if "order-management.json" in str(sample) else {"Order"})


def test_a_page_is_a_wireframe() -> None:
    """[RG15] title, headings, buttons, fields, tables and cards are where a page has them."""
    svg = _drawn(
        _page(
            _component("Heading", text="Bestellungen 😀", level=1),
            _component(
                "Stack",
                _component("Button", label="Neu", variant="primary"),
                _component("Button", label="Alt"),
                direction="horizontal",
            ),
            _component("Card", _component("TextField", label="Straße"), title="Kunde"),
            _component("Table", columns=[{"field": "a", "title": "Nummer"}, {"field": "b"}]),
        )
    )
    assert _texts(svg)[:6] == ["Größe", "Bestellungen 😀", "Neu", "Alt", "Kunde", "Straße"]
    assert "Nummer" in _texts(svg)
    assert (_count(svg, "accent"), _count(svg, "chip"), _count(svg, "input")) == (1, 1, 1)
    buttons = [item for item in _parse(svg) if item.get("class") in {"accent", "chip"}]
    assert buttons[0].get("y") == buttons[1].get("y")
    assert buttons[0].get("x") != buttons[1].get("x")


def test_a_grid_keeps_its_shares() -> None:
    """[RG15] two columns in shares of two and one, and equal ones for a number."""
    for columns, expected in (([2, 1], 2.0), (2, 1.0)):
        grid = _component("Grid", _component("Card"), _component("Card"), columns=columns)
        cards = [item for item in _parse(_drawn(_page(grid))) if item.get("class") == "card"]
        first, second = (float(card.get("width", "")) for card in cards)
        assert first / second == pytest.approx(expected, abs=0.01)
        assert float(cards[1].get("x", "")) > first


def test_what_is_not_shown_is_not_drawn() -> None:
    """[RG15] a dialog is closed; an unknown component and an empty page have an outline."""
    svg = _drawn(_page(_component("Dialog", _component("Button", label="Ja"), name="d")))
    assert "Ja" not in _texts(svg)
    assert _count(svg, "unknown") == 1
    unknown = _drawn(_page(_component("Größenwahl"), _component("Divider")))
    assert _count(unknown, "unknown") == 1
    assert _count(thumbnail(empty_document()), "unknown") == 1


def test_models_are_a_diagram() -> None:
    """[RG15] without pages the data models are drawn, and a line where one refers to another."""
    reference = {"name": "kunde", "type": "Reference", "model": "Kunde"}
    models = [
        {"name": "Kunde", "fields": [{"name": "name", "type": "Text"}]},
        {"name": "Bestellung", "fields": [reference, {"name": "nummer", "type": "Text"}]},
    ]
    svg = _drawn({"dataModels": models})
    assert _texts(svg) == ["Kunde", "Bestellung"]
    assert svg.count("<line") == 1
    assert _count(svg, "accent") == 1
    many = [{"name": f"Model{number}", "fields": []} for number in range(50)]
    assert _texts(_drawn({"dataModels": many})) == [f"Model{number}" for number in range(6)]


@pytest.mark.parametrize(
    "text",
    [
        "</text><script>alert(1)</script>",
        "\"' onload=alert(1) x='",
        "]]><!-- & &amp; &#0;",
        "größe \x01\x7f\u0085\u2028\ufffe ende",
        "😀" * 500,
        "مرحبا بالعالم",
    ],
)
def test_texts_stay_texts(text: str) -> None:
    """[RG16] whatever a text holds, the drawing is well-formed and holds it as text, cut."""
    svg = _drawn(_page(_component("Heading", text=text), name=text))
    title = _texts(svg)[0]
    assert len(title) <= 48
    assert title[:5] == " ".join(text.split())[:5]
    root = ET.fromstring(svg)
    tags = {item.tag.removeprefix(_SVG) for item in root.iter()}
    assert tags <= {"svg", "style", "g", "rect", "text"}
    assert not [name for item in root.iter() for name in item.attrib if name.startswith("on")]


def test_a_large_page_is_cut() -> None:
    """[RG16] thousands of components, and the deepest tree, give a small drawing at once."""
    wide = _component("Grid", *(_component("TextField", label="é") for _ in range(3_000)))
    svg = _drawn(_page(wide))
    assert len(_parse(svg)) <= THUMBNAIL_SHAPES_MAX + 1
    deep = _component("Button", label="unten")
    for level in range(TREE_DEPTH_MAX - 4):
        deep = _component("Stack", *([deep, deep] if level < 8 else [deep]))
    assert len(_drawn(_page(deep))) < 100_000


@settings(max_examples=60, deadline=None)
@given(model_files())
def test_every_model_can_be_drawn(model: str) -> None:
    """[RG16] any model that imports has a drawing, well-formed and within its bounds."""
    shapes = _parse(thumbnail(dsl.read(model)))
    assert len(shapes) <= THUMBNAIL_SHAPES_MAX + 1
    for shape in shapes:
        assert float(shape.get("x", "0")) < WIDTH
        assert float(shape.get("y", "0")) < HEIGHT + 20
