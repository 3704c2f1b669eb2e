-- A person receives the items of the grids they served, weighted by days, over the grids where the item is scored.
-- The figures behind it are those of the grid when it is a single one; a sum over several would say nothing.
WITH carried AS (
    SELECT service.manager_id, service.branch_id, service.days, count(*) OVER (PARTITION BY service.manager_id) AS grids,
           service.grid_id
    FROM kpi_service service
    WHERE service.branch_id = ANY(%(branches)s)
), measured AS (
    SELECT item.*
    FROM kpi_item item
    JOIN kpi_indicator indicator
      ON indicator.scheme_id = %(scheme)s AND indicator.code = item.code AND indicator.level = 'grid'
)
INSERT INTO kpi_item (manager_id, branch_id, code, status, gained, lost, actual, base, target, rate, score)
SELECT carried.manager_id, carried.branch_id, item.code, item.status, item.gained, item.lost, item.actual, item.base,
       item.target, item.rate, item.score
FROM carried
JOIN measured item USING (grid_id)
WHERE carried.grids = 1
UNION ALL
SELECT carried.manager_id, carried.branch_id, item.code,
       CASE WHEN bool_or(item.status = 'scored') THEN 'scored'
            WHEN bool_or(item.status = 'no_target') THEN 'no_target' ELSE 'exempt' END,
       NULL, NULL, NULL, NULL, NULL, NULL,
       kpi_half_up(sum(carried.days * item.score) FILTER (WHERE item.status = 'scored'),
                   sum(carried.days) FILTER (WHERE item.status = 'scored'), 4)
FROM carried
JOIN measured item USING (grid_id)
WHERE carried.grids > 1
GROUP BY carried.manager_id, carried.branch_id, item.code;
-- The planner knows nothing of a fresh table: a few items that are not assessed, or all of them, are other plans.
ANALYZE kpi_item (status);
