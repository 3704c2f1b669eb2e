SELECT operator.operator_no, operator.name, hall.code AS hall_code
FROM managers_operator operator
JOIN grids_hall hall ON hall.id = operator.hall_id
JOIN grids_branch branch ON branch.id = hall.branch_id
WHERE %(branch)s::text IS NULL OR branch.code = %(branch)s
ORDER BY operator.operator_no
