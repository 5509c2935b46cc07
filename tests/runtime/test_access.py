"""Rights: the room's role, the application's role, and grants that add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from runtime.access import CREATE, DELETE, READ, UPDATE, VERBS, Access, Fits, access_of
from runtime.application import Application
from runtime.errors import PreviewDenied, PreviewInvalid, PreviewNotFound
from runtime.identity import RoomRole
from runtime.parts import SYSTEM_FIELDS, DataModel, Field, FieldType, Grant, Role, Workflow

NAME = Field("f-name", "name", FieldType.TEXT)
MAIL = Field("f-mail", "größe", FieldType.EMAIL)
PERSON = DataModel("m-person", "Person", (NAME, MAIL))
THING = DataModel("m-thing", "Thing", (replace(NAME, id="f-thing"),))
MODELS = Application(models=(PERSON, THING), workflows=(Workflow("w1", "one"), Workflow("w2", "")))


def every(_filter: str, _model: str) -> bool:
    """A check that every filter passes."""
    return True


def granted(*grants: Grant, is_read_only: bool = False, fits: Fits = every) -> Access:
    role = Role("r", "clerk", grants)
    application = replace(MODELS, roles=(role,))
    return Access(application, role, fits, is_read_only=is_read_only)


def grant(verbs: Iterable[str], model: str = "m-person", **more: object) -> Grant:
    return Grant(model=model, verbs=frozenset(verbs), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", list(RoomRole))
def test_room_role(role: RoomRole) -> None:
    """[AC2] Without a role that is viewed the room's role decides; reading is everybody's."""
    access = access_of(MODELS, role, "", every)
    for at in access.models():
        assert [verb for verb in VERBS if at.may(verb)] == (
            list(VERBS) if role in ("owner", "editor") else [READ]
        )
        assert not at.hidden
    assert access.may_run(MODELS.workflows[0]) == (role in ("owner", "editor"))
    assert access.of_data({}).models is None


def test_default_is_deny() -> None:
    """[AC3] A role without a grant may do nothing, and sees no model."""
    access = granted()
    assert not any(at.may(verb) for at in access.models() for verb in VERBS)
    assert access.of_data({}).models == {}
    with pytest.raises(PreviewDenied) as caught:
        access.model("Person").require(READ)
    assert caught.value.code == "forbidden"
    assert not access.may_run(MODELS.workflows[0])


def test_exactly_the_grants() -> None:
    """[AC3] A role has the verbs that its grants name on the models that they name."""
    access = granted(grant([READ, UPDATE]), grant([READ], "m-thing"))
    assert [verb for verb in VERBS if access.model("Person").may(verb)] == [READ, UPDATE]
    assert [verb for verb in VERBS if access.model("Thing").may(verb)] == [READ]


def test_star_is_every_model() -> None:
    """[AC3] A star stands for every model and every workflow."""
    access = granted(grant([DELETE], "*"), Grant(workflow="*", verbs=frozenset({"run"})))
    assert all(at.may(DELETE) and not at.may(READ) for at in access.models())
    assert all(map(access.may_run, MODELS.workflows))


def test_unknown_role_and_model() -> None:
    """[AC3] A role that is not there gives no rights, neither fewer nor more."""
    with pytest.raises(PreviewInvalid) as caught:
        access_of(MODELS, RoomRole.OWNER, "Größe", every)
    assert caught.value.code == "role_unknown"
    with pytest.raises(PreviewNotFound):
        granted().model("Nobody")


def test_viewer_in_a_role_only_reads() -> None:
    """[AC2] Who may only read does not write by viewing as a role that may."""
    access = granted(
        grant(VERBS, "*"), Grant(workflow="*", verbs=frozenset({"run"})), is_read_only=True
    )
    assert [verb for verb in VERBS if access.model("Person").may(verb)] == [READ]
    assert not access.may_run(MODELS.workflows[0])


def test_fields_of_a_grant() -> None:
    """[AC4] A grant that lists fields grants those; an id is never hidden."""
    at = granted(grant([READ], fields=("f-name",))).model("Person")
    assert at.readable == {"name"}
    assert at.hidden == {"größe", "createdAt", "updatedAt", "createdBy"}
    assert at.of_data(READ).hidden == {"f-mail", "createdAt", "updatedAt", "createdBy"}


def test_mask_wins() -> None:
    """[AC5] What one grant masks no other one shows, and nobody writes it."""
    at = granted(grant([READ, CREATE], mask=("f-mail",)), grant([READ, CREATE])).model("Person")
    assert at.hidden == {"größe"}
    assert at.require(CREATE).fields == {"name", *SYSTEM_FIELDS}
    assert at.may_write(NAME)
    assert not at.may_write(MAIL)


def test_unfiltered_grants_decide_alone() -> None:
    """[AC4] A filtered grant of more fields adds nothing to an unfiltered one of fewer."""
    at = granted(
        grant([READ], fields=("f-name",)), grant([READ], filter="record.createdBy == user.id")
    ).model("Person")
    assert at.require(READ).restrict == ""
    assert at.readable == {"name"}


def test_filtered_grants_add_up() -> None:
    """[AC4] Of filtered grants any lets a record through, with the fields that all of them name."""
    at = granted(
        grant([READ], filter="record.name == 'ä' // the first", fields=("f-name", "f-mail")),
        grant([READ], filter="record.name == 'b'", fields=("f-name",)),
        grant([READ], filter="record.name == 'b'", fields=("f-name",)),
    ).model("Person")
    restrict = "(record.name == 'ä' // the first\n) || (record.name == 'b'\n)"
    assert at.require(READ).restrict == restrict
    assert at.readable == {"name"}


def test_a_filter_that_does_not_fit() -> None:
    """[AC10] A grant whose filter does not fit lets nothing through, and still takes away."""
    wrong = "record.nmae != 'ä'"
    asked = []

    def fits(filter_: str, model: str) -> bool:
        asked.append((filter_, model))
        return filter_ != wrong

    narrow = grant([READ, UPDATE], filter=wrong, fields=("f-name",), mask=("f-mail",))
    alone = granted(narrow, fits=fits).model("Person")
    assert alone.of_data(READ).restrict == alone.of_data(UPDATE).restrict == "false"
    assert asked == [(wrong, "m-person")] * 2
    both = granted(narrow, grant([READ], filter="record.name == 'b'"), fits=fits).model("Person")
    assert both.of_data(READ).restrict == "(false\n) || (record.name == 'b'\n)"
    assert both.readable == {"name"}


def test_change_needs_sight() -> None:
    """[AC6] What may be changed is what the verb's filter and the reading one both let through."""
    at = granted(grant([READ], filter="a"), grant([UPDATE], filter="b")).model("Person")
    assert at.of_data(UPDATE).restrict == "(b\n) && (a\n)"
    assert at.of_data(READ).restrict == "a"
    blind = granted(grant([UPDATE], filter="b")).model("Person")
    assert blind.of_data(UPDATE).restrict == "b"


def test_what_data_sees() -> None:
    """[AC3] For a question only readable models are there; for a change the changed one too."""
    access = granted(grant([READ], "m-thing"), grant([CREATE]))
    user = {"id": "ü"}
    assert set(access.of_data(user).models or ()) == {"m-thing"}
    assert set(access.of_data(user, CREATE, "m-person").models or ()) == {"m-thing", "m-person"}
    assert access.of_data(user).variables == {"user": user}


def test_pages() -> None:
    """[AC8] A page that no grant names is open; one that a grant names, to that role."""
    clerk = Role("r1", "clerk", (Grant(page="p1", verbs=frozenset({"open"})),))
    other = Role("r2", "other", (Grant(page="p1", verbs=frozenset({"read"})),))
    application = replace(MODELS, roles=(clerk, other))
    pages = ("p1", "p2")
    for role, opens in (("clerk", [1, 1]), ("other", [0, 1]), ("", [1, 1])):
        access = access_of(application, RoomRole.VIEWER, role, every)
        assert [access.may_open(page) for page in pages] == opens
