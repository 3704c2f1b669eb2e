-- Rows came with ids of their own: the next one has to follow them.
DO $$
DECLARE own record; newest bigint;
BEGIN
    FOR own IN
        SELECT table_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES'
    LOOP
        EXECUTE format('SELECT max(id) FROM %%I', own.table_name) INTO newest;
        IF newest IS NOT NULL THEN
            PERFORM setval(pg_get_serial_sequence(quote_ident(own.table_name), 'id'), newest);
        END IF;
    END LOOP;
END $$;
