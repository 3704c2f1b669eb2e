-- The items with their effective weights. The weight of an item that is not assessed goes to the rest of its class,
-- that of a class without any left to the other classes, always in proportion: the weights of a sheet make 100.
INSERT INTO kpi_itemscore (run_id, month, branch_id, grid_id, manager_id, code, status, gained, lost, actual, base,
                           target, rate, score, weight, weighted)
SELECT %(run)s, %(first)s, branch_id, grid_id, manager_id, code, status, gained, lost, actual, base, target, rate, score,
       coalesce(kpi_half_up(share, whole, 6), 0),
       CASE WHEN item_class = 'points' THEN coalesce(score, 0)
            ELSE coalesce(kpi_half_up(score * share, whole * 100, 6), 0) END
FROM (
    SELECT *,
           -- weight × (class ÷ assessed in class) × (all ÷ classes with anything assessed), as one fraction
           CASE WHEN counts THEN weight * class_weight * all_weight END AS share,
           class_kept * sum(weight_of_class) OVER (PARTITION BY grid_id, manager_id) AS whole
    FROM (
        SELECT *,
               -- each class that keeps something is counted once, at its first row
               CASE WHEN class_kept > 0 AND place = 1 THEN class_weight ELSE 0 END AS weight_of_class
        FROM (
            SELECT item.*, indicator.item_class, indicator.weight,
                   item.status <> 'exempt' AND indicator.item_class <> 'points' AS counts,
                   sum(indicator.weight) OVER class AS class_weight,
                   sum(indicator.weight) OVER subject AS all_weight,
                   sum(indicator.weight) FILTER (WHERE item.status <> 'exempt') OVER class AS class_kept,
                   row_number() OVER (PARTITION BY item.grid_id, item.manager_id, indicator.item_class) AS place
            FROM kpi_item item
            JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND indicator.code = item.code
            WHERE item.branch_id = ANY(%(branches)s)
            WINDOW class AS (PARTITION BY item.grid_id, item.manager_id, indicator.item_class),
                   subject AS (PARTITION BY item.grid_id, item.manager_id)
        ) classed
    ) placed
) shared;
