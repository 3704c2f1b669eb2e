-- The branches in whose month ratings of these people count.
SELECT DISTINCT kpi_rated_branch(%(month)s, manager) FROM unnest(%(managers)s::bigint[]) AS manager;
