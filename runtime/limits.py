"""Every bound of the runtime, with its unit in its name and its reason beside it."""

from __future__ import annotations

from typing import Final

# A room nobody watches costs memory and a connection; opening it again takes milliseconds.
ROOM_IDLE_S: Final = 60.0
ROOM_LOOK_S: Final = 5.0
ROOMS_MAX: Final = 200
# No tenant keeps the others out.
ROOMS_PER_TENANT_MAX: Final = 50
VIEWERS_PER_ROOM_MAX: Final = 500

# What waits for one viewer. Beyond it a fresh model is less to send than what piles up.
VIEWER_FRAMES_MAX: Final = 256
VIEWER_BYTES_MAX: Final = 1 << 20

# Proxies and browsers give a silent stream up after about half a minute.
HEARTBEAT_S: Final = 15.0
# How soon a browser comes back after a stream broke.
RETRY_MS: Final = 1_000

# What the proxy says about a request is used at once; a minute covers clocks and slow bodies.
IDENTITY_AGE_S: Final = 60
# Signatures that were checked a moment ago: one a person and second.
IDENTITIES_KEPT: Final = 1_024
# The runtime's own token is shown when a connection is made, and never again.
SERVICE_TOKEN_AGE_S: Final = 300

# How long a page waits to learn whether its room exists before it is served anyway.
OPEN_TIMEOUT_S: Final = 2.0
# How long a question about data waits for its room: a migration after a restart may be under way.
DATA_PATIENCE_S: Final = 10.0
# How long one attempt to reach the server lasts, and the pause after one that was refused.
CONNECT_TIMEOUT_S: Final = 10.0
REFUSED_PAUSE_S: Final = 5.0

# How long open streams may keep a process that is to stop.
SHUTDOWN_S: Final = 1

# Threads that wait for SQLite and the expression engine, both of which release the lock; more
# than this only makes them wait for each other.
WORKERS: Final = 4
# Of these one room gets at most so many, so that a slow one leaves threads for the others.
WORKERS_PER_ROOM: Final = 2
# What waits for one room's threads: a second of work, beyond which it is better to be told.
WORK_WAITING_PER_ROOM_MAX: Final = 256

# Answers that are kept for who asks the same: a room's open pages many times over. One that is
# longer is an export, which nobody asks for twice.
ANSWERS_BYTES_MAX: Final = 2 << 20
ANSWER_BYTES_MAX: Final = 128 << 10

# How often a question is asked again because the model changed under it: each time is a migration.
ASK_ATTEMPTS_MAX: Final = 3

# Requests. A record of the largest texts and a page of filters fit many times over.
BODY_BYTES_MAX: Final = 1 << 20
QUERY_BYTES_MAX: Final = 16_384
QUERY_PARAMETERS_MAX: Final = 64
BODY_TIMEOUT_S: Final = 30.0
IDEMPOTENCY_KEY_MAX: Final = 200
# Records on a page: what a screen shows, and what one answer may cost.
PAGE_DEFAULT: Final = 50
PAGE_MAX: Final = 500
# What one page asks for at once, and how many paths one answer follows.
EXPRESSIONS_PER_REQUEST_MAX: Final = 100
EXPAND_PATHS_MAX: Final = 20
# How deep a property of a node may be named: a list's entry within an object within a list.
PATH_STEPS_MAX: Final = 16
# Losses that are confirmed at once: all that one migration of a large model asks.
PENDING_CONFIRMED_MAX: Final = 1_000
# How often the feed tells of changed records, and beyond how many ids it says "many".
CHANGES_WINDOW_S: Final = 0.01
CHANGED_IDS_MAX: Final = 100
# How often it tells of runs: a step takes milliseconds, and nobody reads faster than this.
RUNS_WINDOW_S: Final = 0.05

# --- data ---------------------------------------------------------------------------------------

