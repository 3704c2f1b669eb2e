-- Days that have not come yet; a case that somebody closed here before the file says it began.
INSERT INTO staged_reason (line, code, first, second)
SELECT s.line, 'future', greatest(s.opened_on, s.closed_on)::text, NULL
FROM staged s
WHERE greatest(s.opened_on, s.closed_on) > (now() AT TIME ZONE 'Asia/Shanghai')::date
UNION ALL
SELECT s.line, 'closed_here', here.closed_on::text, person.name
FROM staged s
JOIN customers_case here ON here.number = s.number
JOIN accounts_user person ON person.id = here.closed_by_id
WHERE s.closed_on IS NULL AND s.opened_on > here.closed_on;
