-- Whether a month has any. In the order of the index: looked for by frequency, the newest month lies behind all others.
SELECT true FROM kpi_tally WHERE month = %(first)s ORDER BY month, grid_id, product_id LIMIT 1
