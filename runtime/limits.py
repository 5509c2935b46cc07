"""Every bound of the runtime, with its unit in its name and its reason beside it."""

from __future__ import annotations

from typing import Final

# A room nobody watches costs memory and a connection; opening it again takes milliseconds.
ROOM_IDLE_S: Final = 60.0
ROOM_LOOK_S: Final = 5.0
ROOMS_MAX: Final = 200
VIEWERS_PER_ROOM_MAX: Final = 500

# What waits for one viewer. Beyond it a fresh model is less to send than what piles up.
VIEWER_FRAMES_MAX: Final = 256
VIEWER_BYTES_MAX: Final = 1 << 20

# Proxies and browsers give a silent stream up after about half a minute.
HEARTBEAT_S: Final = 15.0
# How soon a browser comes back after a stream broke.
RETRY_MS: Final = 1_000
# A page may stay open for a working day; a reload gives it a new token.
TOKEN_AGE_S: Final = 24 * 3600

# How long a page waits to learn whether its room exists before it is served anyway.
OPEN_TIMEOUT_S: Final = 2.0
# How long one attempt to reach the server lasts, and the pause after one that was refused.
CONNECT_TIMEOUT_S: Final = 10.0
REFUSED_PAUSE_S: Final = 5.0

# How long open streams may keep a process that is to stop.
SHUTDOWN_S: Final = 1
