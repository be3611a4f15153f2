-- Version 2: executions that nobody owns, where executions come from, flow control, and snapshots.

-- origin: the execution that it comes from; origin_kind: store::journal::OriginKind. priority: higher is earlier.
-- flow_key: executions with the same key share a limit.
ALTER TABLE execution ADD COLUMN origin INTEGER;
ALTER TABLE execution ADD COLUMN origin_kind INTEGER;
ALTER TABLE execution ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE execution ADD COLUMN flow_key TEXT;
CREATE INDEX execution_origin ON execution (origin) WHERE origin IS NOT NULL;
CREATE INDEX execution_flow ON execution (flow_key, status) WHERE flow_key IS NOT NULL;

-- lane 0: nobody owns it; -n: opening n of the store woke it, and nothing was appended since. Delayed, waiting and paused
-- executions are released. wake_at 0: a message waits.
DROP INDEX execution_wake;
UPDATE execution SET lane = 0 WHERE status IN (0, 3, 4);
UPDATE execution SET wake_at = 0 WHERE status IN (0, 3, 4) AND id IN (SELECT execution FROM inbox WHERE consumed = 0);
-- The sum is no bound of a walk, so that a question can repeat it beside its own.
CREATE INDEX execution_rest ON execution (lane, wake_at) WHERE lane + 0 <= 0;
CREATE INDEX inbox_waiting ON inbox (execution) WHERE consumed = 0;

-- snapshot: these events alone lead to the state. Where the first segment is gone, the history begins at the oldest
-- snapshot that is there.
ALTER TABLE segment_later ADD COLUMN snapshot INTEGER NOT NULL DEFAULT 0;
CREATE INDEX segment_snapshot ON segment_later (execution, seq_from) WHERE snapshot = 1;
