-- Orders that a hall keyed in under another number: the same slip and product, or the same household and product on
-- days close together. Each fits one row of the file at most, and only where both are the other's best.
WITH unmet AS (
    SELECT s.line, s.order_no, home.id AS household_id, s.product_code, s.accepted_on, s.slip_no
    FROM staged s
    JOIN customers_household home ON home.code = s.household_code
    WHERE NOT EXISTS (SELECT FROM acceptance_acceptance known WHERE known.order_no = s.order_no)
      AND NOT EXISTS (SELECT FROM staged_reason refused WHERE refused.line = s.line)
), unbilled AS (
    SELECT keyed.id, keyed.order_no, keyed.household_id, keyed.product_id, keyed.accepted_on, slip.number AS slip_no
    FROM acceptance_acceptance keyed
    LEFT JOIN acceptance_slip slip ON slip.id = keyed.slip_id
    WHERE keyed.keyed_here
      AND keyed.product_id IN (SELECT product_code FROM unmet)
      AND NOT EXISTS (SELECT FROM acceptance_billedorder billed WHERE billed.acceptance_id = keyed.id)
      AND NOT EXISTS (SELECT FROM staged s WHERE s.order_no = keyed.order_no)
), pair AS (
    SELECT unmet.line, unbilled.id, unbilled.order_no, 0 AS apart
    FROM unmet JOIN unbilled ON unbilled.slip_no = unmet.slip_no AND unbilled.product_id = unmet.product_code
    UNION ALL
    SELECT unmet.line, unbilled.id, unbilled.order_no, 1 + abs(unbilled.accepted_on - unmet.accepted_on)
    FROM unmet
    JOIN unbilled ON unbilled.household_id = unmet.household_id AND unbilled.product_id = unmet.product_code
    WHERE abs(unbilled.accepted_on - unmet.accepted_on) <= %(window)s
      -- A row that names another slip is another order.
      AND (unmet.slip_no IS NULL OR unbilled.slip_no IS NULL)
), ranked AS (
    SELECT line, order_no,
           row_number() OVER (PARTITION BY line ORDER BY apart, id) AS of_line,
           row_number() OVER (PARTITION BY id ORDER BY apart, line) AS of_keyed
    FROM pair
)
UPDATE staged SET keyed_no = ranked.order_no
FROM ranked
WHERE ranked.line = staged.line AND of_line = 1 AND of_keyed = 1;
