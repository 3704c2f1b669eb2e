-- A number, or 不考核 and its reason. What was exempt and stays so keeps the number below it.
SELECT s.line, s.month, grid.id AS grid_id, s.indicator AS code,
       CASE WHEN s.target LIKE '不考核%%' THEN coalesce(known.value, 0) ELSE s.target::numeric END AS value,
       s.target LIKE '不考核%%' AS is_exempt,
       CASE WHEN s.target LIKE '不考核%%' THEN substr(s.target, 5) ELSE '' END AS reason,
       %(user)s::bigint AS changed_by_id, '' AS change_reason
FROM staged s
JOIN grids_grid grid ON grid.code = s.grid_code
LEFT JOIN kpi_target known
  ON known.month = s.month AND known.grid_id = grid.id AND known.code = s.indicator AND known.is_exempt
