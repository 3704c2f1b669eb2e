-- Acceptances of the month and cancellations of the month (of whatever month's acceptance), from the tallies.
DROP TABLE IF EXISTS pg_temp.kpi_movement;
CREATE TEMP TABLE kpi_movement ON COMMIT DROP AS
SELECT tally.grid_id, indicator.code, sum(tally.gained)::bigint AS gained, sum(tally.lost)::bigint AS lost
FROM kpi_grid
JOIN kpi_tally tally ON tally.month = %(first)s AND tally.grid_id = kpi_grid.grid_id
JOIN (
    SELECT DISTINCT code, unnest(products) AS product_id FROM kpi_indicator WHERE scheme_id = %(scheme)s
) indicator USING (product_id)
GROUP BY tally.grid_id, indicator.code;
