-- The newest month with scores that is over; else the newest with scores.
SELECT month
FROM (
    SELECT DISTINCT month FROM kpi_branchmonth WHERE current_run_id IS NOT NULL ORDER BY month DESC LIMIT 2
) newest
ORDER BY month + interval '1 month' <= %(today)s DESC, month DESC
LIMIT 1
