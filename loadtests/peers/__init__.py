"""Our server and those of others under the same work: ``make bench-peers``."""
