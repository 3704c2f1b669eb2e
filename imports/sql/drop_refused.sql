DELETE FROM staged WHERE line IN (SELECT line FROM staged_reason);
