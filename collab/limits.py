"""Every bound of the server, with its unit in its name and its reason beside it.

Nothing here is a tuning knob read at run time: a bound that an operator may move is a field of
``settings.Settings`` whose default stands here. SPEC: section LM.
"""

from __future__ import annotations

from typing import Final

# --- values -------------------------------------------------------------------------------------
# JavaScript holds integers exactly up to here; beyond it two clients read two numbers.
INTEGER_MAX: Final = 2**53
# A key is an identifier or a node id; longer ones are prose in the wrong place.
KEY_UTF16_MAX: Final = 512
# Deeper than any real design, far below Python's recursion limit.
NESTING_MAX: Final = 64

# --- ops ----------------------------------------------------------------------------------------
# One op of one user's action. Importing a model of 20,000 nodes is one op, hence the size.
OP_COMPONENTS_MAX: Final = 50_000
# A base further behind the head than this is answered by a snapshot, not by transforms.
OP_BASE_LAG_MAX: Final = 10_000
# Pairs of components that taking a revision back may look at: some two seconds.
REVERT_WORK_MAX: Final = 200_000
# Revisions that an undo looks back over for what its source did.
UNDO_REVISIONS_MAX: Final = 2_000
# Committed ops whose places are indexed; far more than are ever made at the same moment.
RECENT_OPS_MAX: Final = 1_000
# Pairs of components that change each other in one transform. At some 10 µs each this is two
# seconds in which the room serves nobody else; only two long ops on one list or text get there.
TRANSFORM_MEETINGS_MAX: Final = 250_000
# JSON of a rich text's formats, on one run: a long link. Cutting the run in two doubles them.
ATTRIBUTES_BYTES_MAX: Final = 16 << 10

# --- updates ------------------------------------------------------------------------------------
# A client uses one id per page load; a tenant's id table must not grow by forged ids.
CLIENT_IDS_PER_UPDATE_MAX: Final = 1_000
CLIENT_IDS_PER_ROOM_MAX: Final = 100_000
# Yjs client ids are random 32-bit numbers; epochs use 2^32 and above.
CLIENT_ID_MAX: Final = 2**53 - 1
# yrs counts clocks in 32 bits and wraps in silence; Yjs itself would go on to 2^53.
CLOCK_MAX: Final = 2**32 - 1
# What one update may cost to read and to judge, at some 2 µs each, so that no update holds the loop
# for much more than a second: a struct counts as six, a container within a value as three, a value
# and a range of deletes as one. Two bytes make a struct: 16 MB could hold eight million of them.
UPDATE_WORK_MAX: Final = 600_000

# --- frames -------------------------------------------------------------------------------------
# A live edit is a few hundred bytes; a pasted image belongs in a file field. Beyond: close 1009.
FRAME_BYTES_MAX: Final = 1 << 20
# A step 2 after days offline may be large; it has a bound of its own. Beyond: close 4413.
STEP2_BYTES_MAX: Final = 16 << 20
# What a socket reads at all; the two bounds above are checked on what it carries.
SOCKET_FRAME_BYTES_MAX: Final = STEP2_BYTES_MAX + 1024

# --- rooms --------------------------------------------------------------------------------------
FREE_NAME_BYTES_MAX: Final = 512
DOCUMENT_BYTES_MAX: Final = 32 << 20
NODES_MAX: Final = 50_000
ROOMS_OPEN_MAX: Final = 4_000
ROOMS_PER_TENANT_MAX: Final = 10_000
SESSIONS_PER_ROOM_MAX: Final = 2_000
# Revisions ordered but not yet durable. Past it the room says busy: the disk is the bottleneck.
PENDING_REVISIONS_MAX: Final = 4_096
# Changes that a replica has forwarded to the room's owner and that are not answered: as above.
FORWARDS_PENDING_MAX: Final = 4_096
# Sources whose last submission is remembered, most recent first: one is a client's stay, so this is
# far more than can come back from a broken connection and resend.
MARKS_PER_ROOM_MAX: Final = 20_000
# What the history that is read for such commands may come to. Beyond it they are answered as if
# it were not kept: an op is refused, and who asks is given the document.
HISTORY_BYTES_MAX: Final = 64 << 20
# Commands of one session that wait while history is read for it.
HELD_COMMANDS_MAX: Final = 256
# Commands waiting for a room, and what they came in as. A full inbox stops the readers of the
# sockets that have something for it, not the server.
INBOX_COMMANDS_MAX: Final = 4_096
INBOX_BYTES_MAX: Final = 32 << 20
# The same of one session: some seconds of a person's work, or one large message.
INBOX_SESSION_COMMANDS_MAX: Final = 128
INBOX_SESSION_BYTES_MAX: Final = 4 << 20
# Revisions kept in memory for transforms and catch-up besides the snapshot.
TAIL_REVISIONS_MAX: Final = 10_000
# What they may take there: so many small ones. What falls out is read from the log.
TAIL_BYTES_MAX: Final = 12 << 20
# What the ops of one generation of the index of committed ops may take; the tail mostly holds
# them anyway.
RECENT_OPS_BYTES_MAX: Final = 2 << 20
# What the changes may take that are ordered but not yet durable. Beyond it a room takes no more
# commands until the store has caught up, and its sessions' sockets are not read.
PENDING_BYTES_MAX: Final = 16 << 20

