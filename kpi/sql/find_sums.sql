-- Takes the marks of changed lines (those of a transaction still open stay for the next run): the earliest day they speak
-- of; the newest month with a balance up to this one, and whether this one has losses and tallies. In the order of the
-- indexes: looked for by frequency, the newest month lies behind all others.
WITH taken AS (DELETE FROM customers_linechange RETURNING effect_on)
SELECT (SELECT min(effect_on) FROM taken) AS changed_from,
       (SELECT month FROM kpi_balance WHERE month <= %(first)s
        ORDER BY month DESC, product_code DESC, community_id DESC LIMIT 1) AS balanced,
       (SELECT true FROM kpi_loss WHERE month = %(first)s
        ORDER BY month, product_code, community_id LIMIT 1) IS NOT NULL AS has_losses;
