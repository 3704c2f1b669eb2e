-- Whether an acceptance changed that nobody has taken, or a grid waits to be scored again.
SELECT EXISTS (SELECT FROM acceptance_acceptancechange) OR EXISTS (SELECT FROM kpi_touchedgrid)