# A room that nobody is in is closed after this; opening takes milliseconds.
ROOM_IDLE_MS: Final = 30_000
# After so many closings, and not fewer than there are rooms open, their memory is collected at
# once: the collector itself would wait until much more is garbage.
RELEASE_ROOMS_MIN: Final = 100
# While the disk is full, when a read-only room is tried again. Each time that it fills again soon
# the pause doubles, because every change of mind costs all sessions their connection.
READ_ONLY_RETRY_MS: Final = 5_000
READ_ONLY_RETRY_MS_MAX: Final = 300_000
# How long a request of the API waits for the store before it gives up.
REQUEST_TIMEOUT_MS: Final = 30_000

# --- component locks ----------------------------------------------------------------------------
# A lock ends so long after its holder last changed something in it, or renewed it: long enough for
# a thought and a broken connection, short enough for those who wait for somebody who has left.
LOCK_TTL_MS: Final = 60_000
# Whoever waits and is not heard of for so long has given up.
LOCK_WAIT_MS: Final = 600_000
# More parts than a team works on at once; each edit of somebody else is held against all of them.
LOCKS_PER_ROOM_MAX: Final = 500
# What one user may hold and wait for in a room.
LOCKS_PER_USER_MAX: Final = 50
# Those who wait for anything in a room: each release looks at all of them.
LOCK_WAITERS_MAX: Final = 200
# Records that wait to be written to the cache of locks; older ones are left out.
LOCK_FEED_MAX: Final = 10_000
# Locks that a process remembers for a quick look.
CACHED_LOCKS_MAX: Final = 10_000

# --- awareness ----------------------------------------------------------------------------------
AWARENESS_STATE_BYTES_MAX: Final = 16 << 10
AWARENESS_CLIENTS_PER_SESSION_MAX: Final = 16
# y-websocket clients repeat every entry of the room in one message: twice a full room.
AWARENESS_ENTRIES_PER_MESSAGE_MAX: Final = 4_000

# --- presence channels --------------------------------------------------------------------------
# The channel of a document is its collection and its name, as they are before percent-encoding.
CHANNEL_NAME_BYTES_MAX: Final = FREE_NAME_BYTES_MAX
# Each dot of a channel's name may part a collection from a document, which is then looked up.
CHANNEL_NAME_DOTS_MAX: Final = 16
PRESENCE_ID_BYTES_MAX: Final = 256
# A cursor, a selection, a name and a picture's address, as awareness has them.
PRESENCE_VALUE_BYTES_MAX: Final = AWARENESS_STATE_BYTES_MAX
# Channels that one socket hears or speaks in: one for each document that it has open, and some.
CHANNELS_PER_SOCKET_MAX: Final = 256
# A person's cursors in all their documents; a tool that shows many people needs a socket for each.
PRESENCES_PER_SOCKET_MAX: Final = 256
PRESENCES_PER_CHANNEL_MAX: Final = 2 * SESSIONS_PER_ROOM_MAX
# A presence whose connection has said nothing for so long is taken away. Its client is asked for it
# at half of that, so that whoever is there but idle stays visible.
PRESENCE_LIFE_MS: Final = 60_000
# How often a channel's speakers are asked to say again what they show, whoever else asks for it:
# each time all of them tell all who listen.
PRESENCE_RECALL_MS: Final = 100
# Revisions that the server brings a document presence over; one that is further behind is passed on
# as it is, and its readers do the same or ask for a newer one.
PRESENCE_LAG_MAX: Final = 1_000

