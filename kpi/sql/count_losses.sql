-- Lines of the month's balance that ended in the month, per community and product.
INSERT INTO kpi_loss (month, community_id, product_code, lines)
SELECT %(first)s, household.community_id, line.product_code, count(*)
FROM customers_subscription line
JOIN customers_household household ON household.id = line.household_id
WHERE line.closed_on >= %(first)s AND line.closed_on < %(next)s AND line.opened_on < %(first)s
GROUP BY household.community_id, line.product_code;
-- Until then the planner takes a new month for empty.
ANALYZE kpi_loss;
