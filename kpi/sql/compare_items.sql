-- How many items of a branch differ between what a run wrote and what the inputs give now (the staged items).
SELECT count(*)
FROM (
    SELECT item.grid_id, item.manager_id, item.code, status, gained, lost, actual, base, target, score, days
    FROM kpi_item item
    CROSS JOIN LATERAL (
        SELECT sum(days) AS days
        FROM (
            SELECT days FROM kpi_grid WHERE kpi_grid.grid_id = item.grid_id
            UNION ALL
            SELECT days FROM kpi_service WHERE kpi_service.manager_id = item.manager_id
        ) held
    ) present
    WHERE item.branch_id = %(branch)s
) fresh
FULL JOIN (
    SELECT item.grid_id, item.manager_id, item.code, item.status, item.gained, item.lost, item.actual, item.base,
           item.target, item.score, score.days
    FROM kpi_itemscore item
    JOIN kpi_score score ON score.run_id = item.run_id AND score.grid_id IS NOT DISTINCT FROM item.grid_id
                        AND score.manager_id IS NOT DISTINCT FROM item.manager_id
    WHERE item.run_id = %(run)s AND item.branch_id = %(branch)s
) written
  ON coalesce(written.grid_id, 0) = coalesce(fresh.grid_id, 0)
 AND coalesce(written.manager_id, 0) = coalesce(fresh.manager_id, 0) AND written.code = fresh.code
WHERE (fresh.code, fresh.status, fresh.gained, fresh.lost, fresh.actual, fresh.base, fresh.target, fresh.score,
       fresh.days)
      IS DISTINCT FROM
      (written.code, written.status, written.gained, written.lost, written.actual, written.base, written.target,
       written.score, written.days);