# --- queries ------------------------------------------------------------------------------------
# Documents of a collection that one query may look at: each is decoded, 0.1 ms for a small one.
QUERY_DOCUMENTS_MAX: Final = 1_000
# What those documents may come to as JSON: one of the largest.
QUERY_READ_BYTES_MAX: Final = DOCUMENT_BYTES_MAX
# What the answer may come to: a client is sent all of it in one message.
QUERY_ANSWER_BYTES_MAX: Final = 8 << 20
# A query with the names and revisions of all that its client has from before.
QUERY_BYTES_MAX: Final = 256 << 10
# Fields, operators and listed values of one query, all of which each document is held against.
QUERY_TERMS_MAX: Final = 256
# Values that one query may compare in one document, as each item of a list with each value of
# `$in`: some milliseconds, after which others get their turn.
QUERY_WORK_MAX: Final = 20_000
# Live queries of one socket: a page has a handful.
QUERIES_PER_SOCKET_MAX: Final = 32
# Queries that read at the same time; others wait, so that no query starves the editing.
QUERIES_AT_ONCE_MAX: Final = 4
QUERIES_WAITING_MAX: Final = 1_000
# Revisions of one document that a live query sends one after the other; from a longer gap only the
# last, by which the client sees that it has to fetch.
QUERY_MISSED_REVISIONS_MAX: Final = 100

# --- connections --------------------------------------------------------------------------------
# What may wait for one slow reader; beyond it pushes stop and it is caught up from its cursor.
CONNECTION_BYTES_MAX: Final = 4 << 20
# How long what is to be told to peers may gather before it is written, on a busy server: so many
# times as long as the last writing took, so that writing is a fifth of what the server does.
WRITE_PAUSE_MS_MAX: Final = 10
WRITE_PAUSE_SHARE: Final = 4
# What a room's turn gathers before it is handed over at once: a slow reader's budget is looked at
# between two such blocks.
GROUP_WAITING_BYTES: Final = 256 << 10
# What of a document is put together for each session that is sent it; more is sent from the one
# encoding that all share.
COPIED_BYTES_MAX: Final = 32 << 10
# Small messages of one peer that wait to be taken before its socket is no longer read.
SOCKET_WAITING_MAX: Final = 32
# A reader that has not drained by then is closed with 1013.
CONNECTION_STALL_MS: Final = 30_000
# A peer that does not take its close frame by then has its connection cut.
CLOSE_TIMEOUT_MS: Final = 5_000
# A peer that answers no ping for so long, and reads nothing either, is gone.
PONG_TIMEOUT_MS: Final = 20_000
# Acks and answers that wait while a slow reader is caught up.
HELD_EVENTS_MAX: Final = 10_000
# What those may come to: two answers with the largest document.
HELD_BYTES_MAX: Final = 64 << 20
# How much a catch-up sends before it looks whether the reader follows; from the store, how many
# revisions it reads at a time, since each may be a megabyte.
CATCH_UP_BYTES: Final = 1 << 20
CATCH_UP_READ_REVISIONS: Final = 50
# A Yjs session of which more was missed than is in memory is sent the whole state if that has no
# more bytes than this: half of what it missed at least.
CATCH_UP_STATE_BYTES_MAX: Final = TAIL_BYTES_MAX // 2
CATCH_UP_POLL_MS: Final = 20
# Acknowledgements that a Hocuspocus provider is owed once its step 2 is stored: one for each edit
# that it made offline. They all leave at once.
HELD_ACKS_MAX: Final = 100_000
# Messages of an address queued until Hocuspocus's auth is decided.
UNAUTHENTICATED_MESSAGES_MAX: Final = 32
ADDRESSES_PER_SOCKET_MAX: Final = 64
# An address is a document name, perhaps with a session id behind it.
ADDRESS_BYTES_MAX: Final = FREE_NAME_BYTES_MAX + 512
# An HMAC key as long as its hash: RFC 7518, section 3.2.
AUTH_SECRET_BYTES_MIN: Final = 32
# A signed token with many claims takes a few kilobytes; it is read before anybody is known.
TOKEN_BYTES_MAX: Final = 16 << 10
# The form that a token is pasted into, percent-encoded, with the address to go on to.
LOGIN_BYTES_MAX: Final = 4 * TOKEN_BYTES_MAX
# A socket whose peer has not said who it is by then is closed; clients say so at once.
AUTHENTICATION_TIMEOUT_MS: Final = 30_000
# A source is a random string that an OT client makes up and keeps across reconnects.
SOURCE_BYTES_MAX: Final = 128
# Answers in a row that lack earlier updates; a client that cannot complete its own document has
# nothing better to send, and asking it again would never end.
RESYNCS_IN_A_ROW_MAX: Final = 3
# A ShareDB message larger than a live one is read to be refused by its name: closing the socket
# would make the client send it again for ever. Beyond this it is closed with 1009 all the same.
SHAREDB_TEXT_BYTES_MAX: Final = 4 * FRAME_BYTES_MAX
# Documents that one ShareDB socket may use at a time: a query's results are subscribed one by one.
SHAREDB_DOCUMENTS_MAX: Final = 1_000
# Documents without subscription or request that a socket keeps open, most recently used first, so
# that a client that only submits does not open its room anew for each op.
SHAREDB_IDLE_DOCUMENTS_MAX: Final = 16
# Requests of a ShareDB socket that wait for an answer, a bulk request for each of its documents.
SHAREDB_REQUESTS_MAX: Final = 4_096
# What those requests may come to: they are kept to be echoed if they fail.
SHAREDB_REQUESTS_BYTES_MAX: Final = 16 << 20
# Requests for one document that wait until its room is open.
SHAREDB_QUEUED_MAX: Final = 64
# Rooms that are opened at a time for one socket, so that a bulk of a thousand starves nobody.
OPENINGS_PER_SOCKET_MAX: Final = 16
# Lookups of one socket that are under way at a time: each may fold hundreds of revisions.
LOOKUPS_PER_SOCKET_MAX: Final = 4
# Files that a server with many users has open: each connection is one. Fewer are warned of.
OPEN_FILES_WANTED: Final = 8_192
# y-websocket and Hocuspocus give a silent server up after 30 s.
PING_INTERVAL_MS: Final = 15_000

