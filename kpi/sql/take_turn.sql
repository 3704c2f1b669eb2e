-- One at a time writes scores; let go at the end of the transaction. As its first statement, the snapshot that the next
-- ones see is taken when the turn has come, not while waiting for it: a lock of a row, or an advisory one, would take it.
LOCK TABLE kpi_turn IN EXCLUSIVE MODE;
