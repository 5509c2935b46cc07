"""Faults of model files: what is told, where, and on which line."""

from __future__ import annotations

import json

import pytest

from collab.errors import InvalidModel, ModelError
from collab.limits import MODEL_ERRORS_MAX, MODEL_FILE_BYTES_MAX, NESTING_MAX, TREE_DEPTH_MAX
from collab.model import dsl
from collab.model.source import Format
from tests.model.models import files

Told = tuple[str, int, str]


def errors(text: str | bytes, format_: Format = "json") -> list[ModelError]:
    """Return the errors that an import of *text* raises."""
    with pytest.raises(InvalidModel) as raised:
        dsl.read(text, format=format_)
    return list(raised.value.errors)


def told(text: str | bytes, format_: Format = "json") -> list[Told]:
    """Return pointer, line and code of every error."""
    return [(error.pointer, error.line, error.code) for error in errors(text, format_)]


def test_everything_at_once_in_json() -> None:
    """[MD8] [MD9] unknown key, wrong type and duplicate id, all with pointer, line and reason."""
    text = """{
  "application": {
    "nme": "größe",
    "dataModels": [
      {
        "id": "m",
        "name": "Auftrag",
        "fields": [
          {"name": "größe", "required": "ja"},
          {"id": "m", "name": "b",
           "validation": {"mx": 1}}
        ]
      }
    ],
    "pages": [
      {"children": [{"component": "Button@1", "props": {"label": "é"}, "titel": "x"}]}
    ]
  }
}"""
    assert sorted(told(text)) == [
        ("/application/dataModels/0/fields/0/required", 9, "wrong_type"),
        ("/application/dataModels/0/fields/1/validation", 11, "wrong_type"),
        ("/application/nme", 3, "unknown_key"),
        ("/application/pages/0/children/0/titel", 16, "unknown_key"),
    ]
    duplicate = text.replace('"nme"', '"name"').replace('"ja"', "true").replace('"mx"', '"max"')
    duplicate = duplicate.replace(', "titel": "x"', "")
    assert told(duplicate) == [("/application/dataModels/0/fields/1/id", 10, "duplicate_id")]
    assert "'m'" in errors(duplicate)[0].reason


def test_everything_at_once_in_yaml() -> None:
    """[MD8] [MD9] the same faults have the lines of the YAML file."""
    text = """# Größe
application:
  nme: größe
  dataModels:
    - name: Auftrag
      fields:
        - {name: größe, required: ja}
        - name: b
          scale: "2"
"""
    assert told(text, "yaml") == [
        ("/application/nme", 3, "unknown_key"),
        ("/application/dataModels/0/fields/0/required", 7, "wrong_type"),
        ("/application/dataModels/0/fields/1/scale", 9, "wrong_type"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n"application": {\n"name": "é",,\n}}', 3),
        ("", 1),
        ('{"application": {}}\n{}', 2),
        ('{"application": {"name": NaN}}', 0),
        ("[" * 100_000, 0),
        (f'{{"application": {{"name": {"1" * 5000}}}}}', 0),
    ],
)
def test_json_syntax(text: str, line: int) -> None:
    """[MD9] text that is no JSON is told with the line where the parser gave up."""
    (error,) = errors(text)
    assert error.line == line
    assert error.code in ("syntax", "value_number")


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("application:\n  name: [é", 2, "syntax"),
        ("application:\n\tname: x", 2, "syntax"),
        ("application: {}\n---\napplication: {}", 0, "syntax"),
        ("", 0, "syntax"),
        ("a: \x07", 0, "syntax"),
        ("application: &a\n  name: x", 1, "yaml_alias"),
        ("application:\n  name: *a", 2, "yaml_alias"),
        ("application:\n  name: !!python/name:os.system x", 2, "yaml_tag"),
        ("application:\n  ? [a]\n  : b", 2, "value_key"),
        ("a: " + "[" * 400 + "]" * 400, 1, "value_nesting"),
    ],
)
def test_yaml_syntax(text: str, line: int, code: str) -> None:
    """[MD20] what is no YAML, and what YAML has beyond JSON, is refused with its line."""
    (error,) = errors(text, "yaml")
    assert (error.code, error.line) in {(code, line), (code, line + 1)}


