-- What the records themselves say of every grid: acceptances and cancellations of the month by indicator, and how many
-- of them arrived after the result was worked out. Shares nothing with the statements that score.
WITH shown AS (
    SELECT generation.branch_id, run.scheme_id, run.watermark_at
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_run run ON run.id = generation.run_id
), moved AS (
    SELECT grid_id, product_id, recorded_at, 1 AS gained, 0 AS lost
    FROM acceptance_acceptance
    WHERE accepted_on >= %(first)s AND accepted_on < %(next)s AND grid_id IS NOT NULL
    UNION ALL
    SELECT grid_id, product_id, recorded_at, 0, 1
    FROM acceptance_acceptance
    WHERE cancelled_on >= %(first)s AND cancelled_on < %(next)s AND grid_id IS NOT NULL
)
SELECT moved.grid_id, indicator.code, sum(gained), sum(lost),
       coalesce(sum(gained) FILTER (WHERE moved.recorded_at > shown.watermark_at), 0),
       coalesce(sum(lost) FILTER (WHERE moved.recorded_at > shown.watermark_at), 0)
FROM moved
JOIN grids_grid grid ON grid.id = moved.grid_id
JOIN shown ON shown.branch_id = grid.branch_id
JOIN kpi_indicator indicator ON indicator.scheme_id = shown.scheme_id
                            AND indicator.measure IN ('completion', 'points')
                            AND moved.product_id = ANY (indicator.products)
GROUP BY moved.grid_id, indicator.code
