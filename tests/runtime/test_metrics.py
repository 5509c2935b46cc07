"""What operators see of the preview."""

from __future__ import annotations

from pathlib import Path

import httpx

from runtime.preview import build_preview


async def test_metrics(tmp_path: Path) -> None:
    """[PV12] Rooms, viewers, revisions, models, overflows and latency are counted."""
    app = build_preview("http://127.0.0.1:9", tmp_path, token_key=b"key")
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
        ):
            assert name in text
        response = await client.get("/preview/orders/")
        assert response.status_code == 503
        assert "make build" in response.text
        assert "preview_rooms 1.0" in (await client.get("/metrics")).text
