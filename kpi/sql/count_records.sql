-- What the records themselves say of every grid: acceptances and cancellations of the month by indicator, as they are now
-- and as they stood at the moments up to which records entered the result; and by how many orders the two differ. Shares
-- nothing with the statements that score.
WITH shown AS (
    SELECT generation.branch_id, run.scheme_id, generation.until
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[], %(untils)s::timestamptz[])
         AS generation (branch_id, run_id, until)
    JOIN kpi_run run ON run.id = generation.run_id
), former AS MATERIALIZED (
    SELECT acceptance_id, grid_id, product_id, accepted_on, cancelled_on, at AS till,
           lag(at) OVER (PARTITION BY acceptance_id ORDER BY id) AS since,
           lead(id) OVER (PARTITION BY acceptance_id ORDER BY id) IS NULL AS is_last
    FROM acceptance_formeracceptance
), stood AS (
    SELECT here.id, here.grid_id, here.product_id, here.accepted_on, here.cancelled_on,
           coalesce(former.till, here.recorded_at) AS since, 'infinity'::timestamptz AS till
    FROM acceptance_acceptance here
    LEFT JOIN former ON former.acceptance_id = here.id AND former.is_last
    UNION ALL
    SELECT here.id, former.grid_id, former.product_id, former.accepted_on, former.cancelled_on,
           coalesce(former.since, here.recorded_at), former.till
    FROM former JOIN acceptance_acceptance here ON here.id = former.acceptance_id
), of_month AS (
    SELECT id, grid_id, product_id, since, till,
           (accepted_on >= %(first)s)::int AS gained,
           coalesce(cancelled_on >= %(first)s AND cancelled_on < %(next)s, false)::int AS lost
    FROM stood
    WHERE accepted_on < %(next)s AND (accepted_on >= %(first)s OR cancelled_on >= %(first)s)
), by_order AS (
    SELECT of_month.grid_id, indicator.code,
           coalesce(sum(gained) FILTER (WHERE till = 'infinity'), 0) AS gained,
           coalesce(sum(lost) FILTER (WHERE till = 'infinity'), 0) AS lost,
           coalesce(sum(gained) FILTER (WHERE since <= shown.until AND shown.until < till), 0) AS gained_then,
           coalesce(sum(lost) FILTER (WHERE since <= shown.until AND shown.until < till), 0) AS lost_then
    FROM of_month
    JOIN grids_grid grid ON grid.id = of_month.grid_id
    JOIN shown ON shown.branch_id = grid.branch_id
    JOIN kpi_indicator indicator ON indicator.scheme_id = shown.scheme_id
                                AND indicator.measure IN ('completion', 'points')
                                AND of_month.product_id = ANY (indicator.products)
    GROUP BY of_month.grid_id, indicator.code, of_month.id
)
SELECT grid_id, code, sum(gained), sum(lost), sum(gained_then), sum(lost_then),
       count(*) FILTER (WHERE (gained, lost) <> (gained_then, lost_then))
FROM by_order
GROUP BY grid_id, code
