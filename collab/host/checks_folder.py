"""The checks folder: the checks file of each collection, read once when the server starts.

A file that cannot be used stops the start: whoever declared a check relies on it. SPEC: section CC.
Called by ``main``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from collab.model.checks_file import InvalidChecks, read_checks
from collab.model.collection_checks import CollectionChecks
from collab.settings import SettingsError

__all__ = ["read_checks_file", "read_folder"]

_SUFFIX: Final = ".json"


def read_folder(folder: Path) -> Mapping[str, CollectionChecks]:
    """Return the checks by collection; none if there is no *folder*.

    Hidden files are passed over. Raises ``SettingsError`` (``checks_invalid``), which names the
    file, the place in it and what is wrong, and ``OSError``. Source: [CC1], [CC2].
    """
    if not folder.is_dir():
        return {}
    checks: dict[str, CollectionChecks] = {}
    for file in sorted(folder.iterdir()):
        if not file.name.startswith("."):
            try:
                checks[_collection_of(file)] = read_checks_file(file)
            except InvalidChecks as error:
                raise SettingsError(f"{file}: {error.message}", code=error.code) from None
    return checks


def read_checks_file(file: Path) -> CollectionChecks:
    """Return what *file* declares; raises ``InvalidChecks``, ``SettingsError`` and ``OSError``."""
    return read_checks(file.read_bytes(), _collection_of(file))


def _collection_of(file: Path) -> str:
    try:
        collection = unquote(file.name.removesuffix(_SUFFIX), errors="strict")
    except UnicodeDecodeError:
        collection = ""
    expected = f"{quote(collection, safe='')}{_SUFFIX}"
    if not collection or file.name != expected:
        # Passed over in silence, its checks would be missed by nobody until it is too late.
        raise SettingsError(
            f"{file}: a checks file is named as its collection in percent-encoding, with "
            f"{_SUFFIX}, such as {expected if collection else 'todos.json'}",
            code="checks_invalid",
        )
    return collection
