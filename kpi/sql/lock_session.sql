-- One recompute at a time; let go when the session ends, however it ends.
SELECT pg_advisory_lock(%(key)s)
