"""The preview runtime: reads a room's committed revisions and shows them as a running application.

It is one more reader of the log, in a process of its own. Slow or dead, it holds up nobody's
editing. SPEC: ``runtime/SPEC.md``.
"""
