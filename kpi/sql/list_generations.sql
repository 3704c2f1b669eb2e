-- Of some months what is shown in each branch: the run, the state, the revision, and the run of the newest correction.
SELECT held.month, held.branch_id, held.current_run_id, held.state, held.revision,
       (SELECT correction.run_id FROM kpi_correction correction
        WHERE correction.branch_id = held.branch_id AND correction.month = held.month
        ORDER BY correction.number DESC LIMIT 1) AS correction
FROM kpi_branchmonth held
WHERE held.month = ANY(%(months)s)
