"""The bytes of a stored file: ``/preview/{room}/api/{Model}/{id}/files/{field}``.

What users stored is never shown as a page of this server: it is offered for saving, only well-known
pictures keep their type, and a browser that opens it all the same runs nothing in it. SPEC: section
RS. Called by ``routes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response

from runtime.access import READ, Access
from runtime.data.room import RoomData
from runtime.http.door import Call
from runtime.http.preconditions import content_tag, is_unchanged

__all__ = ["answer_file"]

_PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_ANY: Final = "application/octet-stream"


async def answer_file(call: Call) -> Response:
    """Answer the bytes; 404 where there is no file, or none that may be seen."""
    name, record, field = (call.parameter(key) for key in ("model", "record", "field"))

    def question(data: RoomData, access: Access) -> tuple[Mapping[str, Any], bytes]:
        at = access.named(name)
        at.require(READ)
        return data.file(at.model.id, record, field, access=access.of_data(call.user))

    about, content = await call.ask(question)
    headers = {
        "cache-control": "no-store",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(str(about['name']), safe='')}",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "etag": content_tag(content),
    }
    if is_unchanged(call.request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    type_ = about["type"] if about["type"] in _PICTURES else _ANY
    return Response(content, headers=headers, media_type=type_)
