"""Templates over HTTP."""

from __future__ import annotations

from collab.model.templates import templates
from tests.api.accounts import Accounts


def test_templates_are_listed_and_drawn() -> None:
    """[TM3] the list says what is in each; each has a drawing that is sent once."""
    with Accounts() as accounts:
        anna = accounts.as_("anna", "editor")
        listed = anna("GET", "/api/templates").json()["templates"]
        assert [item["id"] for item in listed] == [item.id for item in templates()]
        claims = next(item for item in listed if item["id"] == "insurance-claims")
        assert "Claim" in claims["dataModels"]
        assert claims["records"] > 20
        for item in listed:
            path = f"/api/templates/{item['id']}/thumbnail.svg"
            drawing = anna("GET", path)
            assert drawing.headers["content-type"] == "image/svg+xml"
            assert "default-src 'none'" in drawing.headers["content-security-policy"]
            tag = {"if-none-match": drawing.headers["etag"]}
            assert anna("GET", path, headers=tag).status_code == 304
        assert len(
            {anna("GET", f"/api/templates/{item['id']}/thumbnail.svg").text for item in listed}
        ) == len(listed)
        missing = anna("GET", "/api/templates/größe/thumbnail.svg")
        assert (missing.status_code, missing.json()["code"]) == (404, "template_missing")


def test_a_room_begins_with_a_template() -> None:
    """[TM2] the room has the template's model under its own title; an unknown one makes none."""
    with Accounts() as accounts:
        anna = accounts.as_("anna", "editor")
        for title, name in (("Schäden 😀", "Schäden 😀"), ("", "Insurance claims")):
            room = f"claims-{len(title)}"
            body = {"name": room, "title": title, "template": "insurance-claims"}
            assert anna("POST", "/api/rooms", json=body).status_code == 201
            application = anna("GET", f"/api/rooms/{room}/export").json()["application"]
            assert (application["id"], application["name"]) == ("insurance-claims", name)
            assert [page["name"] for page in application["pages"]][:2] == ["Overview", "Claims"]
            assert anna("GET", f"/api/rooms/{room}/problems").json()["problems"] == []
        for template in ("größe", None, 3):
            refused = anna("POST", "/api/rooms", json={"name": "none", "template": template})
            assert (refused.status_code, refused.json()["code"]) == (422, "template_missing")
        assert anna("GET", "/api/rooms/none").status_code == 404
