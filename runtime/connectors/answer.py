"""What an attempt to call a service came to. SPEC: section CT. Made by ``connectors``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Answer", "Cause"]


class Cause(StrEnum):
    """Why an attempt failed."""

    NONE = ""
    # The service answered with a status that is no success.
    STATUS = "service_status"
    TIMEOUT = "service_timeout"
    # No connection, or it broke before the answer was there.
    NETWORK = "service_network"
    # An address elsewhere, which is never followed.
    REDIRECT = "service_redirect"
    # An answer too long, or one that breaks the operation's schema.
    ANSWER = "service_answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """One attempt. ``cause`` is ``NONE`` for a success; ``status`` is None if there was no answer.

    ``output`` is the JSON of the body, or its text. ``retry_after_ms`` is what the service asked
    for. ``is_simulated`` says that an example answered.
    """

    cause: Cause
    message: str = ""
    status: int | None = None
    output: Any = None
    retry_after_ms: int | None = None
    is_simulated: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the operation was carried out."""
        return self.cause is Cause.NONE
