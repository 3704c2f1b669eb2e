-- Points: net new × points a unit, within the bounds of the scheme; nothing to reach, so never without a target.
INSERT INTO kpi_item (grid_id, branch_id, code, status, gained, lost, actual, rate, score)
SELECT grid_id, branch_id, code, status, gained, lost, gained - lost, points,
       CASE WHEN points IS NOT NULL THEN least(greatest(points, floor), cap) END
FROM (
    SELECT grid.grid_id, grid.branch_id, indicator.code, indicator.floor, indicator.cap,
           coalesce(moved.gained, 0) AS gained, coalesce(moved.lost, 0) AS lost,
           CASE WHEN target.is_exempt THEN 'exempt' ELSE 'scored' END AS status,
           CASE WHEN target.is_exempt THEN NULL
                ELSE round((coalesce(moved.gained, 0) - coalesce(moved.lost, 0)) * indicator.points_per_unit, 4) END AS points
    FROM kpi_grid grid
    JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND indicator.measure = 'points'
    LEFT JOIN kpi_target target
           ON target.month = %(first)s AND target.grid_id = grid.grid_id AND target.code = indicator.code
    LEFT JOIN kpi_movement moved ON moved.grid_id = grid.grid_id AND moved.code = indicator.code
) measured;
