-- Slips up to a wanted number: copies of those the company has finished, each months older than the last, and enough
-- waiting ones at the busiest hall to fill its first page. Copies have their lines, and no history of their own.
SET session_replication_role = replica;

CREATE TEMPORARY TABLE origin AS
SELECT id, 31 * copy AS days, copy
FROM (SELECT id FROM acceptance_slip WHERE state NOT IN ('submitted', 'transferred', 'received', 'working', 'returned'))
    AS finished
CROSS JOIN LATERAL generate_series(1, (
    SELECT ceil(%(rows)s::numeric / count(*))::int
    FROM acceptance_slip
    WHERE state NOT IN ('submitted', 'transferred', 'received', 'working', 'returned')
)) AS copy
LIMIT %(rows)s;

INSERT INTO origin
SELECT id, 0, -copy
FROM acceptance_slip
CROSS JOIN generate_series(1, 10) AS copy
WHERE state IN ('submitted', 'received', 'working') AND hall_id = %(hall)s
ORDER BY copy, id
LIMIT %(waiting)s;

INSERT INTO acceptance_slip (client_uuid, number, state_at, submitted_at, received_at, accepted_at, {columns})
SELECT gen_random_uuid(), 'B' || copy || '-' || slip.id, state_at - days * interval '1 day',
       submitted_at - days * interval '1 day', received_at - days * interval '1 day',
       accepted_at - days * interval '1 day', {columns}
FROM origin JOIN acceptance_slip slip USING (id);

INSERT INTO acceptance_slipline (slip_id, product_id, position)
SELECT slip.id, line.product_id, line.position
FROM acceptance_slip slip JOIN acceptance_slipline line ON line.slip_id = split_part(slip.number, '-', 3)::bigint
WHERE slip.number LIKE 'B-%%'
UNION ALL
SELECT slip.id, line.product_id, line.position
FROM acceptance_slip slip JOIN acceptance_slipline line ON line.slip_id = split_part(slip.number, '-', 2)::bigint
WHERE slip.number LIKE 'B%%' AND slip.number NOT LIKE 'B-%%';

SET session_replication_role = origin;
