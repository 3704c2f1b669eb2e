-- Grids to score again, by month and scheme, with the branches that show a generation of that scheme and its runs; and
-- whether the kept sums of the month are all there and nothing is to be taken into them. Months without a generation,
-- published or closed stay as they are. A published month that is taken back finds its grids still here.
WITH shown AS (
    SELECT held.month, run.scheme_id, held.branch_id, held.current_run_id
    FROM kpi_branchmonth held
    JOIN kpi_run run ON run.id = held.current_run_id
    WHERE held.month IN (SELECT month FROM kpi_touchedgrid) AND held.state IN ('open', 'trial')
), waiting AS (
    SELECT shown.month, shown.scheme_id, array_agg(touched.grid_id ORDER BY touched.grid_id) AS grids
    FROM kpi_touchedgrid touched
    JOIN grids_grid grid ON grid.id = touched.grid_id
    JOIN shown ON shown.month = touched.month AND shown.branch_id = grid.branch_id
    GROUP BY shown.month, shown.scheme_id
)
SELECT waiting.month, waiting.scheme_id AS scheme, waiting.grids,
       array_agg(shown.branch_id ORDER BY shown.branch_id) AS branches,
       array_agg(shown.current_run_id ORDER BY shown.branch_id) AS runs,
       -- In the order of the indexes: looked for by frequency, the newest month lies behind all others.
       (SELECT true FROM kpi_balance kept WHERE kept.month = waiting.month
        ORDER BY kept.month, kept.product_code, kept.community_id LIMIT 1)
       AND (SELECT true FROM kpi_loss kept WHERE kept.month = waiting.month
            ORDER BY kept.month, kept.product_code, kept.community_id LIMIT 1)
       AND (SELECT true FROM kpi_tally kept WHERE kept.month = waiting.month
            ORDER BY kept.month, kept.grid_id, kept.product_id LIMIT 1)
       AND NOT EXISTS (SELECT FROM customers_linechange) AS are_sums_kept
FROM waiting
JOIN shown USING (month, scheme_id)
GROUP BY waiting.month, waiting.scheme_id, waiting.grids
ORDER BY waiting.month, waiting.scheme_id
