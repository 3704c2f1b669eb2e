SELECT count(DISTINCT line) FROM staged_reason;
