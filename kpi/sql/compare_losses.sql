-- Communities and products whose kept losses of a month differ from a full count.
SELECT community.code AS place, product_code AS product, coalesce(kept.lines, 0) AS kept,
       coalesce(counted.lines, 0) AS counted
FROM (SELECT community_id, product_code, lines FROM kpi_loss WHERE month = %(first)s) kept
FULL JOIN (
    SELECT household.community_id, line.product_code, count(*) AS lines
    FROM customers_subscription line
    JOIN customers_household household ON household.id = line.household_id
    WHERE line.closed_on >= %(first)s AND line.closed_on < %(next)s AND line.opened_on < %(first)s
    GROUP BY household.community_id, line.product_code
) counted USING (community_id, product_code)
JOIN grids_community community ON community.id = community_id
WHERE kept.lines IS DISTINCT FROM counted.lines
ORDER BY community.code, product_code;
