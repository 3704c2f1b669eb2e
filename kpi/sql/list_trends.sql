-- One figure a month for every grid, person or branch: the total, what a class gives or an item's uncapped rate.
-- `places`, `branches` and `runs` go together and name the generation shown of each branch in each month.
WITH shown AS (
    SELECT * FROM unnest(%(places)s::int[], %(branches)s::bigint[], %(runs)s::bigint[]) AS generation (place, branch_id, run_id)
), figure AS (
    SELECT shown.place, score.branch_id, score.grid_id, score.manager_id, score.total AS value
    FROM shown
    JOIN kpi_score score USING (branch_id, run_id)
    WHERE %(is_total)s
    UNION ALL
    SELECT shown.place, item.branch_id, item.grid_id, item.manager_id,
           CASE WHEN item.code = %(what)s AND indicator.item_class <> 'points' THEN sum(coalesce(item.rate, item.score))
                ELSE sum(item.weighted) END
    FROM shown
    JOIN kpi_run run ON run.id = shown.run_id
    JOIN kpi_itemscore item ON item.branch_id = shown.branch_id AND item.run_id = shown.run_id
    JOIN kpi_indicator indicator ON indicator.scheme_id = run.scheme_id AND indicator.code = item.code
    WHERE NOT %(is_total)s AND (item.code = %(what)s AND item.status = 'scored' OR indicator.item_class = %(what)s)
    GROUP BY shown.place, item.branch_id, item.grid_id, item.manager_id, item.code = %(what)s, indicator.item_class
)
SELECT place, grid_id, value::float8 FROM figure WHERE %(of)s = 'grids' AND grid_id IS NOT NULL
UNION ALL
SELECT place, manager_id, value::float8 FROM figure WHERE %(of)s = 'people' AND manager_id IS NOT NULL
UNION ALL
SELECT place, branch_id, kpi_half_up(sum(value), count(value), CASE WHEN %(is_total)s THEN 2 ELSE 4 END)::float8
FROM figure
WHERE %(of)s = 'branches' AND grid_id IS NOT NULL
GROUP BY place, branch_id
