-- The grids to score: those of the branches that hold at least one day of the month, and those of other branches
-- where people served who are scored here (their items count for these people, but are not written).
DROP TABLE IF EXISTS pg_temp.kpi_item;
DROP TABLE IF EXISTS pg_temp.kpi_grid;
CREATE TEMP TABLE kpi_grid ON COMMIT DROP AS
SELECT id AS grid_id, branch_id, upper(held) - lower(held) AS days
FROM (
    SELECT id, branch_id, period * daterange(%(first)s, %(next)s) AS held
    FROM grids_grid
    WHERE period && daterange(%(first)s, %(next)s)
) grid
WHERE branch_id = ANY(%(branches)s)
   OR id IN (SELECT grid_id FROM kpi_service WHERE branch_id = ANY(%(branches)s));
ANALYZE kpi_grid;
CREATE TEMP TABLE kpi_item (
    grid_id bigint, manager_id bigint, subject bigint GENERATED ALWAYS AS (coalesce(grid_id, -manager_id)) STORED,
    branch_id bigint, code text, status text, gained bigint, lost bigint,
    actual numeric, base numeric, target numeric, rate numeric, score numeric
) ON COMMIT DROP;
