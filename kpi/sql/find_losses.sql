-- Whether a month has any. In the order of the index: looked for by frequency, the newest month lies behind all others.
SELECT true FROM kpi_loss WHERE month = %(first)s ORDER BY month, product_code, community_id LIMIT 1
