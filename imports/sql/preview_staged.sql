-- What merge_staged would do to the table: new, changed, same.
SELECT count(*) FILTER (WHERE t.id IS NULL),
       count(*) FILTER (WHERE t.id IS NOT NULL AND {differs}),
       count(*) FILTER (WHERE t.id IS NOT NULL AND NOT {differs})
FROM ({source}) s LEFT JOIN {table} t ON {on};
