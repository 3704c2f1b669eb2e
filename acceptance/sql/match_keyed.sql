-- Orders that a hall keyed in under another number: the same slip and product, or the same household and product on
-- days close together. Each fits one row of the file at most, and only where both are the other's best: of those equally
-- near, the same people go before the order in which they were written. Run until it finds no more: what the first
-- pairs leave over may fit each other, and would be credited twice if it stayed apart.
WITH unmet AS (
    SELECT s.line, s.order_no, home.id AS household_id, s.product_code, s.accepted_on, s.slip_no, s.developer_no,
           s.operator_no
    FROM staged s
    JOIN customers_household home ON home.code = s.household_code
    WHERE s.keyed_no IS NULL
      AND NOT EXISTS (SELECT FROM acceptance_acceptance known WHERE known.order_no = s.order_no)
      AND NOT EXISTS (SELECT FROM staged_reason refused WHERE refused.line = s.line)
), unbilled AS (
    SELECT keyed.id, keyed.order_no, keyed.household_id, keyed.product_id, keyed.accepted_on, slip.number AS slip_no,
           developer.staff_no, operator.operator_no
    FROM acceptance_acceptance keyed
    LEFT JOIN acceptance_slip slip ON slip.id = keyed.slip_id
    LEFT JOIN managers_manager developer ON developer.id = keyed.developer_id
    LEFT JOIN managers_operator operator ON operator.id = keyed.operator_id
    WHERE keyed.keyed_here
      AND keyed.product_id IN (SELECT product_code FROM unmet)
      AND NOT EXISTS (SELECT FROM acceptance_billedorder billed WHERE billed.acceptance_id = keyed.id)
      AND NOT EXISTS (SELECT FROM staged s WHERE keyed.order_no IN (s.order_no, s.keyed_no))
), pair AS (
    SELECT unmet.line, unbilled.id, unbilled.order_no, 0 AS apart, 0 AS strangers
    FROM unmet JOIN unbilled ON unbilled.slip_no = unmet.slip_no AND unbilled.product_id = unmet.product_code
    UNION ALL
    SELECT unmet.line, unbilled.id, unbilled.order_no, 1 + abs(unbilled.accepted_on - unmet.accepted_on),
           (unmet.developer_no IS DISTINCT FROM unbilled.staff_no)::int * 2
           + (unmet.operator_no IS DISTINCT FROM unbilled.operator_no)::int
    FROM unmet
    JOIN unbilled ON unbilled.household_id = unmet.household_id AND unbilled.product_id = unmet.product_code
    WHERE abs(unbilled.accepted_on - unmet.accepted_on) <= %(window)s
      -- A row that names another slip is another order.
      AND (unmet.slip_no IS NULL OR unbilled.slip_no IS NULL)
), ranked AS (
    SELECT line, order_no,
           row_number() OVER (PARTITION BY line ORDER BY apart, strangers, id) AS of_line,
           row_number() OVER (PARTITION BY id ORDER BY apart, strangers, line) AS of_keyed
    FROM pair
)
UPDATE staged SET keyed_no = ranked.order_no
FROM ranked
WHERE ranked.line = staged.line AND of_line = 1 AND of_keyed = 1;
