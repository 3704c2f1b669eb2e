-- Lines whose key an earlier line has; grouping first keeps the join to the few repeated keys.
INSERT INTO staged_reason
SELECT s.line, 'repeated', f.line::text
FROM staged s JOIN (SELECT {key}, min(line) AS line FROM staged GROUP BY {key} HAVING count(*) > 1) f ON {same}
WHERE s.line > f.line;
