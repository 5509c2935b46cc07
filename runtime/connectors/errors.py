"""What can go wrong before a call is made.

::

    PreviewError
    └── CallRefused   nothing was sent                                              (422)
        ├── connector_missing, operation_missing, connector_unsupported
        ├── input_invalid        the input breaks the operation's schema; ``faults`` say where
        ├── schema_invalid       the schema itself is none
        ├── example_missing      the preview has nothing to answer from
        ├── secret_missing, auth_unsupported
        └── connector_setting    the operator's setting is none

What a call that was made comes to is an ``answer.Answer``. SPEC: section CT.
"""

from __future__ import annotations

from runtime.errors import PreviewError

__all__ = ["CallRefused"]


class CallRefused(PreviewError):
    """Nothing was sent. ``faults`` are pairs of a JSON pointer and what is wrong there."""

    default_code = "input_invalid"
    http_status = 422

    def __init__(self, code: str, message: str, faults: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message, code=code)
        self.faults = faults
