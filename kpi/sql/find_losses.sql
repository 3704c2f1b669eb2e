-- Whether a month has any. In the order of the index: looked for by frequency, the newest month lies behind all others.
SELECT true FROM kpi_loss WHERE month = %(first)s ORDER BY month, community_id, product_code LIMIT 1
