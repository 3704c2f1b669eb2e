SELECT s.line, s.staff_no, s.name, branch.id AS branch_id, coalesce(s.phone, '') AS phone, s.name_key
FROM staged s JOIN grids_branch branch ON branch.code = s.branch_code
