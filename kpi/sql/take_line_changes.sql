-- Takes the marks of changed lines; those of a transaction still open stay for the next run.
WITH taken AS (DELETE FROM customers_linechange RETURNING effect_on)
SELECT min(effect_on) FROM taken;