# A preview is for trying an application out: a tenant's file stays small enough to copy at once.
DATA_FILE_BYTES_MAX: Final = 4 << 30
RECORDS_PER_MODEL_MAX: Final = 1_000_000
# The longest value of a text, as pasted documents are; of a JSON value; of a file's bytes, which
# travel as base64 in a request.
TEXT_CHARACTERS_MAX: Final = 200_000
JSON_BYTES_MAX: Final = 256 << 10
JSON_NESTING_MAX: Final = 32
FILE_BYTES_MAX: Final = 512 << 10
# Encrypted values are padded to a multiple of so many bytes, so that their length tells neither
# true from false nor one short value of an Enum from another.
SEALED_BLOCK_BYTES: Final = 32
FILE_NAME_CHARACTERS_MAX: Final = 255
# Integers travel as JSON numbers, which JavaScript holds exactly up to here.
DATA_INTEGER_MAX: Final = 2**53 - 1
# A compiled pattern of a validation, and the cache that matches with it in linear time.
PATTERN_BYTES_MAX: Final = 1 << 20
# How long a writer waits for another one, and how long one statement may take: what takes longer
# is a question nobody should wait for. A migration is one transaction of many statements.
DATA_BUSY_S: Final = 10.0
DATA_STATEMENT_S: Final = 5.0
DATA_MIGRATION_S: Final = 120.0
# Readers of one tenant's file at a time; SQLite needs no more than there are cores.
DATA_READERS_MAX: Final = 8
# Connections of one process to PostgreSQL for all tenants' data; its workers are about as many.
DATA_CONNECTIONS_MAX: Final = 10
# How long one attempt to connect may take.
DATA_CONNECT_S: Final = 5
# After so many changes of a tenant's data its size is looked at again: that takes milliseconds.
DATA_MEASURED_COMMITS: Final = 100
# Characters of a long text that an index over it holds: PostgreSQL's take 2,704 bytes a row, and an
# index of the model may be over several fields.
INDEXED_CHARACTERS: Final = 64
# What one change may change with it, by cascades and computed fields, in its transaction.
CHANGED_RECORDS_MAX: Final = 50_000
# Computed fields that build on each other; planning them recurses.
COMPUTED_CHAIN_MAX: Final = 100
# Records per statement and per call of the engine: large enough to spread their cost, small enough
# for a bound on memory.
DATA_BATCH_RECORDS: Final = 1_000
# How long computing may hold up writers while a field of many records is filled in and others write
# all the time: with the writing itself it stays below 50 ms, half of what a person notices.
BACKFILL_TURN_S: Final = 0.02
# Shapes of questions whose statements are kept: those of an application's pages fit many times.
DATA_PLANS_MAX: Final = 500
# How far an offset may reach before cursors have to be used.
PAGE_OFFSET_MAX: Final = 1_000_000
# What a question may name: conditions, sort fields, paths to expand, references in one path.
QUERY_CONDITIONS_MAX: Final = 50
QUERY_SORT_MAX: Final = 8
EXPANSION_DEPTH_MAX: Final = 3
PATH_REFERENCES_MAX: Final = 6
SEARCH_CHARACTERS_MAX: Final = 200
CURSOR_CHARACTERS_MAX: Final = 8_192
# Records that expanding or loading may bring along for one question.
LOADED_RECORDS_MAX: Final = 20_000
# What no index and no SQL can answer is evaluated record by record up to here.
EVALUATED_RECORDS_MAX: Final = 20_000
GROUPS_DEFAULT: Final = 100
GROUPS_MAX: Final = 1_000
# A retry comes within minutes; keys are remembered for a day, and so many of them in a room.
KEY_AGE_S: Final = 24 * 3600
KEYS_MAX: Final = 100_000
# Changes that wait for workflows; beyond it changes with triggers are refused.
OUTBOX_CHANGES_MAX: Final = 100_000
# Sample records that one press of a button makes.
SAMPLES_PER_MODEL_MAX: Final = 1_000
# Values shown as examples of what would be lost.
EXAMPLES_MAX: Final = 5

