-- What somebody closed here stays closed while the file has it open; a file that closes it has the last word.
SELECT s.line, s.number, household.id AS household_id, s.kind, s.subject, s.opened_on,
       coalesce(s.closed_on, here.closed_on) AS closed_on, coalesce(s.outcome, here.outcome, '') AS outcome,
       CASE WHEN s.closed_on IS NULL OR (s.closed_on, s.outcome) = (here.closed_on, here.outcome)
            THEN here.closed_by_id END AS closed_by_id
FROM staged s
JOIN customers_household household ON household.code = s.household_code
LEFT JOIN customers_case here ON here.number = s.number AND here.closed_by_id IS NOT NULL
