"""Durable workflows. SPEC: section WF. Used by the runtime's doors."""
