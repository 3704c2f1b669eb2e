-- Of a month: the lines that serve on one of its days.
SELECT line.code, household.code AS household_code, line.product_code, line.opened_on, line.closed_on
FROM customers_subscription line
JOIN customers_household household ON household.id = line.household_id
JOIN grids_branch branch ON branch.id = household.branch_id
WHERE (%(branch)s::text IS NULL OR branch.code = %(branch)s)
  AND (%(end)s::date IS NULL OR line.opened_on < %(end)s)
  AND (%(start)s::date IS NULL OR line.closed_on IS NULL OR line.closed_on > %(start)s)
ORDER BY line.id
