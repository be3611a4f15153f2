-- Version 5: large parts of segments are bodies, kept once for all segments of a tenant that have them.

-- at: where the part stands among the bytes of its segment, those of its parts counted.
CREATE TABLE segment_part (
    execution INTEGER NOT NULL,
    seq_from INTEGER NOT NULL,
    at INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    hash BLOB NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (execution, seq_from, at)
) WITHOUT ROWID;
CREATE INDEX segment_part_body ON segment_part (tenant, hash);
