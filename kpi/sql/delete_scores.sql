-- Takes the staged subjects out of a generation that is shown, to be written again in the same transaction.
DELETE FROM kpi_score
WHERE branch_id = ANY(%(branches)s) AND id = ANY(ARRAY(
    SELECT id FROM kpi_score WHERE run_id = %(run)s AND grid_id = ANY(%(grids)s)
    UNION ALL
    SELECT id FROM kpi_score
    WHERE run_id = %(run)s AND grid_id IS NULL AND manager_id = ANY(ARRAY(SELECT manager_id FROM kpi_service))
));
