-- What the file says of orders that a hall keyed in. Number and day of the hall are kept from the first time.
INSERT INTO acceptance_billedorder (order_no, acceptance_id, household_id, product_id, developer_id, developer_name,
                                    operator_id, accepted_on, keyed_no, keyed_on)
SELECT s.order_no, keyed.id, home.id, s.product_code, developer.id, coalesce(s.developer_name, ''),
       operator.id, s.accepted_on, coalesce(s.keyed_no, ''), s.keyed_on::date
FROM staged s
JOIN acceptance_acceptance keyed ON keyed.order_no = s.order_no AND keyed.keyed_here
JOIN customers_household home ON home.code = s.household_code
LEFT JOIN managers_manager developer ON developer.staff_no = s.developer_no
LEFT JOIN managers_operator operator ON operator.operator_no = s.operator_no
ON CONFLICT (order_no) DO UPDATE
SET household_id = EXCLUDED.household_id, product_id = EXCLUDED.product_id, developer_id = EXCLUDED.developer_id,
    developer_name = EXCLUDED.developer_name, operator_id = EXCLUDED.operator_id, accepted_on = EXCLUDED.accepted_on,
    seen_at = EXCLUDED.seen_at;
