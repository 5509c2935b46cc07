"""What operators see of the preview."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from runtime.http import door
from runtime.preview import build_preview
from tests.runtime.http.world import TOKEN_KEY, identity_header


async def test_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PV12] Rooms, viewers, revisions, models, overflows and latency are counted."""
    # Nobody waits for a server that is not there.
    monkeypatch.setattr(door, "DATA_PATIENCE_S", 0.2)
    app = build_preview("http://127.0.0.1:9", tmp_path, tmp_path / "data", token_key=TOKEN_KEY)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        assert (await client.get("/healthz")).text == "ok"
        text = (await client.get("/metrics")).text
        for name in (
            "preview_rooms 0.0",
            "preview_viewers 0.0",
            "preview_revisions_total 0.0",
            "preview_models_total 0.0",
            "preview_overflows_total 0.0",
            "preview_latency_seconds_count 0.0",
            "preview_migration_seconds_count 0.0",
            "preview_failed_migrations_total 0.0",
        ):
            assert name in text
        headers = {"x-design-rooms-identity": identity_header("orders")}
        response = await client.get("/preview/orders/", headers=headers)
        assert response.status_code == 503
        assert "make build" in response.text
        for path in ("api/Order", "player/schema", "api/openapi.json"):
            response = await client.get(f"/preview/orders/{path}", headers=headers)
            assert response.status_code == 503
            assert response.json()["code"] == "preview_not_built"
        assert (
            'preview_request_seconds_count{door="records",status="5xx"} 2.0'
            in (await client.get("/metrics")).text
        )
        assert "preview_rooms 1.0" in (await client.get("/metrics")).text
