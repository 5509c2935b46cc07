"""Names of rooms."""

from __future__ import annotations

import pytest

from collab.errors import InvalidName
from collab.ids import RoomId, TenantId
from collab.limits import FREE_NAME_BYTES_MAX

_TENANT = TenantId("t")


@pytest.mark.parametrize("name", ["a", "Order.v-2_x", "x" * 64, "...", "a%2Db"])
def test_application_name(name: str) -> None:
    """[ID1] letters, digits, dots, dashes and underscores name an application room."""
    room = RoomId.parse(_TENANT, name)
    assert room.is_application and room.name == name.replace("%2D", "-")
    assert str(room) == f"t/{room.name}"


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 65, "größe", "a b", "a%2Fb", "%ff", "a\n"])
def test_bad_application_name(name: str) -> None:
    """[ID1] everything else is refused."""
    with pytest.raises(InvalidName):
        RoomId.parse(_TENANT, name)


@pytest.mark.parametrize(
    "name", ["maße/名 前", "ma%C3%9Fe/%E5%90%8D%20%E5%89%8D", "maße/%E5%90%8D 前"]
)
def test_free_name(name: str) -> None:
    """[ID2] however an address was written, the room is the same."""
    room = RoomId.parse(_TENANT, name)
    assert room == RoomId.free(_TENANT, "maße", "名 前") and not room.is_application


def test_slash_in_a_document() -> None:
    """[ID2] a slash within a segment is encoded, and survives its address."""
    room = RoomId.free(_TENANT, "a/b", "c")
    assert room.name == "a%2Fb/c" and RoomId.parse(_TENANT, room.name) == room


@pytest.mark.parametrize("name", ["/a", "a/", "/", "a/%ff"])
def test_bad_free_name(name: str) -> None:
    """[ID2] both parts are there and are UTF-8."""
    with pytest.raises(InvalidName):
        RoomId.parse(_TENANT, name)


def test_free_name_length() -> None:
    """[ID2] the bound counts the bytes of the encoded name."""
    document = "d" * (FREE_NAME_BYTES_MAX - len("c/"))
    assert len(RoomId.free(_TENANT, "c", document).name) == FREE_NAME_BYTES_MAX
    with pytest.raises(InvalidName):
        RoomId.free(_TENANT, "c", document + "é")
