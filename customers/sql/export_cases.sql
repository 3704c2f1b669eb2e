-- Of a month: the cases that were open on one of its days. Those written here have no number and are not the file's.
SELECT matter.number, household.code AS household_code, matter.kind, matter.subject, matter.opened_on,
       matter.closed_on, nullif(matter.outcome, '') AS outcome
FROM customers_case matter
JOIN customers_household household ON household.id = matter.household_id
JOIN grids_branch branch ON branch.id = household.branch_id
WHERE matter.number IS NOT NULL
  AND (%(branch)s::text IS NULL OR branch.code = %(branch)s)
  AND (%(end)s::date IS NULL OR matter.opened_on < %(end)s)
  AND (%(start)s::date IS NULL OR matter.closed_on IS NULL OR matter.closed_on >= %(start)s)
ORDER BY matter.id
