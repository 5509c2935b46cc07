"""OT types: what a room needs of a type of document, and the types that the server speaks.

A room asks its :class:`OTType` and knows no type by name. The types are stateless, their functions
pure; ops and documents are JSON values that nobody changes. ShareDB names a type by its URI on the
wire, and by its name or URI when a document is created.

SPEC: section TX. Called by the room, the history and the ShareDB adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from collab.errors import InvalidOp
from collab.ot import json0, rich_text, text_unicode
from collab.ot.component import Side
from collab.values import Json
from collab.values import normalize as normalize_value

__all__ = ["JSON0", "RICH_TEXT", "TEXT_UNICODE", "OTType", "find_type"]


@dataclass(frozen=True, slots=True)
class OTType:
    """A type of documents and the ops on them; every function leaves its arguments unchanged.

    - ``create(data)`` gives the document that *data* of a peer begin, ``normalize(op)`` a peer's
      op as every other function takes it; both raise ``InvalidOp``, ``InvalidValue`` or
      ``LimitExceeded``.
    - ``apply(document, op)`` raises ``InvalidOp`` if the op does not fit.
    - ``transform(op, other, side)`` gives *op* as it reads after *other*; a server transforms the
      op that comes in as ``"left"``.
    - ``compose(first, second)`` gives one op for two.
    - ``complete(op, document)`` gives *op*, made on *document*, with what it takes away named as
      far as ops of the type can name it.
    - ``invert(op, document)`` gives the op that undoes *op*, which was made on *document*.
    - ``transform_presence(presence, op, is_own)`` gives a presence as it is after *op*; ``None``
      if npm's type has none, so that ShareDB offers no presence in such documents.
    - ``to_wire(op)`` gives *op* in the form in which npm's server sends it.
    """

    name: str
    uri: str
    create: Callable[[Json], Json]
    normalize: Callable[[Any], list[Any]]
    apply: Callable[[Any, list[Any]], Json]
    transform: Callable[[list[Any], list[Any], Side], list[Any]]
    compose: Callable[[list[Any], list[Any]], list[Any]]
    complete: Callable[[list[Any], Json], list[Any]]
    invert: Callable[[list[Any], Json], list[Any]]
    to_wire: Callable[[list[Any]], Json]
    transform_presence: Callable[[Json, list[Any], bool], Json] | None = None

    def text_to_wire(self, text: bytes) -> bytes:
        """Return *text*, a document as JSON text, in the form in which npm's server sends it."""
        return orjson.dumps(self.to_wire([])).replace(b"[]", text, 1)

    def size_bytes(self, document: Json) -> int:
        """Return the length of *document* as JSON text, in bytes.

        A text op does not tell by how much it makes a document grow: a delete may be of any
        characters, a format may be set on many runs, and a run that is cut has its formats twice.
        """
        return len(orjson.dumps(document))


def find_type(name: str) -> OTType:
    """Return the type of that name or URI; ``InvalidOp`` (``op_type``) if the server has none."""
    try:
        return _TYPES[name]
    except KeyError:
        raise InvalidOp("op_type", "documents of this type are not known here") from None


def _as_it_is(op: list[Any]) -> Json:
    return op


JSON0: Final = OTType(
    name=json0.NAME,
    uri=json0.URI,
    create=normalize_value,
    normalize=json0.normalize,
    apply=json0.apply,
    transform=json0.transform,
    compose=json0.compose,
    complete=lambda op, document: op,
    invert=lambda op, document: json0.invert(op),
    to_wire=_as_it_is,
)

TEXT_UNICODE: Final = OTType(
    name=text_unicode.NAME,
    uri=text_unicode.URI,
    create=text_unicode.create,
    normalize=text_unicode.normalize,
    apply=text_unicode.apply,
    transform=text_unicode.transform,
    compose=text_unicode.compose,
    complete=text_unicode.make_invertible,
    invert=lambda op, document: text_unicode.invert(text_unicode.make_invertible(op, document)),
    to_wire=_as_it_is,
)

RICH_TEXT: Final = OTType(
    name=rich_text.NAME,
    uri=rich_text.URI,
    create=rich_text.create,
    normalize=rich_text.normalize,
    apply=rich_text.apply,
    transform=rich_text.transform,
    compose=rich_text.compose,
    complete=lambda op, document: op,
    invert=rich_text.invert,
    to_wire=rich_text.to_wire,
    transform_presence=rich_text.transform_presence,
)

_TYPES: Final = {
    key: ot_type
    for ot_type in (JSON0, TEXT_UNICODE, RICH_TEXT)
    for key in (ot_type.name, ot_type.uri)
}
