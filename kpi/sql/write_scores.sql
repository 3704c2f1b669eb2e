-- The totals and ranks of the staged subjects with their items; answers how many grids and people.
--
-- A sheet is made of two parts: the items of the grid, which everybody who served there alone carries (of several grids:
-- their own means), and the subject's own. Both are worked out once and put together.
--
-- The weight of an item that is not assessed goes to the rest of its class, that of a class without any left to the other
-- classes, always in proportion: the weights of a sheet make 100. So they depend only on which items are not assessed:
-- they are worked out once for each such set, as fractions over one denominator, which is 1 where they come out even. A
-- total is the sum of its 4-place items by those fractions, rounded once.
WITH rule AS MATERIALIZED (
    SELECT code, item_class, weight, level = 'grid' AS is_carried,
           1::bigint << (row_number() OVER (ORDER BY code))::int AS bit
    FROM kpi_indicator
    WHERE scheme_id = %(scheme)s
), spared AS MATERIALIZED (
    SELECT item.subject, rule.is_carried, bit_or(rule.bit) AS bits
    FROM kpi_item item
    JOIN rule USING (code)
    WHERE item.status = 'exempt'
    GROUP BY item.subject, rule.is_carried
), sheet AS MATERIALIZED (
    SELECT present.*, coalesce(carried.bits, 0) | coalesce(own.bits, 0) AS exempt
    FROM (
        SELECT grid_id AS subject, grid_id, NULL::bigint AS manager_id, branch_id, days, grid_id AS carried_from
        FROM kpi_grid
        WHERE branch_id = ANY(%(branches)s) AND (%(grids)s::bigint[] IS NULL OR grid_id = ANY(%(grids)s))
        UNION ALL
        SELECT -manager_id, NULL, manager_id, branch_id, sum(days),
               CASE WHEN count(*) = 1 THEN min(grid_id) ELSE -manager_id END
        FROM kpi_service
        WHERE branch_id = ANY(%(branches)s)
        GROUP BY manager_id, branch_id
    ) present
    LEFT JOIN spared carried ON carried.subject = present.carried_from AND carried.is_carried
    LEFT JOIN spared own ON own.subject = present.subject AND NOT own.is_carried
), fraction AS MATERIALIZED (
    SELECT exempt, code, is_carried, item_class = 'points' AS is_points,
           CASE WHEN counts THEN weight * class_weight * all_weight * CASE item_class
               WHEN 'business' THEN retention_kept * other_kept
               WHEN 'retention' THEN business_kept * other_kept
               WHEN 'other' THEN business_kept * retention_kept END END AS share,
           business_kept * retention_kept * other_kept * classes_kept AS whole
    FROM (
        SELECT exempt, code, is_carried, item_class, weight, counts, class_weight,
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
                SELECT set.exempt, rule.*, rule.item_class <> 'points' AND set.exempt & rule.bit = 0 AS counts
                FROM (SELECT DISTINCT exempt FROM sheet) set
                CROSS JOIN rule
            ) counted
            WINDOW sheets AS (PARTITION BY exempt)
        ) summed
    ) kept
), weighed AS MATERIALIZED (
    SELECT exempt, code, is_carried, is_points, coalesce(kpi_half_up(share, whole, 6), 0) AS weight,
           CASE WHEN is_even THEN percent ELSE share END AS share, CASE WHEN is_even THEN 1 ELSE whole END AS whole
    FROM (
        SELECT *, bool_and(share IS NULL OR percent * whole = share) OVER (PARTITION BY exempt) AS is_even
        FROM (SELECT *, round(share / whole, 6) AS percent FROM fraction) rounded
    ) told
), part AS MATERIALIZED (
    SELECT source.subject, source.is_carried, source.exempt, min(weighed.whole) AS whole,
           bool_or(item.status IN ('no_target', 'no_rating')) AS is_provisional,
           coalesce(sum(item.score * weighed.share), 0)
               + coalesce(sum(item.score) FILTER (WHERE weighed.is_points), 0) * 100 * min(weighed.whole) AS points,
           array_agg(ROW(item.code, item.status, item.gained, item.lost, item.actual, item.base, item.target, item.rate,
                         item.score, weighed.weight,
                         coalesce(CASE WHEN weighed.is_points THEN item.score
                                       WHEN weighed.whole = 1 THEN round(item.score * weighed.share * 0.01, 6)
                                       ELSE kpi_half_up(item.score * weighed.share, weighed.whole * 100, 6) END, 0)
                     )::kpi_scored_item ORDER BY item.code) AS items
    FROM (
        SELECT DISTINCT carried_from AS subject, true AS is_carried, exempt FROM sheet
        UNION ALL
        SELECT subject, false, exempt FROM sheet
    ) source
    JOIN kpi_item item ON item.subject = source.subject
    JOIN weighed ON weighed.exempt = source.exempt AND weighed.is_carried = source.is_carried
                AND weighed.code = item.code
    GROUP BY source.subject, source.is_carried, source.exempt
), totalled AS (
    SELECT sheet.*, carried.items || own.items AS items,
           coalesce(carried.is_provisional, false) OR coalesce(own.is_provisional, false) AS is_provisional,
           kpi_half_up(coalesce(carried.points, 0) + coalesce(own.points, 0),
                       100 * coalesce(carried.whole, own.whole), 2) AS total
    FROM sheet
    LEFT JOIN part carried
           ON carried.is_carried AND carried.subject = sheet.carried_from AND carried.exempt = sheet.exempt
    LEFT JOIN part own ON NOT own.is_carried AND own.subject = sheet.subject AND own.exempt = sheet.exempt
    WHERE carried.items IS NOT NULL OR own.items IS NOT NULL
), scores AS (
    INSERT INTO kpi_score (run_id, month, branch_id, grid_id, manager_id, days, total, rank_in_branch, is_provisional,
                           items)
    SELECT %(run)s, %(first)s, branch_id, grid_id, manager_id, days, total,
           rank() OVER (PARTITION BY branch_id, grid_id IS NULL ORDER BY total DESC), is_provisional, items
    FROM totalled
    RETURNING grid_id
)
SELECT count(grid_id) AS grids, count(*) - count(grid_id) AS people FROM scores
