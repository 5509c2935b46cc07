"""A sample for the first look: a model file that becomes a room, if there is no such room yet.

SPEC: section CF. Called by ``main``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from collab.api.models import import_model
from collab.errors import LimitExceeded
from collab.host.host import Host
from collab.ids import RoomId, TenantId
from collab.limits import MODEL_FILE_BYTES_MAX
from collab.messages import Principal, Role
from collab.model import dsl
from collab.model.document import Document
from collab.model.registry import Registry

__all__ = ["Sample"]


@dataclass(frozen=True, slots=True)
class Sample:
    """A model and the name of the room that it is for, which is its application's id."""

    room: str
    document: Document

    @classmethod
    def read(cls, file: Path, registry: Registry) -> Sample:
        """Read *file* (JSON or YAML).

        Raises ``InvalidModel`` with every fault, ``LimitExceeded``, ``InvalidName`` if the
        application's id cannot name a room, and ``OSError``.
        """
        if file.stat().st_size > MODEL_FILE_BYTES_MAX:
            raise LimitExceeded(f"{file}: a model file has at most {MODEL_FILE_BYTES_MAX} bytes")
        is_yaml = file.suffix.lower() in {".yaml", ".yml"}
        document = dsl.read(
            file.read_bytes(),
            format="yaml" if is_yaml else "json",
            file_name=str(file),
            registry=registry,
        )
        name = str(document["application"].get("id", ""))
        return cls(RoomId.application(TenantId(""), name).name, document)

    async def install(self, host: Host, principal: Principal) -> None:
        """Make the room unless it is there; what people have made of it since is theirs."""
        room_id = RoomId.application(principal.tenant, self.room)
        if await host.store.room(room_id) is not None:
            return
        await host.create(room_id, str(self.document["application"].get("name", "")), principal)
        # Whoever makes a room owns it.
        await import_model(host, room_id, replace(principal, role=Role.OWNER), self.document)
