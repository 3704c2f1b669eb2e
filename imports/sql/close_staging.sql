DROP TABLE IF EXISTS pg_temp.staged, pg_temp.staged_reason;
