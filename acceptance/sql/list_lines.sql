-- The lines in use of a household, oldest first; a product no longer known keeps its code.
SELECT coalesce(product.name, line.product_code) AS name, line.opened_on AS since
FROM customers_subscription line LEFT JOIN acceptance_product product ON product.code = line.product_code
WHERE line.household_id = %(household)s AND line.closed_on IS NULL
ORDER BY line.opened_on, line.id
