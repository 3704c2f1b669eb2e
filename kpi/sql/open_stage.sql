-- The tables that a month is worked out in, of this transaction and empty: in one go, since a late record does little more.
CREATE TEMP TABLE IF NOT EXISTS kpi_service (manager_id bigint, grid_id bigint, days bigint, branch_id bigint)
ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS kpi_grid (grid_id bigint, branch_id bigint, days integer) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS kpi_movement (grid_id bigint, code text, gained bigint, lost bigint)
ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS kpi_item (
    grid_id bigint, manager_id bigint, subject bigint GENERATED ALWAYS AS (coalesce(grid_id, -manager_id)) STORED,
    branch_id bigint, code text, status text, gained bigint, lost bigint,
    actual numeric, base numeric, target numeric, rate numeric, score numeric
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS kpi_changed (run_id bigint, branch_id bigint) ON COMMIT DELETE ROWS;
WITH service AS (DELETE FROM kpi_service),
     grid AS (DELETE FROM kpi_grid),
     movement AS (DELETE FROM kpi_movement),
     changed AS (DELETE FROM kpi_changed)
DELETE FROM kpi_item;
