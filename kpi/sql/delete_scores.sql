-- Takes out of a generation what is written again in the same transaction: all of these branches, or the staged subjects.
DELETE FROM kpi_score
WHERE run_id = %(run)s AND branch_id = ANY(%(branches)s)
  AND (%(grids)s::bigint[] IS NULL OR grid_id = ANY(%(grids)s)
       OR manager_id = ANY(ARRAY(SELECT manager_id FROM kpi_service)));
