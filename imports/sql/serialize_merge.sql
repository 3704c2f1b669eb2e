-- Merges go one at a time, until the end of the transaction: each sees what the one before it wrote.
SELECT pg_advisory_xact_lock(%(lock)s::bigint);
