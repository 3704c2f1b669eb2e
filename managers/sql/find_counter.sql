-- Where somebody of a hall stands, asked with every request of the counter: the hall, its branch, the own operator.
SELECT hall.id AS hall, hall.name, branch.code AS branch_code,
       (SELECT id FROM managers_operator WHERE operator_no = %(staff_code)s) AS operator
FROM (SELECT) nobody
LEFT JOIN grids_hall hall ON hall.code = %(hall_code)s
LEFT JOIN grids_branch branch ON branch.id = hall.branch_id
