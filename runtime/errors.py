"""What can go wrong in the runtime.

::

    DesignRoomsError
    └── PreviewError
        ├── PreviewInvalid     a request that cannot be understood    (request_invalid, …, 400)
        ├── PreviewNotFound    no such room, model, node or run      (not_found, …, 404)
        ├── PreviewDenied      not this room, or not with this role  (identity, forbidden, …, 403)
        └── PreviewBusy        too many rooms or viewers, no build   (preview_busy, …, 503)
"""

from __future__ import annotations

from collab.errors import DesignRoomsError

__all__ = [
    "PreviewBusy",
    "PreviewDenied",
    "PreviewError",
    "PreviewInvalid",
    "PreviewNotFound",
]


class PreviewError(DesignRoomsError):
    """The root of the runtime's errors; ``http_status`` is how it is answered."""

    default_code = "preview_error"


class PreviewInvalid(PreviewError):
    """The request cannot be understood; its text says which part."""

    default_code = "request_invalid"
    http_status = 400


class PreviewNotFound(PreviewError):
    """There is no such room, data model, node or run."""

    default_code = "not_found"
    http_status = 404


class PreviewDenied(PreviewError):
    """The identity is missing, forged, too old or of another room, or its role may not do this."""

    default_code = "forbidden"
    http_status = 403


class PreviewBusy(PreviewError):
    """Nothing is wrong with the request: try again later."""

    default_code = "preview_busy"
    http_status = 503
