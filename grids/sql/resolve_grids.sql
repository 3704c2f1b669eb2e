-- A grid belongs to the branch of its sub-bureau.
SELECT s.line, s.code, s.name, bureau.branch_id, bureau.id AS sub_bureau_id, hall.id AS hall_id,
       daterange(s.valid_from, s.valid_to) AS period
FROM staged s
JOIN grids_subbureau bureau ON bureau.code = s.sub_bureau_code
JOIN grids_hall hall ON hall.code = s.hall_code
