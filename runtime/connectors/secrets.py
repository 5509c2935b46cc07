"""Secrets by name. SPEC: section CT. Called by ``connectors``; made by ``main``.

A model names a secret; its value is in a file ``{folder}/{tenant}/{name}`` that the operator put
there, or for the one tenant of local mode in the environment. Values go into requests and nowhere
else: not into logs, not into what runs record, not into errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from runtime.connectors.errors import CallRefused
from runtime.limits import SECRET_BYTES_MAX

__all__ = ["Secrets"]

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_LOCAL_TENANT: Final = "local"
_VARIABLE: Final = "PREVIEW_SECRET_"


class Secrets:
    """Reads secrets when they are needed, so that a changed file counts at once."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = {
            name: value for name, value in environment.items() if name.startswith(_VARIABLE)
        }

    def read(self, tenant: str, name: str) -> str:
        """Return the value of a secret, or raise ``CallRefused`` (``secret_missing``)."""
        missing = CallRefused("secret_missing", f"there is no secret {name!r} for the preview")
        if not _NAME.fullmatch(name):
            raise missing
        # A tenant is a name from outside: encoded, it cannot lead out of the folder.
        folder = quote(tenant, safe="").replace(".", "%2E")
        if folder:
            try:
                with (self._folder / folder / name).open("rb") as file:
                    content = file.read(SECRET_BYTES_MAX)
                return content.decode().strip()
            except (OSError, UnicodeDecodeError):
                pass
        if tenant == _LOCAL_TENANT:
            variable = _VARIABLE + re.sub(r"[^A-Z0-9]", "_", name.upper())
            if value := self._environment.get(variable, "").strip():
                return value
        raise missing
