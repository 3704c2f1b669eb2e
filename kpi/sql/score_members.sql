-- A person receives the items of the grids they served, weighted by days, over the grids where the item is scored.
-- The figures behind it are those of the grid when it is a single one; a sum over several would say nothing.
INSERT INTO kpi_item (manager_id, branch_id, code, status, gained, lost, actual, base, target, rate, score)
SELECT service.manager_id, service.branch_id, item.code,
       CASE WHEN bool_or(item.status = 'scored') THEN 'scored'
            WHEN bool_or(item.status = 'no_target') THEN 'no_target' ELSE 'exempt' END,
       CASE WHEN count(*) = 1 THEN min(item.gained) END,
       CASE WHEN count(*) = 1 THEN min(item.lost) END,
       CASE WHEN count(*) = 1 THEN min(item.actual) END,
       CASE WHEN count(*) = 1 THEN min(item.base) END,
       CASE WHEN count(*) = 1 THEN min(item.target) END,
       CASE WHEN count(*) = 1 THEN min(item.rate) END,
       kpi_half_up(sum(service.days * item.score) FILTER (WHERE item.status = 'scored'),
                   sum(service.days) FILTER (WHERE item.status = 'scored'), 4)
FROM kpi_service service
JOIN kpi_item item ON item.grid_id = service.grid_id
JOIN kpi_indicator indicator
  ON indicator.scheme_id = %(scheme)s AND indicator.code = item.code AND indicator.level = 'grid'
WHERE service.branch_id = ANY(%(branches)s)
GROUP BY service.manager_id, service.branch_id, item.code;
