SELECT pg_advisory_unlock(%(lock)s::int, (%(batch)s::bigint %% 2147483647)::int);
