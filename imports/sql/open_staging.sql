-- The tables of one import; they go with the connection that filled them.
DROP TABLE IF EXISTS pg_temp.staged, pg_temp.staged_reason;
CREATE TEMP TABLE staged (line integer NOT NULL, {columns});
CREATE TEMP TABLE staged_reason (line integer NOT NULL, code text NOT NULL, first text, second text);
