-- The items with their effective weights, the totals and the ranks of the staged subjects; answers how many grids and
-- people. The weight of an item that is not assessed goes to the rest of its class, that of a class without any left to
-- the other classes, always in proportion: the weights of a sheet make 100. So they depend only on which items are not
-- assessed: they are worked out once for each such set, as fractions over one denominator. A total is the sum of its
-- 4-place items by those fractions, rounded once.
WITH rule AS MATERIALIZED (
    SELECT code, item_class, weight, 1::bigint << (row_number() OVER (ORDER BY code))::int AS bit
    FROM kpi_indicator
    WHERE scheme_id = %(scheme)s
), spared AS MATERIALIZED (
    SELECT item.subject, bit_or(rule.bit) AS exempt
    FROM kpi_item item
    JOIN rule USING (code)
    WHERE item.status = 'exempt'
    GROUP BY item.subject
), weighed AS MATERIALIZED (
    SELECT exempt, code, item_class = 'points' AS is_points,
           CASE WHEN counts THEN weight * class_weight * all_weight * CASE item_class
               WHEN 'business' THEN retention_kept * other_kept
               WHEN 'retention' THEN business_kept * other_kept
               WHEN 'other' THEN business_kept * retention_kept END END AS share,
           business_kept * retention_kept * other_kept * classes_kept AS whole
    FROM (
        SELECT exempt, code, item_class, weight, counts, class_weight,
               business_all + retention_all + other_all AS all_weight,
               -- 1 stands for a class or a sheet with nothing assessed: its sum is 0 anyway
               coalesce(nullif(business_kept, 0), 1) AS business_kept,
               coalesce(nullif(retention_kept, 0), 1) AS retention_kept,
               coalesce(nullif(other_kept, 0), 1) AS other_kept,
               coalesce(nullif((business_kept > 0)::int * business_all + (retention_kept > 0)::int * retention_all
                               + (other_kept > 0)::int * other_all, 0), 1) AS classes_kept
        FROM (
            SELECT *, sum(weight) OVER (PARTITION BY exempt, item_class) AS class_weight,
                   coalesce(sum(weight) FILTER (WHERE item_class = 'business') OVER sheets, 0) AS business_all,
                   coalesce(sum(weight) FILTER (WHERE item_class = 'retention') OVER sheets, 0) AS retention_all,
                   coalesce(sum(weight) FILTER (WHERE item_class = 'other') OVER sheets, 0) AS other_all,
                   coalesce(sum(weight) FILTER (WHERE counts AND item_class = 'business') OVER sheets, 0) AS business_kept,
                   coalesce(sum(weight) FILTER (WHERE counts AND item_class = 'retention') OVER sheets, 0) AS retention_kept,
                   coalesce(sum(weight) FILTER (WHERE counts AND item_class = 'other') OVER sheets, 0) AS other_kept
            FROM (
                SELECT set.exempt, rule.code, rule.item_class, rule.weight,
                       rule.item_class <> 'points' AND set.exempt & rule.bit = 0 AS counts
                FROM (SELECT 0::bigint AS exempt UNION SELECT exempt FROM spared) set
                CROSS JOIN rule
            ) counted
            WINDOW sheets AS (PARTITION BY exempt)
        ) summed
    ) kept
), marked AS MATERIALIZED (
    SELECT item.*, weighed.is_points, weighed.share, weighed.whole
    FROM kpi_item item
    LEFT JOIN spared USING (subject)
    JOIN weighed ON weighed.exempt = coalesce(spared.exempt, 0) AND weighed.code = item.code
    WHERE item.branch_id = ANY(%(branches)s)
      AND (%(grids)s::bigint[] IS NULL OR item.grid_id IS NULL OR item.grid_id = ANY(%(grids)s))
), items AS (
    INSERT INTO kpi_itemscore (run_id, month, branch_id, grid_id, manager_id, code, status, gained, lost, actual, base,
                               target, rate, score, weight, weighted)
    SELECT %(run)s, %(first)s, branch_id, grid_id, manager_id, code, status, gained, lost, actual, base, target, rate,
           score, coalesce(kpi_half_up(share, whole, 6), 0),
           coalesce(CASE WHEN is_points THEN score ELSE kpi_half_up(score * share, whole * 100, 6) END, 0)
    FROM marked
), totalled AS (
    SELECT subject, branch_id, bool_or(status IN ('no_target', 'no_rating')) AS is_provisional,
           kpi_half_up(coalesce(sum(score * share), 0)
                       + coalesce(sum(score) FILTER (WHERE is_points), 0) * 100 * min(whole), 100 * min(whole), 2) AS total
    FROM marked
    GROUP BY subject, branch_id
), present AS (
    SELECT grid_id AS subject, grid_id, NULL::bigint AS manager_id, days FROM kpi_grid
    UNION ALL
    SELECT -manager_id, NULL, manager_id, sum(days) FROM kpi_service GROUP BY manager_id
), scores AS (
    INSERT INTO kpi_score (run_id, month, branch_id, grid_id, manager_id, days, total, rank_in_branch, is_provisional)
    SELECT %(run)s, %(first)s, totalled.branch_id, present.grid_id, present.manager_id, present.days, totalled.total,
           rank() OVER (PARTITION BY totalled.branch_id, present.grid_id IS NULL ORDER BY totalled.total DESC),
           totalled.is_provisional
    FROM totalled
    JOIN present USING (subject)
    RETURNING grid_id
)
SELECT count(grid_id) AS grids, count(*) - count(grid_id) AS people FROM scores
