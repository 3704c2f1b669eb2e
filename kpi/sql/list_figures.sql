-- The totals of grids or of people in one generation, with their places in the branch and in the company.
SELECT coalesce(score.grid_id, score.manager_id), score.total::float8, score.rank_in_branch,
       rank() OVER (ORDER BY score.total DESC)
FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
JOIN kpi_score score USING (branch_id, run_id)
WHERE (score.grid_id IS NOT NULL) = %(of_grids)s
