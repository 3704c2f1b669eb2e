-- Of a month: the orders accepted or cancelled in it.
SELECT acceptance.order_no, household.code AS household_code, acceptance.product_id AS product_code,
       acceptance.accepted_on, acceptance.completed_on, acceptance.cancelled_on, developer.staff_no AS developer_no,
       acceptance.developer_name, operator.operator_no, acceptance.channel_id AS channel, slip.number AS slip_no
FROM acceptance_acceptance acceptance
JOIN customers_household household ON household.id = acceptance.household_id
JOIN grids_branch branch ON branch.id = acceptance.branch_id
LEFT JOIN managers_manager developer ON developer.id = acceptance.developer_id
LEFT JOIN managers_operator operator ON operator.id = acceptance.operator_id
LEFT JOIN acceptance_slip slip ON slip.id = acceptance.slip_id
WHERE (%(branch)s::text IS NULL OR branch.code = %(branch)s)
  AND (%(start)s::date IS NULL
       OR acceptance.accepted_on >= %(start)s AND acceptance.accepted_on < %(end)s
       OR acceptance.cancelled_on >= %(start)s AND acceptance.cancelled_on < %(end)s)
ORDER BY acceptance.id
