-- A branch's file holds the people it scores, and so rates.
SELECT rating.month, manager.staff_no, rating.item, rating.score, rating.comment
FROM kpi_rating rating
JOIN managers_manager manager ON manager.id = rating.manager_id
WHERE (%(branch)s::text IS NULL OR kpi_rated_branch(rating.month, manager.id) =
       (SELECT id FROM grids_branch WHERE code = %(branch)s))
  AND (%(start)s::date IS NULL OR rating.month = %(start)s)
ORDER BY rating.month, manager.staff_no, rating.item
