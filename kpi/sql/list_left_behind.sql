-- Other branches whose shown result is at odds with what is scored for this one: who is scored here and still shown there,
-- or was shown here and is scored there, where nobody shows them yet.
WITH shown AS (
    SELECT held.branch_id, score.manager_id
    FROM kpi_branchmonth held
    JOIN kpi_score score ON score.run_id = held.current_run_id AND score.branch_id = held.branch_id
    WHERE held.month = %(first)s AND score.manager_id IS NOT NULL
)
SELECT held.branch_id
FROM kpi_branchmonth held
WHERE held.month = %(first)s AND held.state IN ('open', 'trial') AND held.branch_id <> %(branch)s
  AND held.branch_id IN (
    SELECT shown.branch_id
    FROM shown
    JOIN kpi_service service USING (manager_id)
    WHERE service.branch_id = %(branch)s
    UNION
    SELECT service.branch_id
    FROM shown
    JOIN kpi_service service USING (manager_id)
    WHERE shown.branch_id = %(branch)s AND (service.branch_id, manager_id) NOT IN (SELECT * FROM shown)
  )
ORDER BY held.branch_id
