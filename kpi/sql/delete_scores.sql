-- Takes the staged subjects out of a generation that is shown, to be written again in the same transaction, and notes the
-- branches whose scores change: those they are written in, and those they stood in until now.
WITH gone AS (
    DELETE FROM kpi_score
    WHERE branch_id = ANY(%(branches)s) AND id = ANY(ARRAY(
        SELECT id FROM kpi_score WHERE run_id = %(run)s AND grid_id = ANY(%(grids)s)
        UNION ALL
        SELECT id FROM kpi_score
        WHERE run_id = %(run)s AND grid_id IS NULL AND manager_id = ANY(ARRAY(SELECT manager_id FROM kpi_service))
    ))
    RETURNING branch_id
)
INSERT INTO kpi_changed (run_id, branch_id)
SELECT %(run)s, branch_id FROM gone
UNION
SELECT %(run)s, branch_id FROM kpi_grid WHERE branch_id = ANY(%(branches)s) AND grid_id = ANY(%(grids)s)
UNION
SELECT %(run)s, branch_id FROM kpi_service WHERE branch_id = ANY(%(branches)s);
