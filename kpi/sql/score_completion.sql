-- Completion: net new ÷ the grid's month target × 100. No target, or target 0: not scored.
INSERT INTO kpi_item (grid_id, branch_id, code, status, gained, lost, actual, target, rate, score)
SELECT grid_id, branch_id, code, status, gained, lost, gained - lost, target, rate,
       CASE WHEN rate IS NOT NULL THEN least(greatest(rate, floor), cap) END
FROM (
    SELECT *, CASE WHEN status = 'scored' THEN kpi_half_up((gained - lost) * 100, target, 4) END AS rate
    FROM (
        SELECT grid.grid_id, grid.branch_id, indicator.code, indicator.floor, indicator.cap,
               coalesce(moved.gained, 0) AS gained, coalesce(moved.lost, 0) AS lost, target.value AS target,
               CASE WHEN target.is_exempt THEN 'exempt'
                    WHEN coalesce(target.value, 0) = 0 THEN 'no_target' ELSE 'scored' END AS status
        FROM kpi_grid grid
        JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND indicator.measure = 'completion'
        LEFT JOIN kpi_target target
               ON target.month = %(first)s AND target.grid_id = grid.grid_id AND target.code = indicator.code
        LEFT JOIN kpi_movement moved ON moved.grid_id = grid.grid_id AND moved.code = indicator.code
    ) input
) measured;
