-- Who served which grid for how many days of the month: the days that weigh a person's score and a team's rating.
SELECT manager_id, grid_id, sum(upper(served) - lower(served))::int
FROM (
    SELECT posting.manager_id, posting.grid_id, posting.period * daterange(%(first)s, %(next)s) AS served
    FROM managers_posting posting
    JOIN grids_grid grid ON grid.id = posting.grid_id AND grid.period && daterange(%(first)s, %(next)s)
    WHERE posting.period && daterange(%(first)s, %(next)s)
) days
GROUP BY manager_id, grid_id
