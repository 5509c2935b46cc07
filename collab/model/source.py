"""Source: the text of a model file, as a JSON value in which every place knows its line.

JSON is parsed by the standard library's C scanner. Lines are wanted only when something is wrong,
so they are found by a second, slower pass over the text, once, at the first question. YAML is read
from libyaml's events and not through a loader: no tag makes an object, an alias is refused (ten
lines of aliases can name a billion values), and scalars follow the JSON-like core schema of YAML
1.2, in which ``no`` is a word, ``12:30`` is a text and a date stays what was written.
SPEC: section MD. Called by ``dsl`` and ``reader``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NoReturn, TypeAlias

import yaml

from collab.errors import InvalidModel, InvalidValue, ModelError
from collab.limits import MODEL_ERRORS_MAX, MODEL_FILE_BYTES_MAX, MODEL_NESTING_MAX
from collab.values import Json, Path, check_key, normalize

__all__ = ["Format", "Source", "pointer_of", "read_source", "resolve_yaml"]

Format: TypeAlias = Literal["json", "yaml"]
Lines: TypeAlias = dict[Path, int]

_JSON_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()
_YAML_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_YAML_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_YAML_WORDS: Final[Mapping[str, Json]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class Source:
    """A model file that is well-formed: its value, and the line (1-based) of each place in it."""

    value: Json
    _find_lines: Callable[[], Lines]
    _lines: Lines | None = field(default=None)

    def line(self, path: Path) -> int:
        """Return the line on which the value at *path* begins, or that of what holds it."""
        if self._lines is None:
            self._lines = self._find_lines()
        for length in range(len(path), -1, -1):
            line = self._lines.get(path[:length])
            if line is not None:
                return line
        return 0

    def error(self, path: Path, code: str, reason: str) -> ModelError:
        """Return a fault of this file with the pointer and the line of *path*."""
        return ModelError(pointer_of(path), self.line(path), code, reason)


def pointer_of(path: Path) -> str:
    """Return the JSON pointer (RFC 6901) of *path*."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def read_source(text: str | bytes, format_: Format) -> Source:
    """Return what *text* holds, cleaned as ``values.normalize`` does.

    Raises ``InvalidModel`` with every fault: syntax (the first one only, since what follows it
    means nothing), duplicate keys, and values that the core does not accept. Source: [MD9].
    """
    content = _decode(text)
    source = _read_json(content) if format_ == "json" else _read_yaml(content)
    faults: list[tuple[Path, str, str]] = []
    source.value = _clean(source.value, (), faults)
    if faults:
        raise InvalidModel(tuple(source.error(*fault) for fault in faults[:MODEL_ERRORS_MAX]))
    return source


def _decode(text: str | bytes) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MODEL_FILE_BYTES_MAX:
        _refuse(
            0,
            "limit_model_bytes",
            f"a model file has at most {MODEL_FILE_BYTES_MAX} bytes",
        )
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        _refuse(line, "syntax", "the file is not UTF-8")


def _refuse(line: int, code: str, reason: str) -> NoReturn:
    raise InvalidModel((ModelError("", line, code, reason),))


def _clean(value: Json, path: Path, faults: list[tuple[Path, str, str]]) -> Json:
    """Return *value* normalised; unlike ``normalize`` go on after a fault, to list them all."""
    if len(path) > MODEL_NESTING_MAX:
        faults.append((path, "value_nesting", f"nested deeper than {MODEL_NESTING_MAX} levels"))
        return None
    if isinstance(value, dict):
        for key in value:
            try:
                check_key(key)
            except InvalidValue as error:
                faults.append(((*path, key), error.code, error.message))
        return {key: _clean(item, (*path, key), faults) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, (*path, index), faults) for index, item in enumerate(value)]
    try:
        return normalize(value)
    except InvalidValue as error:
        faults.append((path, error.code, error.message))
        return None


# --- JSON ---------------------------------------------------------------------------------------