def test_yaml_scalars() -> None:
    """[MD20] yes, dates and sexagesimals stay words; numbers, null and booleans are values."""
    document = dsl.read(
        """application:
  name: yes
  version: 1.20
  metadata: {createdBy: off, lastModified: 2024-01-15T10:30:00Z}
  pages:
    - name: "1"
      path: 12:30
      variables: {a: 0x1F, b: 1_000, c: 12, d: 1.5, e: ~, f: true, g: '', größe: -3e2, h: 0o7}
""".replace("version: 1.20", "version: '1.20'"),
        format="yaml",
    )
    assert document["application"]["name"] == "yes"
    assert document["application"]["version"] == "1.20"
    assert document["application"]["metadata"]["lastModified"] == "2024-01-15T10:30:00Z"
    (page,) = document["nodes"].values()
    assert page["props"]["path"] == "12:30"
    assert page["props"]["variables"] == {
        "a": "0x1F",
        "b": "1_000",
        "c": 12,
        "d": 1.5,
        "e": None,
        "f": True,
        "g": "",
        "größe": -300,
        "h": "0o7",
    }


@pytest.mark.parametrize(
    "text",
    [
        "a\nb\n",
        " a\nb",
        "a \n",
        "\n",
        "\u2028",
        "\x85",
        "😀\té\n",
        "'",
        "- a",
        "1e100",
        "0x1F",
        "yes",
        "1:30",
        "~",
        "",
        " ",
        "# é",
        "2024-01-15",
    ],
)
def test_yaml_texts(text: str) -> None:
    """[MD19] texts of several lines, with odd ends and odd characters, come back as they were."""
    document = dsl.read(files(policies=[{"name": "ü", "rego": text}]))
    assert dsl.read(dsl.write(document, format="yaml"), format="yaml") == document


def test_duplicate_keys() -> None:
    """[MD9] a key that stands twice in an object is an error in both formats."""
    json_text = '{"application": {"name": "a",\n "größe": {"x~/y": 1,\n "x~/y": 2}}}'
    assert told(json_text) == [("/application/größe/x~0~1y", 3, "duplicate_key")]
    assert told("application:\n  a: 1\n  a: 2", "yaml") == [("/application/a", 3, "duplicate_key")]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ('"\\ud83d"', "value_text"),
        ("9007199254740993", "value_number"),
        ('{"__proto__": 1}', "value_key"),
        ("1e999", "value_number"),
    ],
)
def test_values_that_are_refused(value: str, code: str) -> None:
    """[MD9] what the core does not accept as JSON is told with its place, each of them."""
    variables = f'{{\n"a": {value},\n"b": {value}}}'
    text = f'{{"application": {{"pages": [{{"name": "é", "variables": {variables}}}]}}}}'
    found = errors(text)
    assert [(error.line, error.code) for error in found] == [(2, code), (3, code)]
    assert all(error.pointer.startswith("/application/pages/0/variables/") for error in found)


def test_encoding() -> None:
    """[MD9] a file is UTF-8, with or without a byte order mark, and not larger than the bound."""
    text = files(name="Größe")
    assert dsl.read(text.encode("utf-8-sig"))["application"]["name"] == "Größe"
    assert dsl.read("\ufeff" + text)["application"]["name"] == "Größe"
    assert told(text.encode("latin-1"))[0][1:] == (3, "syntax")
    assert told(b" " * (MODEL_FILE_BYTES_MAX + 1))[0][2] == "limit_model_bytes"


