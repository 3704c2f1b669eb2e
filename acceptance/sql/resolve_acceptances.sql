-- Branch and grid as they stood on the day of acceptance; an order that comes again keeps what was copied then.
SELECT s.line, s.order_no, household.id AS household_id, s.product_code AS product_id, s.channel AS channel_id,
       s.accepted_on, s.completed_on, s.cancelled_on, developer.id AS developer_id,
       coalesce(s.developer_name, '') AS developer_name, operator.id AS operator_id, slip.id AS slip_id,
       CASE WHEN was.id IS NULL THEN household.branch_id ELSE was.branch_id END AS branch_id,
       CASE WHEN was.id IS NULL THEN held.grid_id ELSE was.grid_id END AS grid_id,
       100 AS developer_share
FROM staged s
JOIN customers_household household ON household.code = s.household_code
LEFT JOIN grids_gridcommunity held
       ON held.community_id = household.community_id AND held.period @> s.accepted_on
LEFT JOIN managers_manager developer ON developer.staff_no = s.developer_no
LEFT JOIN managers_operator operator ON operator.operator_no = s.operator_no
LEFT JOIN acceptance_slip slip ON slip.number = s.slip_no
LEFT JOIN acceptance_acceptance was
       ON was.order_no = s.order_no AND was.household_id = household.id AND was.accepted_on = s.accepted_on
