-- Holds what halls keyed in against what the billing system's files brought, and writes down where they differ.
-- A line that no longer holds is settled by itself; one that a person settled stays so until something new differs.
WITH begun AS (
    -- Halls of a branch are missed from the day they began to key in, files as far as they have come.
    SELECT branch_id, min(accepted_on) FILTER (WHERE keyed_here) AS since,
           max(accepted_on) FILTER (WHERE NOT keyed_here OR EXISTS (
               SELECT FROM acceptance_billedorder billed WHERE billed.acceptance_id = acceptance.id)) AS until
    FROM acceptance_acceptance acceptance
    WHERE accepted_on >= %(back_to)s
    GROUP BY branch_id
), pending AS (
    SELECT acceptance_id FROM acceptance_difference WHERE settled_at IS NULL
), told AS (
    SELECT keyed.id, keyed.order_no, md5(concat_ws('|', billed.household_id, billed.product_id,
               billed.accepted_on, coalesce(billed.developer_id::text, billed.developer_name), billed.operator_id)) AS told,
           array_remove(ARRAY[
               CASE WHEN billed.keyed_no <> '' THEN 'order_no' END,
               CASE WHEN billed.household_id <> keyed.household_id THEN 'household' END,
               CASE WHEN billed.product_id <> keyed.product_id THEN 'product' END,
               CASE WHEN billed.keyed_on <> billed.accepted_on THEN 'date' END,
               CASE WHEN coalesce(billed.developer_id, alias.manager_id)
                         NOT IN (coalesce(keyed.developer_id, 0), coalesce(keyed.co_developer_id, 0))
                      OR coalesce(billed.developer_id, alias.manager_id) IS NULL AND billed.developer_name <> ''
                         AND billed.developer_name NOT IN (coalesce(own.name, ''), coalesce(partner.name, ''), keyed.developer_name)
                    THEN 'developer' END,
               CASE WHEN billed.operator_id <> keyed.operator_id THEN 'operator' END,
               -- Withdrawn at the counter, and the file says it stands.
               CASE WHEN keyed.cancelled_on IS NULL AND EXISTS (
                        SELECT FROM acceptance_orderamendment amendment
                        WHERE amendment.acceptance_id = keyed.id AND amendment.kind = 'withdrawn')
                    THEN 'cancelled' END
           ], NULL)::varchar(12)[] AS fields
    FROM acceptance_billedorder billed
    JOIN acceptance_acceptance keyed ON keyed.id = billed.acceptance_id
    LEFT JOIN managers_manager own ON own.id = keyed.developer_id
    LEFT JOIN managers_manager partner ON partner.id = keyed.co_developer_id
    LEFT JOIN acceptance_developeralias alias
           ON alias.branch_id = keyed.branch_id AND alias.name = billed.developer_name AND alias.withdrawn_at IS NULL
          AND 1 >= (SELECT count(*) FROM managers_manager bearer
                    WHERE bearer.branch_id = alias.branch_id AND bearer.name = alias.name)
    WHERE keyed.accepted_on >= %(back_to)s OR keyed.id IN (SELECT acceptance_id FROM pending)
), apart AS (
    SELECT id, 'differs' AS kind, fields, told.told FROM told WHERE fields <> '{}'
    UNION ALL
    SELECT keyed.id, 'not_billed', '{}', ''
    FROM acceptance_acceptance keyed JOIN begun USING (branch_id)
    WHERE (keyed.accepted_on >= %(back_to)s OR keyed.id IN (SELECT acceptance_id FROM pending))
      AND keyed.keyed_here AND keyed.cancelled_on IS NULL
      AND keyed.accepted_on <= %(missed_until)s AND keyed.accepted_on <= begun.until
      AND NOT EXISTS (SELECT FROM acceptance_billedorder billed WHERE billed.acceptance_id = keyed.id)
    UNION ALL
    SELECT brought.id, 'not_keyed', '{}', ''
    FROM acceptance_acceptance brought JOIN begun USING (branch_id)
    WHERE (brought.accepted_on >= %(back_to)s OR brought.id IN (SELECT acceptance_id FROM pending))
      AND NOT brought.keyed_here AND brought.slip_id IS NULL AND brought.cancelled_on IS NULL
      AND brought.channel_id = ANY(%(channels)s)
      AND brought.accepted_on BETWEEN begun.since AND %(missed_until)s
), found AS (
    SELECT apart.id, apart.kind, apart.fields, apart.told, acceptance.branch_id,
           coalesce(operator.hall_id, slip.hall_id) AS hall_id,
           CASE WHEN coalesce(operator.hall_id, slip.hall_id) IS NULL OR 'developer' = ANY(apart.fields)
                THEN 'branch' ELSE 'hall' END AS owner
    FROM apart
    JOIN acceptance_acceptance acceptance USING (id)
    LEFT JOIN managers_operator operator ON operator.id = acceptance.operator_id
    LEFT JOIN acceptance_slip slip ON slip.id = acceptance.slip_id
), ended AS (
    UPDATE acceptance_difference line SET settled_at = %(now)s, settled_how = 'matched'
    WHERE settled_at IS NULL AND NOT EXISTS (SELECT FROM found WHERE found.id = line.acceptance_id)
    RETURNING line.id
), written AS (
    INSERT INTO acceptance_difference AS line (acceptance_id, kind, fields, told, branch_id, hall_id, owner, found_at, due_on,
                                               settled_how, word)
    SELECT id, kind, fields, told, branch_id, hall_id, owner, %(now)s, %(due_on)s, '', '' FROM found
    ON CONFLICT (acceptance_id) DO UPDATE
    SET kind = EXCLUDED.kind, fields = EXCLUDED.fields, told = EXCLUDED.told, hall_id = EXCLUDED.hall_id, owner = EXCLUDED.owner,
        found_at = CASE WHEN line.settled_at IS NULL THEN line.found_at ELSE EXCLUDED.found_at END,
        due_on = CASE WHEN line.settled_at IS NULL THEN line.due_on ELSE EXCLUDED.due_on END,
        settled_at = NULL, settled_by_id = NULL, settled_how = '', word = ''
    WHERE CASE WHEN line.settled_at IS NULL THEN (line.kind, line.fields, line.told) <> (EXCLUDED.kind, EXCLUDED.fields, EXCLUDED.told)
               ELSE line.settled_how = 'matched' OR line.kind <> EXCLUDED.kind
                    OR NOT EXCLUDED.fields <@ line.fields
                    -- A corrected file tells something else than what was settled.
                    OR line.told <> '' AND line.told <> EXCLUDED.told END
    RETURNING line.id
)
SELECT (SELECT count(*) FROM written) AS written, (SELECT count(*) FROM ended) AS ended;
