"""Connectors: services outside, described by operations. SPEC: section CT. Used by workflows."""
