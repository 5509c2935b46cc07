"""Stores: the durable log behind the ``Store`` port. SPEC: section ST."""
