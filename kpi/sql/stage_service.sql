-- Who served which scored grid for how many days of the month, and the branch each person is scored in:
-- the branch of the grid they served last. Everyone, because a grid's members may end the month elsewhere;
-- or, when only some grids are scored again, those who served there, wherever else they served.
INSERT INTO kpi_service (manager_id, grid_id, days, branch_id)
SELECT manager_id, grid_id, days, first_value(branch_id) OVER (PARTITION BY manager_id ORDER BY until DESC)
FROM (
    SELECT posting.manager_id, posting.grid_id, grid.branch_id,
           sum(posting.until - posting.since) AS days, max(posting.until) AS until
    FROM (
        SELECT manager_id, grid_id, greatest(lower(period), %(first)s) AS since, least(upper(period), %(next)s) AS until
        FROM (
            SELECT manager_id, grid_id, period FROM managers_posting WHERE %(grids)s::bigint[] IS NULL
            UNION ALL
            SELECT manager_id, grid_id, period
            FROM managers_posting
            WHERE manager_id = ANY(ARRAY(SELECT manager_id FROM managers_posting
                                         WHERE grid_id = ANY(%(grids)s) AND period && daterange(%(first)s, %(next)s)))
        ) of_month
        WHERE period && daterange(%(first)s, %(next)s)
    ) posting
    JOIN grids_grid grid ON grid.id = posting.grid_id AND grid.period && daterange(%(first)s, %(next)s)
    GROUP BY posting.manager_id, posting.grid_id, grid.branch_id
) service;
