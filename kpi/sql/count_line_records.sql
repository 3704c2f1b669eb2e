-- What the lines themselves say of every grid: those in service at the month's start and those of them that ended in
-- the month, by indicator and the grid of the household on the 1st, as they are now and as they stood at a moment up to
-- which their ends entered the result; and how many differ. A branch may ask for more than one moment, the latest comes
-- last. Counts every line: a check, not for a page.
WITH home AS MATERIALIZED (
    SELECT membership.community_id, membership.grid_id, run.scheme_id, generation.until
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[], %(untils)s::timestamptz[])
         AS generation (branch_id, run_id, until)
    JOIN kpi_run run ON run.id = generation.run_id
    JOIN grids_grid grid ON grid.branch_id = generation.branch_id
    JOIN grids_gridcommunity membership ON membership.grid_id = grid.id AND membership.period @> %(first)s::date
), changed AS (
    SELECT DISTINCT ON (home.until, line.id)
           home.grid_id, home.scheme_id, home.until, line.product_code,
           CASE WHEN former.closed_on < %(first)s THEN 'gone' WHEN former.closed_on < %(next)s THEN 'lost' ELSE 'kept'
           END AS was,
           CASE WHEN line.closed_on < %(first)s THEN 'gone' WHEN line.closed_on < %(next)s THEN 'lost' ELSE 'kept'
           END AS now
    FROM customers_formerline former
    JOIN customers_subscription line ON line.id = former.subscription_id
    JOIN customers_household household ON household.id = line.household_id
    JOIN home USING (community_id)
    WHERE former.at > home.until AND line.opened_on < %(first)s
    ORDER BY home.until, line.id, former.id
), counted AS MATERIALIZED (
    SELECT household.community_id, line.product_code, count(*) AS base,
           count(*) FILTER (WHERE line.closed_on < %(next)s) AS lost
    FROM customers_subscription line
    JOIN customers_household household ON household.id = line.household_id
    WHERE line.opened_on < %(first)s AND (line.closed_on IS NULL OR line.closed_on >= %(first)s)
    GROUP BY household.community_id, line.product_code
), held AS (
    SELECT grid_id, scheme_id, until, product_code, base, lost, 0 AS base_since, 0 AS lost_since, 0 AS late
    FROM counted JOIN home USING (community_id)
    UNION ALL
    SELECT grid_id, scheme_id, until, product_code, 0, 0, (now <> 'gone')::int - (was <> 'gone')::int,
           (now = 'lost')::int - (was = 'lost')::int, (now <> was)::int
    FROM changed
)
SELECT held.grid_id, indicator.code, sum(base), sum(lost), sum(base - base_since), sum(lost - lost_since), sum(late)
FROM held
JOIN kpi_indicator indicator ON indicator.scheme_id = held.scheme_id AND indicator.measure = 'retention'
                            AND held.product_code = ANY (indicator.products)
GROUP BY held.grid_id, indicator.code, held.until
ORDER BY held.until
