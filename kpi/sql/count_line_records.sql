-- What the lines themselves say of every grid: those in service at the month's start and those of them that ended in
-- the month, by indicator and the grid of the household on the 1st. Counts every line: a check, not for a page.
WITH shown AS (
    SELECT generation.branch_id, run.scheme_id
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_run run ON run.id = generation.run_id
), counted AS MATERIALIZED (
    SELECT household.community_id, line.product_code, count(*) AS base,
           count(*) FILTER (WHERE line.closed_on < %(next)s) AS lost
    FROM customers_subscription line
    JOIN customers_household household ON household.id = line.household_id
    WHERE line.opened_on < %(first)s AND (line.closed_on IS NULL OR line.closed_on >= %(first)s)
    GROUP BY household.community_id, line.product_code
)
SELECT home.grid_id, indicator.code, sum(counted.base), sum(counted.lost)
FROM counted
JOIN grids_gridcommunity home ON home.community_id = counted.community_id AND home.period @> %(first)s::date
JOIN grids_grid grid ON grid.id = home.grid_id
JOIN shown ON shown.branch_id = grid.branch_id
JOIN kpi_indicator indicator ON indicator.scheme_id = shown.scheme_id AND indicator.measure = 'retention'
                            AND counted.product_code = ANY (indicator.products)
GROUP BY home.grid_id, indicator.code
