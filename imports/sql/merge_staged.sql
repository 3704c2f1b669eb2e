-- Writes every staged row once; rows that the table has just so are not touched. Returns new, changed, same.
WITH merged AS (
    MERGE INTO {table} t USING ({source}) s ON {on}
    WHEN MATCHED AND {differs} THEN UPDATE SET {changes}
    WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({values})
    RETURNING merge_action() AS action
)
SELECT new, changed, (SELECT count(*) FROM staged) - new - changed
FROM (SELECT count(*) FILTER (WHERE action = 'INSERT') AS new, count(*) FILTER (WHERE action = 'UPDATE') AS changed
      FROM merged) counted;
