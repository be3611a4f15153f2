-- Version 1. A later version only adds steps; this file never changes once released.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- lane: which opening of the store owns it. status: model::Status::code.
CREATE TABLE execution (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    workflow INTEGER,
    version INTEGER NOT NULL,
    trigger TEXT NOT NULL,
    status INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    wake_at INTEGER,
    duration_us INTEGER NOT NULL,
    recover_count INTEGER NOT NULL,
    error TEXT
);
-- The id is the tail of every index, so lists of any filter are walked newest first, status by status.
CREATE INDEX execution_tenant ON execution (tenant, status);
CREATE INDEX execution_workflow ON execution (workflow, status) WHERE workflow IS NOT NULL;
CREATE INDEX execution_wake ON execution (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX execution_ad_hoc ON execution (version) WHERE workflow IS NULL;

-- The first segment of each execution; most have only this one, and it needs no second index.
CREATE TABLE segment (
    execution INTEGER PRIMARY KEY,
    seq_to INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
-- The segments after the first.
CREATE TABLE segment_later (
    id INTEGER PRIMARY KEY,
    execution INTEGER NOT NULL,
    seq_from INTEGER NOT NULL,
    seq_to INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (execution, seq_from)
);

-- consumed: it was answered, and only its id is kept, so that a second post is still recognised.
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    bytes BLOB NOT NULL,
    consumed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (execution, message_id)
);

-- workflow: 0 for ad-hoc graphs.
CREATE TABLE idempotency (
    tenant INTEGER NOT NULL,
    workflow INTEGER NOT NULL,
    key TEXT NOT NULL,
    execution INTEGER NOT NULL,
    body_hash BLOB NOT NULL,
    PRIMARY KEY (tenant, workflow, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_execution ON idempotency (execution);

-- hour: since 1970, or -1 for the whole history. workflow: 0 for ad-hoc graphs. lane: 0, one writer.
CREATE TABLE execution_rollup (
    tenant INTEGER NOT NULL,
    workflow INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    status INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum_us INTEGER NOT NULL,
    sketch BLOB NOT NULL,
    PRIMARY KEY (tenant, hour, workflow, status, lane)
) WITHOUT ROWID;

-- A body: whole once complete = 1.
CREATE TABLE blob_head (
    tenant INTEGER NOT NULL,
    hash BLOB NOT NULL,
    size INTEGER NOT NULL,
    put_ms INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) WITHOUT ROWID;
CREATE TABLE blob (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    hash BLOB NOT NULL,
    n INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (tenant, hash, n)
);
CREATE TABLE blob_ref (
    tenant INTEGER NOT NULL,
    hash BLOB NOT NULL,
    execution INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash, execution)
) WITHOUT ROWID;
CREATE INDEX blob_ref_execution ON blob_ref (execution);

-- Each record once, at its latest change.
CREATE TABLE change (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL,
    kind TEXT NOT NULL,
    record INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (tenant, kind, record)
);
