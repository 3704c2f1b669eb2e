-- Takes the marks of changed acceptances into the tallies, and counts a month that has none yet. One statement, so that
-- what a mark speaks of is either counted or added, never both. Grids whose sums changed are to be scored again.
WITH taken AS (
    DELETE FROM acceptance_acceptancechange RETURNING month, grid_id, product_id, gained, lost
), changed AS (
    SELECT month, grid_id, product_id, sum(gained) AS gained, sum(lost) AS lost
    FROM taken
    GROUP BY month, grid_id, product_id
    HAVING sum(gained) <> 0 OR sum(lost) <> 0
), kept AS (
    SELECT month
    FROM (SELECT DISTINCT month FROM changed) of
    WHERE EXISTS (SELECT FROM kpi_tally WHERE kpi_tally.month = of.month)
), missing AS MATERIALIZED (
    SELECT (SELECT true FROM kpi_tally WHERE month = %(first)s::date
            ORDER BY month, grid_id, product_id LIMIT 1) IS NULL AS is_missing
), counted AS (
    SELECT grid_id, product_id, count(*) AS gained, 0 AS lost
    FROM acceptance_acceptance
    WHERE accepted_on >= %(first)s::date AND accepted_on < %(next)s::date AND grid_id IS NOT NULL
      AND (SELECT is_missing FROM missing)
    GROUP BY grid_id, product_id
    UNION ALL
    SELECT grid_id, product_id, 0, count(*)
    FROM acceptance_acceptance
    WHERE cancelled_on >= %(first)s::date AND cancelled_on < %(next)s::date AND grid_id IS NOT NULL
      AND (SELECT is_missing FROM missing)
    GROUP BY grid_id, product_id
), written AS (
    INSERT INTO kpi_tally (month, grid_id, product_id, gained, lost)
    SELECT month, grid_id, product_id, gained, lost FROM changed JOIN kept USING (month)
    UNION ALL
    SELECT %(first)s::date, grid_id, product_id, sum(gained), sum(lost) FROM counted GROUP BY grid_id, product_id
    ON CONFLICT (month, grid_id, product_id)
    DO UPDATE SET gained = kpi_tally.gained + excluded.gained, lost = kpi_tally.lost + excluded.lost
)
INSERT INTO kpi_touchedgrid (month, grid_id)
SELECT DISTINCT month, grid_id FROM changed
ON CONFLICT (month, grid_id) DO NOTHING;
