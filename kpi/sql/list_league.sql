-- Grids of a month, best first, each with its place now and a month ago. `branches` and `runs` go pairwise and name the
-- generation that is shown of each branch, so one answer never mixes two. Places in the company count every grid of
-- those branches; `grids` only chooses the rows. `read` are the runs, each once: read once, however many branches show
-- them.
WITH shown AS (
    SELECT score.branch_id, score.grid_id, score.total, score.rank_in_branch, score.is_provisional,
           rank() OVER (ORDER BY score.total DESC) AS rank_in_company
    FROM kpi_score score
    WHERE score.run_id = ANY (%(read)s) AND score.grid_id IS NOT NULL
      AND ((branch_id, run_id) IN (SELECT * FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]))) IS TRUE
), before AS (
    SELECT score.grid_id, score.total, score.rank_in_branch,
           rank() OVER (ORDER BY score.total DESC) AS rank_in_company
    FROM kpi_score score
    WHERE score.run_id = ANY (%(old_read)s) AND score.grid_id IS NOT NULL
      AND ((branch_id, run_id) IN (SELECT * FROM unnest(%(old_branches)s::bigint[], %(old_runs)s::bigint[]))) IS TRUE
), team AS (
    SELECT posting.grid_id, string_agg(manager.name, ' ' ORDER BY posting.duty COLLATE "C", manager.staff_no COLLATE "C") AS names
    FROM managers_posting posting
    JOIN managers_manager manager ON manager.id = posting.manager_id
    WHERE posting.grid_id = ANY (%(grids)s) AND posting.period && daterange(%(first)s, %(next_first)s)
    GROUP BY posting.grid_id
)
SELECT grid.id, grid.code, grid.name, shown.branch_id, branch.code, branch.name,
       shown.total::float8, shown.rank_in_branch, shown.rank_in_company, shown.is_provisional,
       before.total::float8, before.rank_in_branch, before.rank_in_company, coalesce(team.names, '')
FROM shown
JOIN grids_grid grid ON grid.id = shown.grid_id
JOIN grids_branch branch ON branch.id = shown.branch_id
LEFT JOIN before USING (grid_id)
LEFT JOIN team USING (grid_id)
WHERE shown.grid_id = ANY (%(grids)s)
ORDER BY shown.total DESC, grid.code