@pytest.mark.parametrize(
    ("text", "pointer", "code"),
    [
        ("[]", "", "wrong_type"),
        ('{"application": []}', "", "wrong_type"),
        ('{"application": {}, "größe": 1}', "/größe", "unknown_key"),
        (files(pages={}), "/application/pages", "wrong_type"),
        (files(pages=["é"]), "/application/pages/0", "wrong_type"),
        (files(pages=[{"id": 3}]), "/application/pages/0/id", "wrong_type"),
        (files(pages=[{"id": "application"}]), "/application/pages/0/id", "wrong_type"),
        (files(pages=[{"children": [{}]}]), "/application/pages/0/children/0", "missing_key"),
        (
            files(pages=[{"children": [{"component": 1}]}]),
            "/application/pages/0/children/0/component",
            "wrong_type",
        ),
        (
            files(pages=[{"children": [{"component": "Card@1", "props": 1}]}]),
            "/application/pages/0/children/0/props",
            "wrong_type",
        ),
        (
            files(pages=[{"children": [{"component": "Card@1", "props": {"titel": 1}}]}]),
            "/application/pages/0/children/0/props/titel",
            "unknown_key",
        ),
        (files(roles=[{"slots": 1}]), "/application/roles/0/slots", "wrong_type"),
        (
            files(dataModels=[{"fields": [], "slots": {"fields": []}}]),
            "/application/dataModels/0/slots/fields",
            "duplicate_key",
        ),
        (
            files(roles=[{"name": "a", "extra": {"name": "b"}}]),
            "/application/roles/0/extra/name",
            "duplicate_key",
        ),
        (files(roles=[{"grants": {}}]), "/application/roles/0/grants", "wrong_type"),
        (files(roles=[{"grants": [1]}]), "/application/roles/0/grants/0", "wrong_type"),
        (
            files(roles=[{"grants": [{"order": "a0"}]}]),
            "/application/roles/0/grants/0/order",
            "unknown_key",
        ),
        (
            files(roles=[{"grants": [{"id": 1}]}]),
            "/application/roles/0/grants/0/id",
            "wrong_type",
        ),
        (
            files(roles=[{"grants": [{"id": "é"}, {"id": "é"}]}]),
            "/application/roles/0/grants/1/id",
            "duplicate_id",
        ),
        (
            files(roles=[{"grants": [{"verbs": ["read", "read"]}]}]),
            "/application/roles/0/grants/0/verbs/1",
            "duplicate_item",
        ),
        (
            files(roles=[{"grants": [{"verbs": [1]}]}]),
            "/application/roles/0/grants/0/verbs/0",
            "wrong_type",
        ),
        (
            files(roles=[{"grants": [{"verbs": "read"}]}]),
            "/application/roles/0/grants/0/verbs",
            "wrong_type",
        ),
        (files(policies=[{"rego": 1}]), "/application/policies/0/rego", "wrong_type"),
        (files(metadata=[]), "/application/metadata", "wrong_type"),
        (files(metadata={"größe": 1}), "/application/metadata/größe", "unknown_key"),
    ],
)
def test_structure(text: str, pointer: str, code: str) -> None:
    """[MD8] each kind of structural fault, with the pointer of the place to blame."""
    assert [(error.pointer, error.code) for error in errors(text)] == [(pointer, code)]


def test_depth() -> None:
    """[MD8] trees and values nest as deep as a room takes them, and no deeper."""
    tree: dict[str, object] = {"component": "Stack@1"}
    for _ in range(TREE_DEPTH_MAX - 2):
        tree = {"component": "Stack@1", "children": [tree]}
    assert len(dsl.read(files(pages=[{"children": [tree]}]))["nodes"]) == TREE_DEPTH_MAX
    deeper = {"component": "Stack@1", "children": [tree]}
    assert {error.code for error in errors(files(pages=[{"children": [deeper]}]))} == {
        "limit_depth"
    }
    value: object = 1
    for _ in range(NESTING_MAX - 5):
        value = [value]
    dsl.read(files(pages=[{"variables": {"é": value}}]))
    found = errors(files(pages=[{"variables": {"é": [value]}}]))
    assert [error.code for error in found] == ["value_nesting"]


def test_errors_are_bounded() -> None:
    """[MD8] a file of nothing but faults names the first of them only."""
    text = json.dumps({"application": {f"é{index}": 1 for index in range(MODEL_ERRORS_MAX + 9)}})
    assert len(errors(text)) == MODEL_ERRORS_MAX


def test_validate() -> None:
    """[MD9] a file without errors has problems with pointer and line; nothing is raised."""
    text = files(
        dataModels=[{"name": "Größe", "fields": [{"name": "a", "type": "Text", "scale": -1}]}],
        roles=[{"name": "r", "grants": [{}, {"model": "Nirgends", "verbs": ["fliegen"]}]}],
    )
    validation = dsl.validate(text, file_name="größe.json")
    assert validation.is_importable
    lines = text.splitlines()
    found = {(problem.pointer, problem.code) for problem in validation.problems}
    assert found == {
        ("/application/dataModels/0/fields/0/scale", "range"),
        ("/application/dataModels/0/name", "pattern"),
        ("/application/roles/0/grants/1/model", "dangling_reference"),
        ("/application/roles/0/grants/1/verbs/0", "not_allowed"),
    }
    for problem in validation.problems:
        key = problem.pointer.rpartition("/")[2]
        assert ("fliegen" if key == "0" else f'"{key}"') in lines[problem.line - 1]
    broken = dsl.validate("{", file_name="x")
    assert not broken.is_importable
    assert broken.problems == ()


def test_the_error_names_the_file() -> None:
    """[MD8] the error of an import carries the name of the file as a note."""
    with pytest.raises(InvalidModel) as raised:
        dsl.read(files(größe=1), file_name="größe.json")
    assert raised.value.__notes__ == ["in größe.json"]
