"""Operational transformation: the op types json0 and text0, as npm's ``ot-json0`` 1.1.0 has them.

``json0`` and ``text0`` are the doors; the other modules are their parts. SPEC: section OT.
"""