# --- rates --------------------------------------------------------------------------------------
# Defaults of what an operator may choose. Nobody types so fast; a script that does is slowed down,
# not refused. A session is one stay in one room, of which some sockets carry several.
SESSION_CHANGES_PER_S: Final = 200
SESSION_BYTES_PER_S: Final = 16 << 20
# All sockets and requests of one user together; in local mode all sessions of one socket.
USER_CHANGES_PER_S: Final = 1_000
USER_BYTES_PER_S: Final = 32 << 20
# Beyond its rate a peer may be ahead by so many seconds' worth: what was written offline comes at
# once, and so does a pasted page.
RATE_BURST_S: Final = 10
# A socket that would have to wait longer is closed with 1013: hundreds of one user's write at once.
RATE_WAIT_MS_MAX: Final = 10_000
# Users whose rate is remembered, most recent last: a few hundred bytes each.
PACED_PRINCIPALS_MAX: Final = 10_000

# --- store --------------------------------------------------------------------------------------
# A snapshot every so many revisions bounds how many are read and replayed at opening.
SNAPSHOT_REVISIONS: Final = 500
# The same for large revisions: opening a room reads at most about this much, or as much again as
# its document has, since a snapshot costs as much as that to write.
SNAPSHOT_BYTES: Final = 32 << 20
# How long revisions gather for the next commit while they come faster than commits: a commit costs
# 200 to 300 µs of CPU, whether it stores one revision or ten.
APPEND_PAUSE_MS: Final = 3
APPEND_BATCH_REVISIONS_MAX: Final = 1_000
APPEND_QUEUE_MAX: Final = 10_000
READ_REVISIONS_MAX: Final = 1_000
# What such a read may come to; at least one revision is in it.
READ_BYTES_MAX: Final = 4 << 20
# What a page of the history over HTTP may come to; at least one revision is in it.
HISTORY_PAGE_BYTES: Final = 8 << 20
# Read from the store at a time for such a page.
HISTORY_READ_REVISIONS: Final = 100
# The history in words: a new group begins after each so many revisions, so that a page, which has
# whole groups, can be read from anywhere and always has the same ones.
HISTORY_GROUP_REVISIONS_MAX: Final = 200
# Who comes back after so long has begun something else.
HISTORY_GROUP_PAUSE_MS: Final = 5 * 60_000
# Read and described for one page; it is a whole number of the blocks above.
HISTORY_WORDS_REVISIONS_MAX: Final = 1_000
HISTORY_GROUPS_MAX: Final = 100
# An import changes thousands of things, of which nobody reads more than the number.
HISTORY_DESCRIBED_COMPONENTS_MAX: Final = 2_000
# What a client names a request by, so that it is done once.
IDEMPOTENCY_KEY_BYTES_MAX: Final = 200
# Elements that are named for highlighting.
HISTORY_NODES_MAX: Final = 200
# As much of a value as a line of the history has room for.
HISTORY_VALUE_CHARACTERS_MAX: Final = 40
# Pasts that are read at a time: each may replay thousands of revisions.
HISTORY_READINGS_MAX: Final = 4
# How long the loop keeps the interpreter while the writer thread waits for it: at Python's own 5 ms
# a commit, which asks for it several times, took 40 ms on a busy server.
SWITCH_INTERVAL_MS: Final = 0.5
# Reads that wait for a reader thread: one for each room that may open at once, and as many again.
READ_QUEUE_MAX: Final = 10_000
# The schema takes some pages, and a room that cannot be claimed is of no use.
STORE_BYTES_MIN: Final = 256 << 10
# How long a statement waits for another program that looks into the file, as sqlite3's shell does.
STORE_BUSY_TIMEOUT_MS: Final = 5_000

