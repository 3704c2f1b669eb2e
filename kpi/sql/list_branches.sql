-- Branches of a month: the mean of their grids, then and now, and how many lie below a line.
WITH shown AS (
    SELECT score.branch_id, avg(score.total) AS mean, count(*) AS grids,
           count(*) FILTER (WHERE score.total < %(low)s) AS low,
           count(*) FILTER (WHERE score.is_provisional) AS provisional
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_score score USING (branch_id, run_id)
    WHERE score.grid_id IS NOT NULL
    GROUP BY score.branch_id
), before AS (
    SELECT score.branch_id, avg(score.total) AS mean
    FROM unnest(%(old_branches)s::bigint[], %(old_runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_score score USING (branch_id, run_id)
    WHERE score.grid_id IS NOT NULL
    GROUP BY score.branch_id
), people AS (
    SELECT score.branch_id, count(*) AS people
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_score score USING (branch_id, run_id)
    WHERE score.manager_id IS NOT NULL
    GROUP BY score.branch_id
), items AS (
    SELECT item.branch_id, item.code, avg(item.score) FILTER (WHERE item.status = 'scored') AS score
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_itemscore item USING (branch_id, run_id)
    WHERE item.grid_id IS NOT NULL
    GROUP BY item.branch_id, item.code
), scores AS (
    SELECT branch_id, jsonb_object_agg(code, round(score, 4)) AS by_code FROM items GROUP BY branch_id
)
SELECT branch.id, branch.code, branch.name, round(shown.mean, 2)::float8, round(before.mean, 2)::float8,
       rank() OVER (ORDER BY round(shown.mean, 2) DESC), rank() OVER (ORDER BY round(before.mean, 2) DESC NULLS LAST),
       shown.grids, shown.low, shown.provisional, coalesce(people.people, 0), scores.by_code
FROM shown
JOIN grids_branch branch ON branch.id = shown.branch_id
LEFT JOIN before USING (branch_id)
LEFT JOIN people USING (branch_id)
LEFT JOIN scores USING (branch_id)
ORDER BY shown.mean DESC, branch.code