# Runs of workflows. A run that waits for its next attempt holds a thread, so that few of one room
# may run at once and many rooms still find one.
RUNS_AT_ONCE_PER_ROOM_MAX: Final = 4
RUNS_AT_ONCE_MAX: Final = 128
# Runs that wait for their turn in one room; beyond it starting by hand is refused.
RUNS_WAITING_PER_ROOM_MAX: Final = 1_000
# Finished runs that the log of a room keeps; older ones are forgotten.
RUNS_KEPT_PER_ROOM: Final = 500
RUNS_FORGOTTEN_EVERY: Final = 50
RUNS_LISTED_MAX: Final = 100
# A workflow that triggers itself, directly or not, goes on for so many generations.
RUN_DEPTH_MAX: Final = 8
# Steps that one run may carry out, and items of one forEach: a minute's work.
RUN_STEPS_MAX: Final = 20_000
RUN_ITEMS_MAX: Final = 10_000
# What one run's definition, one step's result and all of them together may take: each is written
# to the disk once and held in memory while the run lasts.
RUN_DEFINITION_BYTES_MAX: Final = 512 * 1024
RUN_INPUT_BYTES_MAX: Final = 256 * 1024
RUN_RESULT_BYTES_MAX: Final = 4 << 20
RUN_RESULTS_BYTES_MAX: Final = 32 << 20
# Records that a query step finds when it names no limit.
RUN_QUERY_DEFAULT: Final = 1_000
# What the run log shows of one step's input or output; the rest is cut.
RUN_LOG_BYTES_MAX: Final = 16_384
# Changes that are read from an outbox at once.
TRIGGERED_CHANGES_MAX: Final = 100
# How often a run that finds the data busy tries again, and after what pause.
DATA_BUSY_ATTEMPTS_MAX: Final = 5
DATA_BUSY_PAUSE_S: Final = 0.2
# How long a run that goes on after a restart waits for its room to be there.
ROOM_WAIT_S: Final = 60.0
ROOM_WAIT_PAUSE_S: Final = 0.5
# How long runs get to reach the end of a step when the process is to stop.
RUNS_STOP_S: Final = 1.0
# A run that was under way when the process ended so often is given up: it may be what ends it.
RUN_LIVES_MAX: Final = 100

# Calls of services: attempts, and the delays between them in seconds.
CALL_ATTEMPTS_MAX: Final = 100
CALL_ATTEMPTS_DEFAULT: Final = 3
CALL_DELAY_DEFAULT_S: Final = 1.0
CALL_DELAY_LONGEST_DEFAULT_S: Final = 60.0
CALL_DELAY_MAX_S: Final = 3600.0
# How long one attempt may take from the first byte sent to the last one read.
CALL_TIMEOUT_DEFAULT_S: Final = 10.0
CALL_TIMEOUT_MAX_S: Final = 60.0
# What is sent and read at most.
CALL_REQUEST_BYTES_MAX: Final = 1 << 20
CALL_RESPONSE_BYTES_MAX: Final = 1 << 20
CALL_KEY_CHARACTERS_MAX: Final = 255
# Schemas that are kept compiled, and faults that one refusal names.
CALL_SCHEMAS_MAX: Final = 256
CALL_FAULTS_MAX: Final = 20
SECRET_BYTES_MAX: Final = 8_192

# --- expressions -------------------------------------------------------------------------------
# Steps, sizes and depths are bounded within the engine, the same in browsers (limits.ts). These are
# the walls behind them: a defect of the engine must not cost more than this either.

# Instructions of one call. The steps that a batch may take need about a third of it.
EXPRESSION_FUEL_MAX: Final = 20_000_000_000
# Wall time of one call, and how often the clock ticks that ends it. Fuel ends it sooner; this is
# for a machine so busy that fuel burns slowly.
EXPRESSION_CALL_S: Final = 10.0
EXPRESSION_TICK_S: Final = 0.1
# Memory of one instance. An evaluation needs less than one, the largest context some thirty.
EXPRESSION_MEMORY_BYTES_MAX: Final = 128 << 20
# Instances at work at once; more threads than this wait for one. As many as cores make sense.
EXPRESSION_INSTANCES_MAX: Final = 4
# Characters of one request to the engine, and how many of them evaluations of many contexts put
# into one: the engine reads about ten million in a second.
EXPRESSION_REQUEST_CHARACTERS_MAX: Final = 8_000_000
EXPRESSION_BATCH_CHARACTERS: Final = 500_000
# After a longer request an instance is not kept: it never gives memory back by itself.
EXPRESSION_KEPT_CHARACTERS_MAX: Final = 1_000_000
EXPRESSION_BATCH_CONTEXTS: Final = 200
# Machine code that is kept, of this build of the engine and those before it; 8 MB each.
EXPRESSION_CODE_FILES_KEPT: Final = 4
# Sources that are kept analysed; what people type is seldom typed again.
EXPRESSION_CACHE_ENTRIES: Final = 2_000
# Checks by type that are kept: of one application, and of how many applications at once, which is
# some more than rooms are open, since an edit of a data model begins anew.
CHECKED_EXPRESSIONS_MAX: Final = 10_000
CHECKED_APPLICATIONS_MAX: Final = 256
# Workflows whose faults are kept for their runs: those of the rooms that are busy just now.
CHECKED_WORKFLOWS_MAX: Final = 1_000
# Values within values. Json fields come from outside.
EXPRESSION_VALUE_DEPTH_MAX: Final = 64