# How long a deleted room can be restored before the server removes it, history and all.
TRASH_KEPT_MS: Final = 30 * 24 * 3_600_000
# How often the server looks for rooms whose time in the trash is over; also once at its start.
PURGE_INTERVAL_MS: Final = 3_600_000
# Revisions of a purged room that go in one transaction, so that no edit waits behind a long one.
PURGE_REVISIONS: Final = 1_000

# --- cluster ------------------------------------------------------------------------------------
# A room's lease, renewed at a third of it: so long a room waits for its next owner at most when a
# node dies, and so long a node may be paused without losing its rooms.
LEASE_TTL_MS: Final = 5_000
# How often a replica without an owner asks who it is, and how long it waits for one that it asked.
OWNER_SEEK_MS: Final = 200
OWNER_PATIENCE_MS: Final = 1_000
# Connections of one node to Redis: who needs one waits, where the client alone would raise.
REDIS_CONNECTIONS_MAX: Final = 8
# Redis answers within a millisecond; after so long it is taken to be away, and asked again later.
REDIS_TIMEOUT_MS: Final = 2_000
REDIS_RETRY_MS: Final = 200
# After so long without a frame Redis is asked whether it still is there.
BUS_PING_MS: Final = 1_000
# Frames that wait for Redis beyond this are lost; their links send them again.
BUS_BYTES_MAX: Final = 32 << 20
# How often links are looked after.
LINK_TICK_MS: Final = 100
# A link between two nodes gives a sign at least so often, and is given up after a silence of
# several signs: well within a lease, so that a room's next owner finds its replicas waiting.
LINK_BEAT_MS: Final = 500
LINK_SILENCE_MS: Final = 2_000
# What the other node has not acknowledged after so long is sent again.
LINK_RESEND_MS: Final = 300
# What waits for a node that takes less than it is sent: beyond it those who send are to wait.
LINK_BYTES_MAX: Final = 16 << 20
# Messages are joined in frames of about this size; a larger message is a frame of its own.
LINK_FRAME_BYTES: Final = 256 << 10

# --- PostgreSQL ---------------------------------------------------------------------------------
# Connections of one node beside the one that appends: reads and the writes about rooms wait for
# one of them. PostgreSQL allows 100 by default, and each is a process of 10 MB there.
POSTGRES_CONNECTIONS_MAX: Final = 6
# What one statement appends at most, so that a room's small edit does not wait behind many large
# ones; a single append that is larger goes alone.
APPEND_BATCH_BYTES_MAX: Final = 8 << 20
# How long a call waits for a connection while PostgreSQL is away or all are taken.
POSTGRES_CONNECT_TIMEOUT_MS: Final = 5_000
# Between two attempts to connect; doubles until the second, so that a node is back within a second
# of PostgreSQL and a hundred nodes do not keep it from starting.
POSTGRES_RETRY_MS: Final = 50
POSTGRES_RETRY_MS_MAX: Final = 1_000
# How long PostgreSQL works on one statement: the largest append or read takes a second.
POSTGRES_STATEMENT_TIMEOUT_MS: Final = 30_000
# Beyond that a node waits no longer either: the server has stopped in the middle.
POSTGRES_CALL_TIMEOUT_MS: Final = 40_000
# How long a statement waits for another node's: those that edits wait for take milliseconds.
POSTGRES_LOCK_TIMEOUT_MS: Final = 5_000
# After so long PostgreSQL gives up a transaction whose node stopped in its middle.
POSTGRES_IDLE_TRANSACTION_MS: Final = 10_000
# After so long without an answer a connection counts as cut; both ends look every third of it.
POSTGRES_SILENCE_S: Final = 9
# How long a node waits until another one has migrated the schema.
POSTGRES_MIGRATION_TIMEOUT_MS: Final = 600_000
# Records that come to more than this are decoded in a thread: less takes less than the hop there.
DECODE_INLINE_BYTES_MAX: Final = 16 << 10

