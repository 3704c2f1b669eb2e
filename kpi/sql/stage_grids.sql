-- The grids to score: those of the branches (or, of them, some) that hold at least one day of the month, and others
-- where people served who are scored here: their items count for these people, but are not written.
INSERT INTO kpi_grid (grid_id, branch_id, days)
SELECT id, branch_id, upper(held) - lower(held)
FROM (
    SELECT id, branch_id, period * daterange(%(first)s, %(next)s) AS held
    FROM grids_grid
    WHERE period && daterange(%(first)s, %(next)s)
) grid
WHERE branch_id = ANY(%(branches)s) AND (%(grids)s::bigint[] IS NULL OR id = ANY(%(grids)s))
   OR id IN (SELECT grid_id FROM kpi_service WHERE branch_id = ANY(%(branches)s));
