"""The Yjs side of a room: the binary formats, the inspection of updates, the Doc and its bridge."""
