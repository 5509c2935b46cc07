"""Load on a running server: simulated people, and the servers of others beside ours."""
