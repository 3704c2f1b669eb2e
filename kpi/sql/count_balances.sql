-- The balance of a month counted afresh from all lines: the start of a chain of months.
INSERT INTO kpi_balance (month, community_id, product_code, lines)
SELECT %(first)s, household.community_id, line.product_code, count(*)
FROM customers_subscription line
JOIN customers_household household ON household.id = line.household_id
WHERE line.opened_on < %(first)s AND (line.closed_on IS NULL OR line.closed_on >= %(first)s)
GROUP BY household.community_id, line.product_code;
-- Until then the planner takes a new month for empty.
ANALYZE kpi_balance;
