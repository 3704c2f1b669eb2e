-- Points: net new × points a unit, within the bounds of the scheme; nothing to reach, so never without a target.
INSERT INTO kpi_item (grid_id, branch_id, code, status, gained, lost, actual, rate, score)
SELECT grid_id, branch_id, code, status, gained, lost, gained - lost, points,
       CASE WHEN points IS NOT NULL THEN least(greatest(points, floor), cap) END
FROM (
    SELECT grid.grid_id, grid.branch_id, indicator.code, indicator.floor, indicator.cap, moved.gained, moved.lost,
           CASE WHEN target.is_exempt THEN 'exempt' ELSE 'scored' END AS status,
           CASE WHEN target.is_exempt THEN NULL
                ELSE round((moved.gained - moved.lost) * indicator.points_per_unit, 4) END AS points
    FROM kpi_grid grid
    JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND indicator.measure = 'points'
    LEFT JOIN kpi_target target
           ON target.month = %(first)s AND target.grid_id = grid.grid_id AND target.code = indicator.code
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(gained), 0)::bigint AS gained, coalesce(sum(lost), 0)::bigint AS lost
        FROM kpi_movement
        WHERE grid_id = grid.grid_id AND product_code = ANY(indicator.products)
    ) moved
) measured;
