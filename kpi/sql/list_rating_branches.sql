-- Of each of these people the branch that scores them in a month, and therefore rates them.
SELECT manager, kpi_rated_branch(%(month)s, manager) FROM unnest(%(managers)s::bigint[]) AS manager
