"""Sans-I/O adapters: bytes of one wire protocol to commands, events of a room to bytes."""
