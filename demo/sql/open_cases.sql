-- About 15 households in 1,000 have a fault or a complaint in a quarter; nearly all are over within their days.
-- Chance is a digest of household and seed: the same seed makes the same cases.
INSERT INTO customers_case (household_id, kind, number, subject, opened_on, closed_on, outcome)
SELECT home, kind, prefix || to_char(opened_on, 'YYMMDD') || lpad(home::text, 8, '0'), subject, opened_on,
       CASE WHEN is_over THEN ends_on END, CASE WHEN is_over THEN outcome ELSE '' END
FROM (
    SELECT drawn.home, sort.kind, sort.prefix, drawn.opened_on, span.ends_on,
           span.ends_on <= %(today)s AND (drawn.luck %% 20 > 0 OR drawn.opened_on < %(today)s::date - 30) AS is_over,
           sort.subjects[1 + drawn.words %% array_length(sort.subjects, 1)] AS subject,
           sort.outcomes[1 + drawn.words / 64 %% array_length(sort.outcomes, 1)] AS outcome
    FROM (
        SELECT household.id AS home, %(start)s::date + days.since AS opened_on, chance.draws[3] AS words,
               chance.draws[4] AS luck, chance.draws[4] / 64 %% 10 < 3 AS is_complaint
        FROM customers_household household
        CROSS JOIN LATERAL (SELECT md5(household.id || ' case ' || %(seed)s) AS text) digest
        CROSS JOIN LATERAL (
            SELECT array_agg(('x' || substr(digest.text, 1 + 7 * part, 7))::bit(28)::int ORDER BY part) AS draws
            FROM generate_series(0, 3) part
        ) chance
        CROSS JOIN LATERAL (SELECT chance.draws[2] %% (%(today)s::date - %(start)s::date + 1) AS since) days
        WHERE chance.draws[1] %% 91000 < 15 * (%(today)s::date - %(start)s::date + 1)
    ) drawn
    JOIN (VALUES
        ('fault', 'GZ', false, 3,
         ARRAY['宽带晚上掉线', '上网很慢，看视频卡', '固话有杂音', '光猫红灯，不能上网', '固话不通', '电视画面卡顿'],
         ARRAY['已换光猫', '重做接头，恢复', '端口调整后正常', '换了入户线']),
        ('complaint', 'TS', true, 12,
         ARRAY['对账单金额有疑问', '装机超过约定时间', '套餐没讲清楚', '未经同意开通增值业务', '多次上门推销'],
         ARRAY['已解释，客户认可', '退还费用，客户满意', '已道歉并整改', '改回原套餐'])
    ) sort (kind, prefix, is_complaint, longest, subjects, outcomes) USING (is_complaint)
    CROSS JOIN LATERAL (SELECT drawn.opened_on + drawn.words / 4096 %% sort.longest AS ends_on) span
) made
ORDER BY opened_on, home;
