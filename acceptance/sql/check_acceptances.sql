-- A name that is not the staff number's, shares that would no longer add up, a slip's product accepted twice.
INSERT INTO staged_reason (line, code, first, second)
SELECT s.line, 'name', manager.staff_no, manager.name
FROM staged s JOIN managers_manager manager ON manager.staff_no = s.developer_no
WHERE s.developer_name <> manager.name
UNION ALL
SELECT s.line, 'shared', partner.staff_no, NULL
FROM staged s
JOIN acceptance_acceptance was ON was.order_no = s.order_no AND NOT was.keyed_here
JOIN managers_manager partner ON partner.id = was.co_developer_id
WHERE coalesce(s.developer_no, partner.staff_no) = partner.staff_no
UNION ALL
SELECT s.line, 'slip_used', other.order_no, NULL
FROM staged s
JOIN acceptance_slip slip ON slip.number = s.slip_no
JOIN acceptance_acceptance other
  ON other.slip_id = slip.id AND other.product_id = s.product_code
  AND other.order_no NOT IN (s.order_no, coalesce(s.keyed_no, ''))
UNION ALL
SELECT s.line, 'slip_used', first.order_no, NULL
FROM (SELECT slip_no, product_code, min(line) AS line FROM staged WHERE slip_no IS NOT NULL
      GROUP BY slip_no, product_code HAVING count(*) > 1) twice
JOIN staged s ON s.slip_no = twice.slip_no AND s.product_code = twice.product_code AND s.line > twice.line
JOIN staged first ON first.line = twice.line;
