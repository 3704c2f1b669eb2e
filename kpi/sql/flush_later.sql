-- Commit without waiting for the disk. A server that crashes may forget the last moments, whole transactions in order:
-- the run is then still running in its row, and is resumed.
SET LOCAL synchronous_commit = off;
