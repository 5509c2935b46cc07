"""The runtime's doors over HTTP: records by REST, and what the player asks of its server."""
