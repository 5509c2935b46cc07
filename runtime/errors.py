"""What can go wrong in the runtime.

::

    DesignRoomsError
    └── PreviewError
        ├── PreviewNotFound    no such room, or no name of one       (not_found, 404)
        ├── PreviewDenied      the feed's token is not for this room (preview_token, 403)
        └── PreviewBusy        too many rooms or viewers, no build   (preview_busy, …, 503)
"""

from __future__ import annotations

from collab.errors import DesignRoomsError

__all__ = ["PreviewBusy", "PreviewDenied", "PreviewError", "PreviewNotFound"]


class PreviewError(DesignRoomsError):
    """The root of the runtime's errors; ``http_status`` is how it is answered."""

    default_code = "preview_error"


class PreviewNotFound(PreviewError):
    """There is no such room."""

    default_code = "not_found"
    http_status = 404


class PreviewDenied(PreviewError):
    """The token is missing, forged, too old, or of another room: reload the page."""

    default_code = "preview_token"
    http_status = 403


class PreviewBusy(PreviewError):
    """Nothing is wrong with the request: try again later."""

    default_code = "preview_busy"
    http_status = 503
