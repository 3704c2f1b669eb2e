-- Rating: a person's mean of the rated sub-items; a grid's is the mean of its members', weighted by days served there.
WITH rated AS (
    SELECT manager_id, sum(score) AS points, count(*) AS items
    FROM kpi_rating
    WHERE month = %(first)s
    GROUP BY manager_id
)
INSERT INTO kpi_item (manager_id, branch_id, code, status, actual, rate, score)
SELECT manager_id, branch_id, code, CASE WHEN rate IS NULL THEN 'no_rating' ELSE 'scored' END, rate, rate,
       CASE WHEN rate IS NOT NULL THEN least(greatest(rate, floor), cap) END
FROM (
    SELECT service.manager_id, service.branch_id, indicator.code, indicator.floor, indicator.cap,
           kpi_half_up(rated.points, rated.items, 4) AS rate
    FROM (SELECT DISTINCT manager_id, branch_id FROM kpi_service) service
    JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND indicator.measure = 'rating'
    LEFT JOIN rated USING (manager_id)
) measured;

INSERT INTO kpi_item (grid_id, branch_id, code, status, actual, rate, score)
SELECT grid_id, branch_id, code, CASE WHEN score IS NULL THEN 'no_rating' ELSE 'scored' END, score, score, score
FROM (
    SELECT grid.grid_id, grid.branch_id, indicator.code, members.score
    FROM kpi_grid grid
    JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND indicator.measure = 'rating'
    LEFT JOIN (
        SELECT service.grid_id, item.code, kpi_half_up(sum(service.days * item.score), sum(service.days), 4) AS score
        FROM kpi_service service
        JOIN kpi_item item ON item.manager_id = service.manager_id
        WHERE item.score IS NOT NULL
        GROUP BY service.grid_id, item.code
    ) members ON members.grid_id = grid.grid_id AND members.code = indicator.code
) measured;
