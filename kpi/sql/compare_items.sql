-- How many items of a branch differ between what a run wrote and what the inputs give now (the staged items). Who served
-- one grid alone carries its items.
WITH present AS (
    SELECT grid_id, NULL::bigint AS manager_id, days, grid_id AS subject, true AS is_whole
    FROM kpi_grid
    WHERE branch_id = %(branch)s
    UNION ALL
    SELECT NULL, manager_id, sum(days), -manager_id, true FROM kpi_service WHERE branch_id = %(branch)s GROUP BY manager_id
    UNION ALL
    SELECT NULL, manager_id, sum(days), min(grid_id), false
    FROM kpi_service
    WHERE branch_id = %(branch)s
    GROUP BY manager_id
    HAVING count(*) = 1
)
SELECT count(*)
FROM (
    SELECT present.grid_id, present.manager_id, item.code, status, gained, lost, actual, base, item.target, score,
           present.days
    FROM present
    JOIN kpi_item item USING (subject)
    WHERE present.is_whole
       OR item.code IN (SELECT code FROM kpi_indicator JOIN kpi_run USING (scheme_id)
                        WHERE kpi_run.id = %(run)s AND level = 'grid')
) fresh
FULL JOIN (
    SELECT kept.grid_id, kept.manager_id, item.code, item.status, item.gained, item.lost, item.actual, item.base,
           item.target, item.score, kept.days
    FROM kpi_score kept
    CROSS JOIN LATERAL unnest(kept.items) item
    WHERE kept.run_id = %(run)s AND kept.branch_id = %(branch)s
) written
  ON coalesce(written.grid_id, 0) = coalesce(fresh.grid_id, 0)
 AND coalesce(written.manager_id, 0) = coalesce(fresh.manager_id, 0) AND written.code = fresh.code
WHERE (fresh.code, fresh.status, fresh.gained, fresh.lost, fresh.actual, fresh.base, fresh.target, fresh.score,
       fresh.days)
      IS DISTINCT FROM
      (written.code, written.status, written.gained, written.lost, written.actual, written.base, written.target,
       written.score, written.days);
