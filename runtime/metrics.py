"""Metrics of the preview, for Prometheus. SPEC: section PV. Called by ``feed`` and ``preview``."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]

_LATENCY_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)
_MIGRATION_BUCKETS_S = (0.01, 0.1, 1.0, 10.0, 60.0)
_REQUEST_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0, 10.0)


class Metrics:
    """One process's counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rooms = Gauge("preview_rooms", "Rooms that are followed", registry=self.registry)
        self.viewers = Gauge("preview_viewers", "Open feeds", registry=self.registry)
        self.revisions = Counter(
            "preview_revisions", "Revisions made into patches", registry=self.registry
        )
        self.models = Counter(
            "preview_models", "Whole models sent to viewers", registry=self.registry
        )
        self.overflows = Counter(
            "preview_overflows", "Viewers that were too slow for patches", registry=self.registry
        )
        self.latency = Histogram(
            "preview_latency_seconds",
            "From the order of a revision to its patch in the viewers' queues",
            buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self.migrations = Histogram(
            "preview_migration_seconds",
            "How long the tables of a room took to follow its model",
            buckets=_MIGRATION_BUCKETS_S,
            registry=self.registry,
        )
        self.failed_migrations = Counter(
            "preview_failed_migrations", "Migrations that failed", registry=self.registry
        )
        self.requests = Histogram(
            "preview_request_seconds",
            "Requests for data, by door and class of status",
            ["door", "status"],
            buckets=_REQUEST_BUCKETS_S,
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self.registry)
