-- Who served which scored grid for how many days of the month, and the branch each person is scored in:
-- the branch of the grid they served last. Everyone, because a grid's members may end the month elsewhere;
-- or, when only some grids are scored again, those who served there, wherever else they served.
CREATE TEMP TABLE IF NOT EXISTS kpi_service (manager_id bigint, grid_id bigint, days bigint, branch_id bigint)
ON COMMIT DELETE ROWS;
DELETE FROM kpi_service;
INSERT INTO kpi_service (manager_id, grid_id, days, branch_id)
SELECT manager_id, grid_id, days, first_value(branch_id) OVER (PARTITION BY manager_id ORDER BY until DESC)
FROM (
    SELECT posting.manager_id, posting.grid_id, grid.branch_id,
           sum(posting.until - posting.since) AS days, max(posting.until) AS until
    FROM (
        SELECT manager_id, grid_id, greatest(lower(period), %(first)s) AS since, least(upper(period), %(next)s) AS until
        FROM managers_posting
        WHERE period && daterange(%(first)s, %(next)s)
          AND (%(grids)s::bigint[] IS NULL
               OR manager_id IN (SELECT manager_id FROM managers_posting
                                 WHERE grid_id = ANY(%(grids)s) AND period && daterange(%(first)s, %(next)s)))
    ) posting
    JOIN grids_grid grid ON grid.id = posting.grid_id AND grid.period && daterange(%(first)s, %(next)s)
    GROUP BY posting.manager_id, posting.grid_id, grid.branch_id
) service;
