-- The balance of a month from the one before: plus what opened in between, minus what ended.
-- A line that opened and ended in between adds and takes one.
INSERT INTO kpi_balance (month, community_id, product_code, lines)
SELECT %(next)s, community_id, product_code, sum(lines)
FROM (
    SELECT community_id, product_code, lines FROM kpi_balance WHERE month = %(first)s
    UNION ALL
    SELECT household.community_id, moved.product_code, sum(moved.lines)
    FROM (
        SELECT household_id, product_code, 1 AS lines
        FROM customers_subscription
        WHERE opened_on >= %(first)s AND opened_on < %(next)s
        UNION ALL
        SELECT household_id, product_code, -1
        FROM customers_subscription
        WHERE closed_on >= %(first)s AND closed_on < %(next)s
    ) moved
    JOIN customers_household household ON household.id = moved.household_id
    GROUP BY household.community_id, moved.product_code
) movement
GROUP BY community_id, product_code
HAVING sum(lines) <> 0;
-- Until then the planner takes a new month for empty.
ANALYZE kpi_balance;
