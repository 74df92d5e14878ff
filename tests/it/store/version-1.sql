-- A store of version 1, as stscope 0.1 made it before it could forget.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    key_account TEXT,
    key_region TEXT,
    key_day TEXT
);
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    folder INTEGER NOT NULL REFERENCES folder (id),
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,             -- nanoseconds since 1970
    checksum INTEGER NOT NULL,             -- the end of the gzip file
    length INTEGER NOT NULL,
    outcome TEXT NOT NULL,                 -- read, damaged, same, or why it was skipped
    same_as INTEGER,                       -- of a copy: the file that was read
    stage TEXT,                            -- of a damaged file: how far it came,
    detail TEXT,                           -- what is wrong,
    records_read INTEGER NOT NULL,         -- and the whole records before that
    compressed INTEGER NOT NULL,
    decompressed INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sts_records INTEGER NOT NULL,
    not_calls INTEGER NOT NULL,
    folded INTEGER NOT NULL,               -- calls that are in sums of closed days,
    beyond_window INTEGER NOT NULL,        -- and those of them that came too late
    UNIQUE (folder, name)
);
CREATE TABLE day (
    day TEXT PRIMARY KEY,                  -- YYYY-MM-DD; empty: events without a time
    first_seen TEXT NOT NULL,              -- the day of the run that first read of it
    is_closed INTEGER NOT NULL,
    is_stale INTEGER NOT NULL,             -- daily is behind what was read of it
    duplicates INTEGER NOT NULL,
    shared_copies INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE daily (
    day TEXT NOT NULL,
    grouping INTEGER NOT NULL REFERENCES grouping (id),
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    first_event_time INTEGER,              -- milliseconds since 1970
    last_event_time INTEGER,
    PRIMARY KEY (day, grouping)
) WITHOUT ROWID;
CREATE TABLE daily_caller (
    day TEXT NOT NULL,
    grouping INTEGER NOT NULL REFERENCES grouping (id),
    caller INTEGER NOT NULL REFERENCES caller (id),
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    first_event_time INTEGER,
    last_event_time INTEGER,
    PRIMARY KEY (day, grouping, caller)
) WITHOUT ROWID;
CREATE TABLE caller (
    id INTEGER PRIMARY KEY,
    source_ip_address TEXT,
    session_name TEXT,
    in_scope_of TEXT
);
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (id),
    day TEXT NOT NULL,
    calls BLOB NOT NULL
);
CREATE INDEX calls_of_file ON calls (file);
CREATE INDEX calls_of_day ON calls (day);
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    ended_at TEXT NOT NULL,
    files_known INTEGER NOT NULL,
    files_read INTEGER NOT NULL,
    files_damaged INTEGER NOT NULL,
    calls INTEGER NOT NULL,                -- as delivered, copies included
    beyond_window INTEGER NOT NULL,
    coverage TEXT NOT NULL                 -- JSON
);
CREATE TABLE grouping (
    id INTEGER PRIMARY KEY,
    endpoint TEXT,
    client_provided_host_header TEXT,
    vpc_endpoint_id TEXT,
    principal TEXT,
    evidence TEXT,
    endpoint_region TEXT,
    endpoint_variant TEXT,
    principal_type TEXT,
    account_id TEXT,
    recipient_account_id TEXT,
    aws_region TEXT,
    aws_serving_region TEXT,
    event_name TEXT,
    error_code TEXT,
    role_arn TEXT,
    invoked_by TEXT,
    sdk TEXT,
    sdk_version TEXT,
    tls_version TEXT,
    key_exchange TEXT,
    cause TEXT,
    disagreement TEXT
);
CREATE VIEW daily_calls AS
    SELECT d.day, d.calls, d.errors,
        strftime('%Y-%m-%dT%H:%M:%SZ', d.first_event_time / 1000, 'unixepoch') AS first_event_time,
        strftime('%Y-%m-%dT%H:%M:%SZ', d.last_event_time / 1000, 'unixepoch') AS last_event_time,
        g.cause, g.endpoint, g.client_provided_host_header, g.vpc_endpoint_id, g.principal, g.evidence, g.endpoint_region, g.endpoint_variant, g.principal_type, g.account_id, g.recipient_account_id, g.aws_region, g.aws_serving_region, g.event_name, g.error_code, g.role_arn, g.invoked_by, g.sdk, g.sdk_version, g.tls_version, g.key_exchange
    FROM daily AS d JOIN grouping AS g ON g.id = d.grouping;
PRAGMA application_id = 1937011555;
PRAGMA user_version = 1;
