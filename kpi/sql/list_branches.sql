-- Branches of a month: the mean of their grids' totals, one sum over one count rounded once, now and a month ago.
WITH shown AS (
    SELECT score.branch_id, sum(score.total) AS total, kpi_half_up(sum(score.total), count(*), 2) AS mean,
           count(*) AS grids,
           count(*) FILTER (WHERE score.total < %(low)s) AS low,
           count(*) FILTER (WHERE score.is_provisional) AS provisional
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_score score USING (branch_id, run_id)
    WHERE score.grid_id IS NOT NULL
    GROUP BY score.branch_id
), before AS (
    SELECT score.branch_id, kpi_half_up(sum(score.total), count(*), 2) AS mean
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
    SELECT item.branch_id, item.code, kpi_half_up(sum(item.score) FILTER (WHERE item.status = 'scored'),
                                                   count(*) FILTER (WHERE item.status = 'scored'), 4) AS score
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_itemscore item USING (branch_id, run_id)
    WHERE item.grid_id IS NOT NULL
    GROUP BY item.branch_id, item.code
), scores AS (
    SELECT branch_id, jsonb_object_agg(code, score) AS by_code FROM items GROUP BY branch_id
)
SELECT branch.id, branch.code, branch.name, shown.total, shown.mean, before.mean,
       rank() OVER (ORDER BY shown.mean DESC), rank() OVER (ORDER BY before.mean DESC NULLS LAST), shown.grids,
       shown.low, shown.provisional, coalesce(people.people, 0), scores.by_code
FROM shown
JOIN grids_branch branch ON branch.id = shown.branch_id
LEFT JOIN before USING (branch_id)
LEFT JOIN people USING (branch_id)
LEFT JOIN scores USING (branch_id)
ORDER BY shown.mean DESC, branch.code
