"""Expressions: one engine for browsers and the server. SPEC: section EX."""
