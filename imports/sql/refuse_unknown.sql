-- Lines with a code that its table does not have.
INSERT INTO staged_reason
SELECT s.line, 'unknown', %(header)s, s.{column}
FROM staged s LEFT JOIN {table} known ON known.{code} = s.{column}
WHERE s.{column} IS NOT NULL AND known.{code} IS NULL;
