SELECT manager.staff_no, manager.name, branch.code AS branch_code, manager.phone
FROM managers_manager manager JOIN grids_branch branch ON branch.id = manager.branch_id
WHERE %(branch)s::text IS NULL OR branch.code = %(branch)s
ORDER BY manager.staff_no
