"""Component locks: who holds a part of an application, who waits, and a cache of it."""
