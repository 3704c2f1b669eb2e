SELECT s.line, s.month, manager.id AS manager_id, s.item, s.score, coalesce(s.comment, '') AS comment,
       %(user)s::bigint AS rated_by_id, now() AS rated_at
FROM staged s JOIN managers_manager manager ON manager.staff_no = s.staff_no
