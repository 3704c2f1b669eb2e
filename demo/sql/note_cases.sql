-- The history that a trigger would have written, at the hours at which the day files came.
INSERT INTO customers_caseevent (case_id, household_id, kind, subject, opened_on, closed_on, outcome, at)
SELECT id, household_id, kind, subject, opened_on, NULL, '', (opened_on + time '20:00') AT TIME ZONE 'Asia/Shanghai'
FROM customers_case
UNION ALL
SELECT id, household_id, kind, subject, opened_on, closed_on, outcome, (closed_on + time '20:05') AT TIME ZONE 'Asia/Shanghai'
FROM customers_case WHERE closed_on IS NOT NULL
ORDER BY 8, 1;
