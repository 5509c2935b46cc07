"""The sample records of templates, in the tables of their applications."""

from __future__ import annotations

import json
from dataclasses import replace

import orjson
import pytest

from collab.model import dsl
from collab.model.templates import Template, templates
from runtime.application import Application, compile_application
from runtime.data.errors import RecordsPresent
from runtime.data.queries import Query
from runtime.data.room import RoomData
from tests.runtime.data.worlds import ANNA

EACH = pytest.mark.parametrize("template", templates(), ids=lambda item: item.id)


def application_of(template: Template) -> Application:
    """Return a template's application as the preview has it."""
    return compile_application(json.loads(json.dumps(dsl.read(orjson.dumps(template.model)))))


@EACH
def test_all_records_are_written_once(room: RoomData, template: Template) -> None:
    """[DA63] every record is there without a note, starts nothing, and is not written twice."""
    room.adopt(application_of(template))
    room.triggers = frozenset((item.id, "created") for item in room.application.models)
    made = room.write_template(template.records, actor=ANNA)
    assert made.notes == []
    assert made == room.counts()
    expected = {name: len(items) for name, items in template.records.items()}
    assert {item.name: made[item.id] for item in room.application.models} == expected
    assert room.outbox(10) == []
    with pytest.raises(RecordsPresent) as caught:
        room.write_template(template.records, actor=ANNA)
    assert caught.value.code == "records_present"
    assert made == room.counts()


def test_references_lead_to_records_and_totals_are_computed(room: RoomData) -> None:
    """[DA63] a claim's items are summed and its deductible is taken off."""
    template = next(item for item in templates() if item.id == "insurance-claims")
    room.adopt(application_of(template))
    room.write_template(template.records, actor=ANNA)
    claims = room.query(Query("Claim", limit=100, expand=("policy.holder",))).items
    told = {str(item.values["claimNo"]): room.to_json(item) for item in claims}
    assert told["C-2026-0001"]["estimated"] == "3520.00"
    assert told["C-2026-0001"]["payable"] == "3370.00"
    assert told["C-2026-0005"]["payable"] == "0.00"


def test_what_was_changed_since_is_respected(room: RoomData) -> None:
    """[DA63] without a model its records are left out, and what needs them is noted."""
    template = next(item for item in templates() if item.id == "inventory-count")
    whole = application_of(template)
    room.adopt(replace(whole, models=tuple(item for item in whole.models if item.name != "Store")))
    made = room.write_template(template.records, actor=ANNA)
    by_name = {item.name: made[item.id] for item in room.application.models}
    assert by_name["Article"] == 6
    assert made.notes
