-- Version 3: executions that may be what brings processes down. They are few, whatever else there is.

CREATE INDEX execution_suspect ON execution (recover_count, id) WHERE recover_count >= 2;
