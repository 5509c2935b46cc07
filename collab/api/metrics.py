"""Prometheus metrics, gathered when they are asked for. SPEC: section AP. Called by ``app``."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from collab.api.requests import check_host
from collab.host.host import Host

__all__ = ["Metrics"]


class Metrics(Collector):
    """What an operator watches: rooms, sessions, what waits for the disk, who lags."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def collect(self) -> Iterator[Metric]:
        """Return the current figures, summed over rooms: a label for each room has no bound."""
        rooms = list(self._host)
        outlets = [outlet for room in rooms for outlet in room.outlets.values()]
        pending = sum(room.room.head - room.room.durable for room in rooms)
        buffered = sum(outlet.connection.buffered_bytes for outlet in outlets)
        figures = {
            "rooms_open": ("Rooms open on this server.", len(rooms)),
            "sessions": ("Sessions in rooms.", len(outlets)),
            "revisions_pending": ("Revisions ordered but not yet durable.", pending),
            "buffered_bytes": ("Bytes that wait for slow readers.", buffered),
            "sessions_lagging": (
                "Sessions that are being caught up.",
                sum(outlet.is_lagging for outlet in outlets),
            ),
        }
        for name, (text, value) in figures.items():
            yield GaugeMetricFamily(f"design_rooms_{name}", text, value=value)

    async def handle(self, request: Request) -> Response:
        """Answer a scrape."""
        check_host(request)
        return Response(generate_latest(self._registry), media_type="text/plain; version=0.0.4")
