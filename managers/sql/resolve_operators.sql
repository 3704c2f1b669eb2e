SELECT s.line, s.operator_no, s.name, hall.id AS hall_id
FROM staged s JOIN grids_hall hall ON hall.code = s.hall_code
