"""Reading what was: documents of the past, out of snapshots and the log."""