# --- people -------------------------------------------------------------------------------------
# More than a company has in one room; the dialog lists them all.
MEMBERS_PER_ROOM_MAX: Final = 1_000
# Links that can be used at one time; expired ones do not count.
SHARES_PER_ROOM_MAX: Final = 100
# A link lives for a minute to a year: shorter is a mistake, longer is forgotten.
SHARE_LIFE_MS_MIN: Final = 60_000
SHARE_LIFE_MS_MAX: Final = 366 * 24 * 3_600_000
# Tokens that were revoked and have not expired yet; all of them are kept in memory.
REVOKED_TOKENS_PER_TENANT_MAX: Final = 100_000
# Rooms of which the server remembers who may do what: a few hundred bytes each.
ACCESS_ROOMS_MAX: Final = 10_000
# Tokens whose signature was checked and that are not checked again until they change.
KNOWN_TOKENS_MAX: Final = 2_048
# A preview page that is left open: longer than a working day, far shorter than a laptop's sleep.
PAGE_TOKEN_LIFE_MS: Final = 24 * 3_600_000
# How often the server looks for sessions whose token has expired; earlier if one is about to.
EXPIRY_SWEEP_MS: Final = 1_000
# A user's or a token's id, as a token's claims name it.
USER_ID_UTF16_MAX: Final = 200
USER_NAME_UTF16_MAX: Final = 60
# People whose names stand beside a room in the list; how many there are is told too.
PRESENT_SHOWN_MAX: Final = 8
# What somebody types into a search field.
SEARCH_UTF16_MAX: Final = 200
ROOM_TITLE_UTF16_MAX: Final = 120

# --- thumbnails ---------------------------------------------------------------------------------
# Drawings that are kept, most recent first; THUMBNAIL_SHAPES_MAX bounds each to some 40 KB.
THUMBNAILS_KEPT_MAX: Final = 1_000
# Beyond it a page is a grey blur at the size of a thumbnail anyway.
THUMBNAIL_SHAPES_MAX: Final = 400
# Nodes of a page that are measured for its drawing: most of a large page lies below the picture.
THUMBNAIL_NODES_MAX: Final = 300
# Characters of a text that is drawn; longer ones run out of the picture.
THUMBNAIL_TEXT_MAX: Final = 48

# --- models -------------------------------------------------------------------------------------
MODEL_FILE_BYTES_MAX: Final = 16 << 20
MODEL_ERRORS_MAX: Final = 500
PROBLEMS_MAX: Final = 1_000
# Nodes of a newly opened room that are examined before others get their turn: some 15 ms.
EXAMINED_NODES_MAX: Final = 200
# A tree that people can read; the disk form nests up to three JSON levels for each of these.
TREE_DEPTH_MAX: Final = 64
# An operator's checks. Members of a place in which values are unique or parents must exist: all are
# scanned when such a value changes or a node goes, which takes some milliseconds for so many.
CHECKED_MEMBERS_MAX: Final = 10_000
# Errors of one value, or of one schema, of which the first by place is told.
CHECK_ERRORS_MAX: Final = 100
# A reason is one line, and a schema's enumeration may be long.
CHECK_REASON_CHARACTERS_MAX: Final = 300
# More than anybody has declared by hand for one collection.
CHECKS_FILE_BYTES_MAX: Final = 1 << 20
# Room for that tree on disk and for a property as deep as NESTING_MAX in its lowest node.
MODEL_NESTING_MAX: Final = 3 * TREE_DEPTH_MAX + NESTING_MAX
