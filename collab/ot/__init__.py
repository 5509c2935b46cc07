"""Operational transformation: the op types json0, text-unicode and rich-text, as npm has them.

``json0``, ``text_unicode`` and ``rich_text`` are the doors, and ``types`` is the one that leads to
all three; the other modules are their parts. SPEC: sections OT and TX.
"""
