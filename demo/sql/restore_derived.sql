DO $$
DECLARE noted record;
BEGIN
    FOR noted IN SELECT make_it FROM demo_derived ORDER BY position LOOP
        EXECUTE noted.make_it;
    END LOOP;
END $$;