def _read_json(text: str) -> Source:
    has_duplicates = False

    def build(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal has_duplicates
        members = dict(pairs)
        has_duplicates = has_duplicates or len(members) != len(pairs)
        return members

    try:
        value = json.loads(text, object_pairs_hook=build, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        _refuse(error.lineno, "syntax", f"{error.msg} (column {error.colno})")
    except InvalidValue as error:
        _refuse(0, error.code, error.message)
    except (RecursionError, ValueError) as error:
        # Python also gives up on integers of more than 4,300 digits, with a ValueError.
        _refuse(0, "syntax", f"the file cannot be read: {error}")
    scan = _JsonScan(text)
    source = Source(value, scan.run)
    if has_duplicates:
        source.line(())
        raise InvalidModel(
            tuple(source.error(*fault) for fault in scan.duplicates[:MODEL_ERRORS_MAX])
        )
    return source


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidValue("value_number", f"{name} is not JSON")


class _JsonScan:
    """A pass over well-formed JSON that notes the line of every value and the duplicate keys."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: Lines = {}
        self._line = 1
        self._counted = 0
        self.duplicates: list[tuple[Path, str, str]] = []

    def run(self) -> Lines:
        # The C parser goes deeper than this pass can. Such a file is refused for its nesting, and
        # ``Source.line`` answers with the line of the innermost place that was reached.
        with suppress(RecursionError):
            self._value(0, ())
        return self._lines

    def _space(self, position: int) -> int:
        match = _JSON_SPACE.match(self._text, position)
        assert match is not None, "the pattern matches the empty string"
        return match.end()

    def _note(self, position: int, path: Path) -> None:
        self._line += self._text.count("\n", self._counted, position)
        self._counted = position
        self._lines[path] = self._line

    def _value(self, position: int, path: Path) -> int:
        position = self._space(position)
        self._note(position, path)
        match self._text[position]:
            case "{":
                return self._object(position + 1, path)
            case "[":
                return self._array(position + 1, path)
            case _:
                return _DECODER.raw_decode(self._text, position)[1]

    def _object(self, position: int, path: Path) -> int:
        seen: set[str] = set()
        position = self._space(position)
        while self._text[position] != "}":
            if self._text[position] == ",":
                position = self._space(position + 1)
            key, position = _DECODER.raw_decode(self._text, position)
            place = (*path, key)
            position = self._value(self._space(position) + 1, place)
            if key in seen:
                self.duplicates.append((place, "duplicate_key", f"the key {key!r} stands twice"))
            seen.add(key)
            position = self._space(position)
        return position + 1

    def _array(self, position: int, path: Path) -> int:
        index = 0
        position = self._space(position)
        while self._text[position] != "]":
            if self._text[position] == ",":
                position += 1
            position = self._space(self._value(position, (*path, index)))
            index += 1
        return position + 1


# --- YAML ---------------------------------------------------------------------------------------


def _read_yaml(text: str) -> Source:
    build = _YamlBuild()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            build.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _refuse(
            mark.line + 1 if mark else 0,
            "syntax",
            error.problem or "the YAML is not valid",
        )
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        _refuse(0, "syntax", f"the YAML is not valid: {error}")
    if build.documents != 1:
        _refuse(0, "syntax", f"a model file holds one YAML document, not {build.documents}")
    source = Source(build.root, lambda: build.lines)
    if build.faults:
        raise InvalidModel(tuple(source.error(*fault) for fault in build.faults[:MODEL_ERRORS_MAX]))
    return source


class _YamlBuild:
    """Builds a JSON value from YAML's events, without recursion, noting lines and faults."""

    def __init__(self) -> None:
        self.root: Json = None
        self.documents = 0
        self.lines: Lines = {}
        self.faults: list[tuple[Path, str, str]] = []
        # For each open collection: the collection, its path, and for a mapping the key waiting.
        self._open: list[tuple[Any, Path, list[str]]] = []

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            _refuse(
                line,
                "yaml_alias",
                "anchors and aliases are not taken: write the value out",
            )
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            if len(self._open) > MODEL_NESTING_MAX:
                _refuse(
                    line,
                    "value_nesting",
                    f"nested deeper than {MODEL_NESTING_MAX} levels",
                )
            path = self._add(container, line)
            self._open.append((container, path, []))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._open.pop()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)

    def _scalar(self, event: Any, line: int) -> None:
        if self._open and isinstance(self._open[-1][0], dict) and not self._open[-1][2]:
            self._open[-1][2].append(event.value)
            return
        tag = event.tag
        if tag is not None and tag != "!":
            _refuse(line, "yaml_tag", f"the tag {tag!r} is not taken")
        # The first flag says that the scalar was written without quotes.
        self._add(resolve_yaml(event.value) if event.implicit[0] else event.value, line)

    def _add(self, value: Json, line: int) -> Path:
        if not self._open:
            self.root = value
            self.lines[()] = line
            return ()
        container, path, waiting = self._open[-1]
        if isinstance(container, list):
            place = (*path, len(container))
            container.append(value)
        elif not waiting:
            _refuse(line, "value_key", "a key must be a string")
        else:
            key = waiting.pop()
            place = (*path, key)
            if key in container:
                self.faults.append((place, "duplicate_key", f"the key {key!r} stands twice"))
            container[key] = value
        self.lines[place] = line
        return place


def resolve_yaml(text: str) -> Json:
    """Return what a scalar without quotes means in the core schema of YAML 1.2: mostly itself."""
    if text in _YAML_WORDS:
        return _YAML_WORDS[text]
    if _YAML_INTEGER.fullmatch(text) and len(text) <= 20:
        return int(text)
    if _YAML_FLOAT.fullmatch(text):
        return float(text)
    return text
