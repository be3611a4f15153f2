-- Version 4: when executions ended. NULL while they are open, and of those that ended before this version.

ALTER TABLE execution ADD COLUMN ended_ms INTEGER;
