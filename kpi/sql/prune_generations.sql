-- Deletes the scores of old generations that no month shows; the rows in the list of runs stay. What somebody appealed
-- against stays, to be compared with what came of it; so do corrections. A branch that has closed the month keeps what
-- it had, as the guards of closed months ask; grids touched there need no look any more.
WITH old AS MATERIALIZED (
    SELECT run.id
    FROM (
        SELECT id, cause, row_number() OVER (PARTITION BY month, branch_id ORDER BY id DESC) AS place
        FROM kpi_run
        WHERE cause <> 'late_record'
    ) run
    WHERE run.place > %(kept)s AND run.cause <> 'correction'
      AND NOT EXISTS (SELECT FROM kpi_branchmonth WHERE current_run_id = run.id)
      AND NOT EXISTS (SELECT FROM kpi_appeal WHERE run_id = run.id)
      AND EXISTS (SELECT FROM kpi_score WHERE run_id = run.id)
)
DELETE FROM kpi_score score
WHERE run_id IN (SELECT id FROM old)
  AND NOT EXISTS (SELECT FROM kpi_branchmonth held
                  WHERE held.month = score.month AND held.branch_id = score.branch_id AND held.state = 'closed');
DELETE FROM kpi_touchedgrid touched
USING grids_grid grid, kpi_branchmonth held
WHERE grid.id = touched.grid_id AND held.month = touched.month AND held.branch_id = grid.branch_id
  AND held.state = 'closed';
