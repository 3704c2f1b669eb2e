-- The first few rows that would be new, and the first few that would change, as the file has them.
SELECT line, is_new, row
FROM (SELECT s.line, t.id IS NULL AS is_new, to_jsonb(f) - 'line' AS row,
             row_number() OVER (PARTITION BY t.id IS NULL ORDER BY s.line) AS place
      FROM ({source}) s JOIN staged f ON f.line = s.line LEFT JOIN {table} t ON {on}
      WHERE t.id IS NULL OR {differs}) found
WHERE place <= 5
ORDER BY is_new DESC, line;
