-- A month's scores in DuckDB, from the tables as they are: what PostgreSQL would do without kept sums.
CREATE OR REPLACE TEMP TABLE scored_grid AS
SELECT id AS grid, branch FROM grid
WHERE start_on < $next AND coalesce(end_on, $next) > $first;

CREATE OR REPLACE TEMP TABLE service AS
SELECT manager, grid, days,
       first_value(branch) OVER (PARTITION BY manager ORDER BY until DESC) AS branch
FROM (
    SELECT manager, posting.grid, branch,
           sum(least(coalesce(end_on, $next), $next) - greatest(start_on, $first))::BIGINT AS days,
           max(least(coalesce(end_on, $next), $next)) AS until
    FROM posting JOIN scored_grid ON scored_grid.grid = posting.grid
    WHERE start_on < $next AND coalesce(end_on, $next) > $first
    GROUP BY ALL
) served;

CREATE OR REPLACE TEMP TABLE moved AS
SELECT grid, code, sum(gained)::BIGINT AS gained, sum(lost)::BIGINT AS lost
FROM (
    SELECT grid, product, count(*) AS gained, 0 AS lost FROM acceptance
    WHERE accepted_on >= $first AND accepted_on < $next AND grid IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT grid, product, 0, count(*) FROM acceptance
    WHERE cancelled_on >= $first AND cancelled_on < $next AND grid IS NOT NULL GROUP BY ALL
) movement JOIN rule_product USING (product)
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE held AS
SELECT home.grid, rule_product.code, sum(base)::BIGINT AS base, sum(lost)::BIGINT AS lost
FROM (
    SELECT household.community, line.product, count(*) AS base,
           count(*) FILTER (WHERE line.closed_on < $next) AS lost
    FROM line JOIN household ON household.id = line.household
    WHERE line.opened_on < $first AND (line.closed_on IS NULL OR line.closed_on >= $first)
    GROUP BY ALL
) lines
JOIN (SELECT community, grid FROM membership WHERE start_on <= $first AND coalesce(end_on, $next) > $first) home
  ON home.community = lines.community
JOIN rule_product ON rule_product.product = lines.product
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE item AS
WITH mine AS (SELECT grid, code, value, is_exempt FROM target WHERE month = $first),
rated AS (SELECT manager, half_up(sum(score) * 100, count(*)) AS rate FROM rating WHERE month = $first GROUP BY manager),
of_grid AS (
    SELECT scored_grid.grid AS subject, branch, rule.code, rule.floor, rule.cap,
           CASE WHEN coalesce(mine.is_exempt, 0) = 1 THEN 'exempt'
                WHEN measure = 'completion' AND coalesce(mine.value, 0) = 0 THEN 'no_target'
                WHEN measure = 'retention' AND coalesce(held.base, 0) = 0 THEN 'exempt'
                ELSE 'scored' END AS status,
           CASE measure
                WHEN 'completion' THEN half_up((coalesce(gained, 0) - coalesce(moved.lost, 0)) * 100000000, mine.value)
                WHEN 'points' THEN (coalesce(gained, 0) - coalesce(moved.lost, 0)) * per_unit
                WHEN 'retention' THEN half_up((held.base - held.lost) * 10000000000, held.base * target_rate) END AS rate
    FROM scored_grid
    CROSS JOIN rule
    LEFT JOIN mine ON mine.grid = scored_grid.grid AND mine.code = rule.code
    LEFT JOIN moved ON moved.grid = scored_grid.grid AND moved.code = rule.code
    LEFT JOIN held ON held.grid = scored_grid.grid AND held.code = rule.code
    WHERE measure <> 'rating'
),
grid_item AS (
    SELECT subject, branch, code, status,
           CASE WHEN status = 'scored' THEN least(greatest(rate, floor), cap) END AS score
    FROM of_grid
),
own AS (
    SELECT DISTINCT service.manager, service.branch, rule.code,
           CASE WHEN rate IS NULL THEN 'no_rating' ELSE 'scored' END AS status,
           CASE WHEN rate IS NOT NULL THEN least(greatest(rate, floor), cap) END AS score
    FROM service CROSS JOIN rule LEFT JOIN rated ON rated.manager = service.manager WHERE measure = 'rating'
),
team AS (
    SELECT scored_grid.grid, scored_grid.branch, rule.code,
           half_up(sum(days * score) FILTER (WHERE score IS NOT NULL), sum(days) FILTER (WHERE score IS NOT NULL)) AS score
    FROM scored_grid CROSS JOIN (SELECT code FROM rule WHERE measure = 'rating') rule
    LEFT JOIN service ON service.grid = scored_grid.grid
    LEFT JOIN own ON own.manager = service.manager AND own.code = rule.code
    GROUP BY ALL
)
SELECT subject, branch, code, status, score FROM grid_item
UNION ALL
SELECT -manager, branch, code, status, score FROM own
UNION ALL
SELECT grid, branch, code, CASE WHEN score IS NULL THEN 'no_rating' ELSE 'scored' END, score FROM team
UNION ALL
SELECT -service.manager, service.branch, code,
       CASE WHEN bool_or(status = 'scored') THEN 'scored'
            WHEN bool_or(status = 'no_target') THEN 'no_target' ELSE 'exempt' END,
       half_up(sum(days * score) FILTER (WHERE status = 'scored'), sum(days) FILTER (WHERE status = 'scored'))
FROM service JOIN grid_item ON grid_item.subject = service.grid
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE weighed_item AS
WITH spared AS (
    SELECT subject, sum(bit) AS exempt FROM item JOIN rule USING (code) WHERE status = 'exempt' GROUP BY subject
)
SELECT item.*, coalesce(weight.numerator, 0)::HUGEINT AS numerator, whole.denominator::HUGEINT AS denominator,
       rule.item_class = 'points' AS is_points
FROM item
JOIN rule ON rule.code = item.code
LEFT JOIN spared ON spared.subject = item.subject
LEFT JOIN weight ON weight.exempt = coalesce(spared.exempt, 0) AND weight.code = item.code
LEFT JOIN (SELECT DISTINCT exempt, denominator FROM weight) whole ON whole.exempt = coalesce(spared.exempt, 0);

CREATE OR REPLACE TEMP TABLE result_item AS
SELECT subject, branch, code, status, score,
       CASE WHEN is_points THEN coalesce(score, 0) * 100
            ELSE coalesce(half_up(score * numerator, denominator), 0) END AS weighted
FROM weighed_item;

CREATE OR REPLACE TEMP TABLE result_score AS
SELECT subject, total, rank() OVER (PARTITION BY branch, subject < 0 ORDER BY total DESC) AS place
FROM (
    SELECT subject, branch,
           half_up(sum(CASE WHEN is_points THEN coalesce(score, 0) * 100 * denominator
                            ELSE coalesce(score, 0) * numerator END), 10000 * min(denominator)) AS total
    FROM weighed_item
    GROUP BY subject, branch
) summed;
