-- Take off the big tables what is cheaper to build once than to keep up row by row: secondary indexes, unique and
-- foreign keys, row and statement triggers. restore_derived puts back exactly what was noted here.
SET LOCAL maintenance_work_mem = '512MB';
SET CONSTRAINTS ALL IMMEDIATE;
CREATE TEMPORARY TABLE demo_derived (position int GENERATED ALWAYS AS IDENTITY, drop_it text, make_it text) ON COMMIT DROP;

INSERT INTO demo_derived (drop_it, make_it)
SELECT format('DROP INDEX %%I', entry.relname), pg_get_indexdef(entry.oid)
FROM pg_index AS index
JOIN pg_class AS entry ON entry.oid = index.indexrelid
WHERE index.indrelid = ANY (%(tables)s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = index.indexrelid AND contype IN ('p', 'u', 'x'))
ORDER BY entry.relname;

INSERT INTO demo_derived (drop_it, make_it)
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint
WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype IN ('u', 'f')
ORDER BY contype DESC, conname;

INSERT INTO demo_derived (drop_it, make_it)
SELECT format('ALTER TABLE %%s DISABLE TRIGGER USER', entry), format('ALTER TABLE %%s ENABLE TRIGGER USER', entry)
FROM unnest(%(tables)s::regclass[]) AS entry;

DO $$
DECLARE noted record;
BEGIN
    FOR noted IN SELECT drop_it FROM demo_derived ORDER BY position LOOP
        EXECUTE noted.drop_it;
    END LOOP;
END $$;
