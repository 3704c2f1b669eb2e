-- Who served which scored grid for how many days of the month, and the branch each person is scored in:
-- the branch of the grid they served last. Everyone, because a grid's members may end the month elsewhere.
DROP TABLE IF EXISTS pg_temp.kpi_service;
CREATE TEMP TABLE kpi_service ON COMMIT DROP AS
SELECT manager_id, grid_id, days,
       first_value(branch_id) OVER (PARTITION BY manager_id ORDER BY until DESC) AS branch_id
FROM (
    SELECT posting.manager_id, posting.grid_id, grid.branch_id,
           sum(upper(posting.served) - lower(posting.served)) AS days, max(upper(posting.served)) AS until
    FROM (
        SELECT manager_id, grid_id, period * daterange(%(first)s, %(next)s) AS served
        FROM managers_posting
        WHERE period && daterange(%(first)s, %(next)s)
    ) posting
    JOIN grids_grid grid ON grid.id = posting.grid_id AND grid.period && daterange(%(first)s, %(next)s)
    GROUP BY posting.manager_id, posting.grid_id, grid.branch_id
) service;
ANALYZE kpi_service;
