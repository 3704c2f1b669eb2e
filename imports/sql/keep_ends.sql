-- Gives rows of a file without an end column the end that their row of the table has.
UPDATE staged SET valid_to = upper(t.period)
FROM ({source}) s JOIN {table} t ON {on}
WHERE staged.line = s.line AND upper(t.period) > lower(s.period);
