-- Totals, computed from the 4-place items as one exact fraction over a common denominator and rounded once, and ranks.
INSERT INTO kpi_score (run_id, month, branch_id, grid_id, manager_id, days, total, rank_in_branch, is_provisional)
SELECT %(run)s, %(first)s, totalled.branch_id, totalled.grid_id, totalled.manager_id, present.days, totalled.total,
       rank() OVER (PARTITION BY totalled.branch_id, totalled.grid_id IS NULL ORDER BY totalled.total DESC),
       totalled.is_provisional
FROM (
    SELECT branch_id, grid_id, manager_id, is_provisional,
           kpi_half_up(
               (business_sum * business_all * retention_kept * other_kept
                + retention_sum * retention_all * business_kept * other_kept
                + other_sum * other_all * business_kept * retention_kept) * (business_all + retention_all + other_all)
               + points * 100 * business_kept * retention_kept * other_kept * classes_kept,
               100 * business_kept * retention_kept * other_kept * classes_kept, 2) AS total
    FROM (
        SELECT branch_id, grid_id, manager_id, is_provisional, points,
               business_sum, retention_sum, other_sum, business_all, retention_all, other_all,
               -- 1 stands for a class or a sheet with nothing assessed: its sum is 0 anyway
               coalesce(nullif(business_kept, 0), 1) AS business_kept,
               coalesce(nullif(retention_kept, 0), 1) AS retention_kept,
               coalesce(nullif(other_kept, 0), 1) AS other_kept,
               coalesce(nullif((business_kept > 0)::int * business_all + (retention_kept > 0)::int * retention_all
                               + (other_kept > 0)::int * other_all, 0), 1) AS classes_kept
        FROM (
            SELECT item.branch_id, item.grid_id, item.manager_id,
                   bool_or(item.status IN ('no_target', 'no_rating')) AS is_provisional,
                   coalesce(sum(item.score) FILTER (WHERE indicator.item_class = 'points'), 0) AS points,
                   coalesce(sum(item.score * indicator.weight) FILTER (WHERE indicator.item_class = 'business'), 0)
                       AS business_sum,
                   coalesce(sum(item.score * indicator.weight) FILTER (WHERE indicator.item_class = 'retention'), 0)
                       AS retention_sum,
                   coalesce(sum(item.score * indicator.weight) FILTER (WHERE indicator.item_class = 'other'), 0)
                       AS other_sum,
                   coalesce(sum(indicator.weight) FILTER (WHERE indicator.item_class = 'business'), 0) AS business_all,
                   coalesce(sum(indicator.weight) FILTER (WHERE indicator.item_class = 'retention'), 0) AS retention_all,
                   coalesce(sum(indicator.weight) FILTER (WHERE indicator.item_class = 'other'), 0) AS other_all,
                   coalesce(sum(indicator.weight) FILTER (
                       WHERE indicator.item_class = 'business' AND item.status <> 'exempt'), 0) AS business_kept,
                   coalesce(sum(indicator.weight) FILTER (
                       WHERE indicator.item_class = 'retention' AND item.status <> 'exempt'), 0) AS retention_kept,
                   coalesce(sum(indicator.weight) FILTER (
                       WHERE indicator.item_class = 'other' AND item.status <> 'exempt'), 0) AS other_kept
            FROM kpi_item item
            JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND indicator.code = item.code
            WHERE item.branch_id = ANY(%(branches)s)
            GROUP BY item.branch_id, item.grid_id, item.manager_id
        ) summed
    ) divided
) totalled
JOIN (
    SELECT grid_id, NULL::bigint AS manager_id, days FROM kpi_grid
    UNION ALL
    SELECT NULL, manager_id, sum(days) FROM kpi_service GROUP BY manager_id
) present ON coalesce(present.grid_id, -present.manager_id) = coalesce(totalled.grid_id, -totalled.manager_id);
