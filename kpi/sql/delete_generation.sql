-- Takes away what an interrupted attempt of a run left.
DELETE FROM kpi_score WHERE run_id = %(run)s AND branch_id = ANY(%(branches)s);
