-- The session's own until it lets go or dies; two integers make a key of their own.
SELECT pg_try_advisory_lock(%(lock)s::int, (%(batch)s::bigint %% 2147483647)::int);
