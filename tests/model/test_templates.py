"""Templates: sound by themselves, whatever the definitions become."""

from __future__ import annotations

import orjson
import pytest

from collab.model import dsl
from collab.model.problems import problems_of
from collab.model.registry import builtin
from collab.model.templates import Template, find_template, templates

EACH = pytest.mark.parametrize("template", templates(), ids=lambda item: item.id)


@EACH
def test_a_template_is_sound(template: Template) -> None:
    """[TM1] it imports without a problem, and exports as what it is; roles and workflows too."""
    document = dsl.read(orjson.dumps(template.model), format="json", registry=builtin())
    assert problems_of(document, builtin()) == []
    application = template.model["application"]
    assert application["id"] == template.id
    for part in ("dataModels", "pages", "workflows", "roles"):
        assert application[part], part


@EACH
def test_records_belong_to_the_models(template: Template) -> None:
    """[TM1] records name models and fields that there are, and references keys that there are."""
    models = {item["name"]: item["fields"] for item in template.model["application"]["dataModels"]}
    assert set(template.records) == set(models)
    keys = {
        name: {item["key"] for item in items if "key" in item}
        for name, items in template.records.items()
    }
    for name, items in template.records.items():
        fields = {field["name"]: field for field in models[name]}
        assert items
        for values in (item["values"] for item in items):
            assert set(values) <= set(fields)
            for field_name, value in values.items():
                if fields[field_name]["type"] == "Reference":
                    assert value in keys[fields[field_name]["model"]]
    assert len(set().union(*keys.values())) == sum(map(len, keys.values()))


def test_an_unknown_template_is_none() -> None:
    """[TM3] a name that is no template's finds none."""
    assert find_template("größe") is None
    assert find_template(None) is None
