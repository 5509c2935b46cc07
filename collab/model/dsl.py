"""The disk form: models as JSON or YAML text, read into the live form and written from it.

``read(write(document))`` gives the same document, and ``write`` gives the same bytes for it every
time. SPEC: section MD. Called by ``api``, ``cli``, ``history`` and ``runtime``.
"""

from __future__ import annotations

from dataclasses import dataclass

from collab.errors import InvalidModel, ModelError
from collab.limits import MODEL_ERRORS_MAX
from collab.model.document import APPLICATION, Document
from collab.model.problems import Problem, problems_of
from collab.model.reader import Element, Reader
from collab.model.registry import Registry, builtin
from collab.model.source import Format, Source, pointer_of, read_source
from collab.model.writer import render, write_disk
from collab.values import Json

__all__ = ["FileProblem", "Validation", "read", "to_disk", "validate", "write"]


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A problem of a model file: something that imports, and that a person should look at."""

    pointer: str
    line: int
    code: str
    message: str
    severity: str
    node: str


@dataclass(frozen=True, slots=True)
class Validation:
    """What is wrong with a file: ``errors`` keep it from being imported, ``problems`` do not."""

    file_name: str
    errors: tuple[ModelError, ...]
    problems: tuple[FileProblem, ...]

    @property
    def is_importable(self) -> bool:
        """Whether the file can be imported."""
        return not self.errors


def read(
    text: str | bytes,
    *,
    format: Format = "json",
    file_name: str = "",
    registry: Registry | None = None,
) -> Document:
    """Return the live document that a model file describes.

    *text* is UTF-8 and at most 16 MiB. Raises ``InvalidModel`` with all errors at once, each with
    its JSON pointer, line and reason; nothing is imported then. *file_name* is only for the text
    of the error. Source: [MD8], [MD9].
    """
    return _read(text, format, file_name, registry or builtin())[0]


def to_disk(document: Document, registry: Registry | None = None) -> Json:
    """Return the disk form as JSON values, keys in canonical order: what policies are given."""
    return write_disk(document, registry or builtin())


def write(document: Document, registry: Registry | None = None, format: Format = "json") -> str:
    """Return the canonical text of *document*; see ``writer``. Source: [MD7]."""
    return render(write_disk(document, registry or builtin()), format)


def validate(
    text: str | bytes,
    *,
    format: Format = "json",
    file_name: str = "",
    registry: Registry | None = None,
) -> Validation:
    """Return everything that is wrong with a model file; never raises for its content."""
    registry = registry or builtin()
    try:
        document, source, reader = _read(text, format, file_name, registry)
    except InvalidModel as error:
        return Validation(file_name, error.errors, ())
    problems = (
        _file_problem(problem, reader.origins.get(problem.node), source)
        for problem in problems_of(document, registry)
    )
    return Validation(file_name, (), tuple(problems))


def _read(
    text: str | bytes, format_: Format, file_name: str, registry: Registry
) -> tuple[Document, Source, Reader]:
    source = read_source(text, format_)
    reader = Reader(registry)
    document = reader.read(source.value)
    if reader.faults:
        faults = reader.faults[:MODEL_ERRORS_MAX]
        error = InvalidModel(tuple(source.error(*fault) for fault in faults))
        if file_name:
            error.add_note(f"in {file_name}")
        raise error
    return document, source, reader


def _file_problem(problem: Problem, element: Element | None, source: Source) -> FileProblem:
    """Find the place in the file that a problem of the live document speaks of."""
    path = () if element is None else element.path
    if element is not None and problem.view_path:
        prop = str(problem.view_path[0])
        if prop in element.prop_paths:
            path = (*element.prop_paths[prop], *problem.view_path[1:])
    return FileProblem(
        pointer=pointer_of(path),
        line=source.line(path),
        code=problem.code,
        message=problem.message,
        severity=problem.severity,
        node="" if problem.node == APPLICATION else problem.node,
    )
