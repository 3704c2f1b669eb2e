-- Ranks within the branches where some of a generation's scores were written again.
UPDATE kpi_score
SET rank_in_branch = ranked.rank
FROM (
    SELECT id, rank_in_branch, rank() OVER (PARTITION BY branch_id, grid_id IS NULL ORDER BY total DESC) AS rank
    FROM kpi_score
    WHERE run_id = %(run)s AND branch_id = ANY(ARRAY(SELECT branch_id FROM kpi_changed WHERE run_id = %(run)s))
) ranked
WHERE kpi_score.id = ranked.id AND ranked.rank_in_branch <> ranked.rank;
