{{ config(materialized='table') }}
-- scores of model quickstart for DuckDB, by leadline sql
-- fingerprint a0699e294e17c186
--   {{ source('crm', 'leads') }}: lead_id text, account_id text, email text, created_at time
--   {{ source('crm', 'accounts') }}: account_id text, created_at time, industry text, employees
--   number, target boolean
--   {{ source('crm', 'accounts') }} has no created_at: null.
--   {{ ref('counted_events') }}: event_id text, lead_id text, account_id text, type text,
--   occurred_at time, recorded_at time, path text
--   {{ ref('counted_events') }} has no account_id: null.
-- Keys of leads and accounts must be unique. The session's time zone must be UTC.
WITH
-- the moment that is scored, in UTC
run AS (
  SELECT
    CAST(timestamp '{{ var('as_of') }}' AS TIMESTAMP) AS as_of
),
-- leads: typed, in UTC
given_leads AS (
  SELECT
    CAST("lead_id" AS TEXT) AS "lead_id",
    CAST("account_id" AS TEXT) AS "account_id",
    CAST("email" AS TEXT) AS "email",
    CAST("created_at" AS TIMESTAMP) AS "created_at"
  FROM {{ source('crm', 'leads') }}
),
-- accounts: typed, in UTC
given_accounts AS (
  SELECT
    CAST("account_id" AS TEXT) AS "account_id",
    CAST(NULL AS TIMESTAMP) AS "created_at",
    CAST("industry" AS TEXT) AS "industry",
    CASE
      WHEN ABS(CAST("employees" AS DOUBLE)) <= CAST(1.7976931348623157e+308 AS DOUBLE)
      THEN CAST("employees" AS DOUBLE)
    END AS "employees",
    CAST("target" AS BOOLEAN) AS "target"
  FROM {{ source('crm', 'accounts') }}
),
-- events: typed, in UTC
given_events AS (
  SELECT
    CAST("event_id" AS TEXT) AS "event_id",
    CAST("lead_id" AS TEXT) AS "lead_id",
    CAST(NULL AS TEXT) AS "account_id",
    CAST("type" AS TEXT) AS "type",
    CAST("occurred_at" AS TIMESTAMP) AS "occurred_at",
    CAST("recorded_at" AS TIMESTAMP) AS "recorded_at",
    CAST("path" AS TEXT) AS "path"
  FROM {{ ref('counted_events') }}
),
-- whom to score, and when
spine AS (
  SELECT
    lead_id,
    (
      SELECT
        as_of
      FROM run
    ) AS as_of
  FROM given_leads
),
-- every lead at its moment
moment AS (
  SELECT
    lead_id AS k,
    s.*
  FROM (
    SELECT
      lead_id,
      as_of,
      TRUE AS in_spine
    FROM spine
  ) AS s
),
-- leads with their fields
lead_base AS (
  SELECT
    m.k,
    m.lead_id,
    m.as_of,
    m.in_spine,
    FALSE AS "merged_away",
    t."account_id" AS "lead.account_id",
    t."created_at" AS "lead.created_at",
    t."email" AS "lead.email"
  FROM moment AS m
  LEFT JOIN given_leads AS t
    ON t.lead_id = m.lead_id
),
-- with the fields of their accounts
lead_facts AS (
  SELECT
    l.*,
    t."employees" AS "account.employees",
    t."industry" AS "account.industry",
    t."target" AS "account.target"
  FROM (
    SELECT
      *,
      "lead.account_id" AS account_id
    FROM lead_base
  ) AS l
  LEFT JOIN given_accounts AS t
    ON t.account_id = l.account_id
),
-- rules by type of event, with their parameters
lead_events_picked_kind AS (
  SELECT
    *
  FROM (VALUES
    ('page_viewed', 4, CAST(2592000000000.0 AS DOUBLE))) AS r("kind", "rule", "half_life")
),
-- hits of the rules that choose among them
lead_events_picked_hits AS (
  SELECT
    e.lead_id AS k,
    m.rule,
    e.occurred_at,
    e."event_id" AS "id",
    CASE
      WHEN NOT m."half_life" IS NULL
      THEN (
        EXP(
          -LEAST(
            CAST((
              EPOCH_US((
                SELECT
                  as_of
                FROM run
              )) - EPOCH_US(e.occurred_at)
            ) AS DOUBLE) / m."half_life",
            1000.0
          ) * 6.931471805599453e-1
        )
      )
      ELSE CAST(1.0 AS DOUBLE)
    END AS "weight",
    CASE WHEN m.rule = 4 THEN CAST(10.0 AS DOUBLE) END AS "amount",
    CASE
      WHEN m.rule = 4
      THEN CAST((
        CAST((
          e.occurred_at AT TIME ZONE 'UTC'
        ) AT TIME ZONE 'UTC' AS DATE)
      ) AS TEXT)
      ELSE CAST(NULL AS TEXT)
    END AS "unit",
    CAST(NULL AS TEXT) AS "part"
  FROM given_events AS e
  JOIN lead_events_picked_kind AS m
    ON m.kind = e."type"
  WHERE
    e.occurred_at <= (
      SELECT
        as_of
      FROM run
    )
    AND (
      e.recorded_at IS NULL OR e.recorded_at <= (
        SELECT
          as_of
        FROM run
      )
    )
    AND (
      CASE
        WHEN m.rule = 4
        THEN e."type" IN ('page_viewed') AND (
          (
            e."path" LIKE '/pricing%'
          )
        )
      END
    )
),
-- one hit of each unit
lead_events_picked_chosen AS (
  SELECT
    k,
    rule,
    occurred_at,
    id,
    weight,
    amount,
    part
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (PARTITION BY k, rule, unit ORDER BY occurred_at DESC, (
        id
      ) DESC, amount DESC) AS turn
    FROM lead_events_picked_hits AS h
    WHERE
      rule IN (4)
  ) AS turns
  WHERE
    turn = 1 OR unit IS NULL
),
-- in the order of time
lead_events_picked_placed AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY k, rule ORDER BY occurred_at DESC, (
      id
    ) DESC, amount DESC) AS place
  FROM lead_events_picked_chosen AS c
),
-- units of each rule: what counts
lead_events_picked_units AS (
  SELECT
    k,
    rule,
    CAST(SUM(units) AS BIGINT) AS units,
    MAX(last_at) AS last_at,
    SUM(weights) AS weights,
    SUM(
      CASE
        WHEN limit_each IS NULL
        THEN amount
        ELSE (
          CASE
            WHEN NOT amount IS NULL
            THEN LEAST(GREATEST(amount, -limit_each), limit_each)
          END
        )
      END
    ) AS amount
  FROM (
    SELECT
      c.k,
      c.rule,
      c.part,
      p.limit_each,
      p.at_least,
      COUNT(*) AS units,
      MAX(c.occurred_at) AS last_at,
      SUM(c.weight) AS weights,
      SUM(
        CASE
          WHEN p.at_least IS NULL OR c.place = 1
          THEN (
            COALESCE(c.amount, 0.0) * c.weight
          )
          ELSE 0.0
        END
      ) AS amount
    FROM lead_events_picked_placed AS c
    JOIN (
      SELECT
        *
      FROM (VALUES
        (4, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS DOUBLE))) AS p("rule", "at_most", "at_least", "limit_each")
    ) AS p
      ON p.rule = c.rule
    WHERE
      p.at_most IS NULL OR c.place <= p.at_most
    GROUP BY
      c.k,
      c.rule,
      c.part,
      p.limit_each,
      p.at_least
  ) AS parts
  GROUP BY
    k,
    rule,
    at_least
  HAVING
    at_least IS NULL OR SUM(units) >= at_least
),
-- rules by type of event, with their parameters
lead_events_summed_kind AS (
  SELECT
    *
  FROM (VALUES
    ('page_viewed', 5, CAST(NULL AS BIGINT), CAST(2592000000000.0 AS DOUBLE)),
    ('webinar_attended', 6, CAST(NULL AS BIGINT), CAST(2592000000000.0 AS DOUBLE)),
    ('content_downloaded', 7, CAST(NULL AS BIGINT), CAST(2592000000000.0 AS DOUBLE)),
    ('demo_requested', 8, CAST(NULL AS BIGINT), CAST(2592000000000.0 AS DOUBLE)),
    ('email_clicked', 9, CAST(NULL AS BIGINT), CAST(2592000000000.0 AS DOUBLE)),
    ('demo_requested', 10, 2592000000000, CAST(2592000000000.0 AS DOUBLE)),
    ('email_clicked', 10, 2592000000000, CAST(2592000000000.0 AS DOUBLE))) AS r("kind", "rule", "within", "half_life")
),
-- hits of each rule: how many, the latest, their weights
lead_events_summed_sums AS (
  SELECT
    k,
    rule,
    COUNT(*) AS units,
    MAX(occurred_at) AS last_at,
    SUM(weight) AS weights,
    MIN(occurred_at) AS first_at,
    MAX(as_of) AS as_of
  FROM (
    SELECT
      e.lead_id AS k,
      m.rule,
      e.occurred_at,
      CASE
        WHEN NOT m."half_life" IS NULL
        THEN (
          EXP(
            -LEAST(
              CAST((
                EPOCH_US((
                  SELECT
                    as_of
                  FROM run
                )) - EPOCH_US(e.occurred_at)
              ) AS DOUBLE) / m."half_life",
              1000.0
            ) * 6.931471805599453e-1
          )
        )
        ELSE CAST(1.0 AS DOUBLE)
      END AS "weight",
      (
        SELECT
          as_of
        FROM run
      ) AS "as_of"
    FROM given_events AS e
    JOIN lead_events_summed_kind AS m
      ON m.kind = e."type"
    WHERE
      e.occurred_at <= (
        SELECT
          as_of
        FROM run
      )
      AND (
        e.recorded_at IS NULL OR e.recorded_at <= (
          SELECT
            as_of
          FROM run
        )
      )
      AND (
        m.within IS NULL
        OR (
          EPOCH_US((
            SELECT
              as_of
            FROM run
          )) - EPOCH_US(e.occurred_at)
        ) < m.within
      )
      AND (
        CASE
          WHEN m.rule = 5
          THEN e."type" IN ('page_viewed') AND (
            (
              e."path" LIKE '/careers%'
            )
          )
          WHEN m.rule = 6
          THEN e."type" IN ('webinar_attended')
          WHEN m.rule = 7
          THEN e."type" IN ('content_downloaded')
          WHEN m.rule = 8
          THEN e."type" IN ('demo_requested')
          WHEN m.rule = 9
          THEN e."type" IN ('email_clicked')
          WHEN m.rule = 10
          THEN e."type" IN ('demo_requested', 'email_clicked')
        END
      )
  ) AS h
  GROUP BY
    k,
    rule
),
-- units of each rule: what counts
lead_events_summed_units AS (
  SELECT
    u.k,
    u.rule,
    CASE WHEN p.single THEN 1 ELSE u.units END AS units,
    CASE WHEN p.single AND p.first THEN u.first_at ELSE u.last_at END AS last_at,
    CASE
      WHEN p.single
      THEN CASE
        WHEN NOT p."half_life" IS NULL
        THEN (
          EXP(
            -LEAST(
              CAST((
                EPOCH_US(u.as_of)
              ) - (
                EPOCH_US(CASE WHEN p.single AND p.first THEN u.first_at ELSE u.last_at END)
              ) AS DOUBLE) / p."half_life",
              1000.0
            ) * 6.931471805599453e-1
          )
        )
        ELSE CAST(1.0 AS DOUBLE)
      END
      ELSE u.weights
    END AS weights,
    CASE
      WHEN p.single OR NOT p.at_least IS NULL
      THEN (
        p.points * CASE
          WHEN NOT p."half_life" IS NULL
          THEN (
            EXP(
              -LEAST(
                CAST((
                  EPOCH_US(u.as_of)
                ) - (
                  EPOCH_US(CASE WHEN p.single AND p.first THEN u.first_at ELSE u.last_at END)
                ) AS DOUBLE) / p."half_life",
                1000.0
              ) * 6.931471805599453e-1
            )
          )
          ELSE CAST(1.0 AS DOUBLE)
        END
      )
      ELSE (
        p.points * u.weights
      )
    END AS amount
  FROM lead_events_summed_sums AS u
  JOIN (
    SELECT
      *
    FROM (VALUES
      (
        5,
        CAST(-10.0 AS DOUBLE),
        CAST(NULL AS BIGINT),
        TRUE,
        FALSE,
        CAST(2592000000000.0 AS DOUBLE)
      ),
      (
        6,
        CAST(15.0 AS DOUBLE),
        CAST(NULL AS BIGINT),
        FALSE,
        FALSE,
        CAST(2592000000000.0 AS DOUBLE)
      ),
      (
        7,
        CAST(10.0 AS DOUBLE),
        CAST(NULL AS BIGINT),
        FALSE,
        FALSE,
        CAST(2592000000000.0 AS DOUBLE)
      ),
      (
        8,
        CAST(40.0 AS DOUBLE),
        CAST(NULL AS BIGINT),
        TRUE,
        FALSE,
        CAST(2592000000000.0 AS DOUBLE)
      ),
      (
        9,
        CAST(3.0 AS DOUBLE),
        CAST(NULL AS BIGINT),
        FALSE,
        FALSE,
        CAST(2592000000000.0 AS DOUBLE)
      ),
      (
        10,
        CAST(0.0 AS DOUBLE),
        CAST(NULL AS BIGINT),
        FALSE,
        FALSE,
        CAST(2592000000000.0 AS DOUBLE)
      )) AS p("rule", "points", "at_least", "single", "first", "half_life")
  ) AS p
    ON p.rule = u.rule
  WHERE
    p.at_least IS NULL OR CASE WHEN p.single THEN 1 ELSE u.units END >= p.at_least
),
-- rules by type of event, with their parameters
lead_signs_kind AS (
  SELECT
    *
  FROM (VALUES
    (CAST(NULL AS TEXT), 22),
    (CAST(NULL AS TEXT), 33)) AS r("kind", "rule")
),
-- signs of life, for silence
lead_signs AS (
  SELECT
    k,
    rule,
    MAX(occurred_at) AS last_at,
    MIN(occurred_at) AS first_at
  FROM (
    SELECT
      e.lead_id AS k,
      m.rule,
      e.occurred_at
    FROM given_events AS e
    JOIN lead_signs_kind AS m
      ON m.kind = e."type" OR m.kind IS NULL
    WHERE
      e.occurred_at <= (
        SELECT
          as_of
        FROM run
      )
      AND (
        e.recorded_at IS NULL OR e.recorded_at <= (
          SELECT
            as_of
          FROM run
        )
      )
      AND (
        CASE
          WHEN m.rule = 22
          THEN NOT (
            e."type" IN ('email_opened')
          )
          WHEN m.rule = 33
          THEN NOT (
            e."type" IN ('email_opened')
          )
        END
      )
  ) AS h
  GROUP BY
    k,
    rule
),
-- points of event and outcome rules in millionths, after their limits
lead_unit_row AS (
  SELECT
    u.k,
    u.rule,
    u.units,
    u.last_at,
    u.weights / u.units AS weight,
    (
      CASE
        WHEN NOT CASE
          WHEN p.most IS NULL
          THEN u.amount
          ELSE (
            CASE WHEN NOT u.amount IS NULL THEN LEAST(GREATEST(u.amount, -p.most), p.most) END
          )
        END IS NULL
        THEN GREATEST(
          -9e15,
          LEAST(
            9e15,
            ROUND(
              CASE
                WHEN p.most IS NULL
                THEN u.amount
                ELSE (
                  CASE WHEN NOT u.amount IS NULL THEN LEAST(GREATEST(u.amount, -p.most), p.most) END
                )
              END * 1000000.0000000036
            )
          )
        )
      END
    ) AS points,
    'fired' AS state
  FROM (
    SELECT
      k,
      rule,
      units,
      last_at,
      weights,
      amount
    FROM lead_events_picked_units AS u
    UNION ALL
    SELECT
      k,
      rule,
      units,
      last_at,
      weights,
      amount
    FROM lead_events_summed_units AS u
  ) AS u
  JOIN (
    SELECT
      *
    FROM (VALUES
      (4, CAST(30.0 AS DOUBLE)),
      (5, CAST(NULL AS DOUBLE)),
      (6, CAST(NULL AS DOUBLE)),
      (7, CAST(20.0 AS DOUBLE)),
      (8, CAST(NULL AS DOUBLE)),
      (9, CAST(9.0 AS DOUBLE)),
      (10, CAST(NULL AS DOUBLE))) AS p("rule", "most")
  ) AS p
    ON p.rule = u.rule
  WHERE
    TRUE
),
-- rules that ask for silence
lead_silence AS (
  SELECT
    f.k,
    r.rule,
    CASE
      WHEN r.rule = 11
      THEN CASE
        WHEN (
          COALESCE((
            EPOCH_US(f.as_of)
          ) - (
            EPOCH_US(g."life.11")
          ) >= 5184000000000, TRUE)
          AND COALESCE(
            (
              EPOCH_US(f.as_of)
            ) - (
              EPOCH_US(COALESCE(f."lead.created_at", g."first.11"))
            ) >= 5184000000000,
            FALSE
          )
        )
        AND TRUE
        THEN (
          CASE
            WHEN NOT CAST(-20.0 AS DOUBLE) IS NULL
            THEN GREATEST(-9e15, LEAST(9e15, ROUND(CAST(-20.0 AS DOUBLE) * 1000000.0000000036)))
          END
        )
      END
    END AS points
  FROM lead_facts AS f
  LEFT JOIN (
    SELECT
      k,
      MAX(CASE WHEN rule = 22 THEN last_at END) AS "life.11",
      MAX(CASE WHEN rule = 33 THEN first_at END) AS "first.11"
    FROM lead_signs AS s
    GROUP BY
      k
  ) AS g
    ON g.k = f.k
  CROSS JOIN (
    SELECT
      *
    FROM (VALUES
      (11)) AS r("rule")
  ) AS r
),
-- fields with the counts that conditions read
lead_view AS (
  SELECT
    f.*,
    CAST(COALESCE(c."units.10", 0) AS DOUBLE) AS "hits.person.response",
    (
      CAST((
        (
          EPOCH_US(f.as_of)
        ) - (
          EPOCH_US(c."last.10")
        )
      ) AS DOUBLE) / 1e6
    ) AS "last.person.response"
  FROM lead_facts AS f
  LEFT JOIN (
    SELECT
      k,
      MAX(CASE WHEN rule = 10 THEN units END) AS "units.10",
      MAX(CASE WHEN rule = 10 THEN last_at END) AS "last.10"
    FROM (
      SELECT
        k,
        rule,
        units,
        last_at
      FROM lead_unit_row
      UNION ALL
      SELECT
        k,
        rule,
        1 AS units,
        CAST(NULL AS TIMESTAMP) AS last_at
      FROM lead_silence
      WHERE
        NOT points IS NULL
    ) AS u
    WHERE
      rule IN (10)
    GROUP BY
      k
  ) AS c
    ON c.k = f.k
),
-- rules on fields and counts
lead_attribute AS (
  SELECT
    f.k,
    r.rule,
    CASE
      WHEN r.rule = 1
      THEN (
        CASE
          WHEN NOT NULLIF(
            (
              CASE
                WHEN CAST(f."account.employees" AS DOUBLE) IS NULL
                THEN CAST(0.0 AS DOUBLE)
                WHEN CAST(f."account.employees" AS DOUBLE) >= CAST(1000.0 AS DOUBLE)
                THEN CAST(30.0 AS DOUBLE)
                WHEN CAST(f."account.employees" AS DOUBLE) >= CAST(100.0 AS DOUBLE)
                THEN CAST(15.0 AS DOUBLE)
                WHEN CAST(f."account.employees" AS DOUBLE) >= CAST(1.0 AS DOUBLE)
                THEN CAST(5.0 AS DOUBLE)
                ELSE CAST(0.0 AS DOUBLE)
              END
            ),
            0.0
          ) IS NULL
          THEN GREATEST(
            -9e15,
            LEAST(
              9e15,
              ROUND(
                NULLIF(
                  (
                    CASE
                      WHEN CAST(f."account.employees" AS DOUBLE) IS NULL
                      THEN CAST(0.0 AS DOUBLE)
                      WHEN CAST(f."account.employees" AS DOUBLE) >= CAST(1000.0 AS DOUBLE)
                      THEN CAST(30.0 AS DOUBLE)
                      WHEN CAST(f."account.employees" AS DOUBLE) >= CAST(100.0 AS DOUBLE)
                      THEN CAST(15.0 AS DOUBLE)
                      WHEN CAST(f."account.employees" AS DOUBLE) >= CAST(1.0 AS DOUBLE)
                      THEN CAST(5.0 AS DOUBLE)
                      ELSE CAST(0.0 AS DOUBLE)
                    END
                  ),
                  0.0
                ) * 1000000.0000000036
              )
            )
          )
        END
      )
      WHEN r.rule = 2
      THEN (
        CASE
          WHEN NOT NULLIF(
            (
              CASE
                WHEN f."account.industry" IS NULL
                THEN CAST(0.0 AS DOUBLE)
                WHEN f."account.industry" = 'software'
                THEN CAST(20.0 AS DOUBLE)
                WHEN f."account.industry" = 'finance'
                THEN CAST(15.0 AS DOUBLE)
                ELSE CAST(0.0 AS DOUBLE)
              END
            ),
            0.0
          ) IS NULL
          THEN GREATEST(
            -9e15,
            LEAST(
              9e15,
              ROUND(
                NULLIF(
                  (
                    CASE
                      WHEN f."account.industry" IS NULL
                      THEN CAST(0.0 AS DOUBLE)
                      WHEN f."account.industry" = 'software'
                      THEN CAST(20.0 AS DOUBLE)
                      WHEN f."account.industry" = 'finance'
                      THEN CAST(15.0 AS DOUBLE)
                      ELSE CAST(0.0 AS DOUBLE)
                    END
                  ),
                  0.0
                ) * 1000000.0000000036
              )
            )
          )
        END
      )
      WHEN r.rule = 3
      THEN (
        CASE
          WHEN NOT CASE
            WHEN (
              (
                f."lead.email" LIKE '%.edu'
              )
            )
            THEN CAST(-20.0 AS DOUBLE)
          END IS NULL
          THEN GREATEST(
            -9e15,
            LEAST(
              9e15,
              ROUND(
                CASE
                  WHEN (
                    (
                      f."lead.email" LIKE '%.edu'
                    )
                  )
                  THEN CAST(-20.0 AS DOUBLE)
                END * 1000000.0000000036
              )
            )
          )
        END
      )
    END AS points,
    CASE
      WHEN r.rule = 1
      THEN CAST(f."account.employees" AS DOUBLE) IS NULL AND f."account.employees" IS NULL
      WHEN r.rule = 2
      THEN f."account.industry" IS NULL AND f."account.industry" IS NULL
      WHEN r.rule = 3
      THEN COALESCE((
        (
          f."lead.email" LIKE '%.edu'
        )
      ), TRUE)
      AND f."lead.email" IS NULL
    END AS undecided
  FROM lead_view AS f
  CROSS JOIN (
    SELECT
      *
    FROM (VALUES
      (1),
      (2),
      (3)) AS r("rule")
  ) AS r
),
-- all rows of the ledger, in millionths
lead_row AS (
  SELECT
    k,
    rule,
    units,
    last_at,
    weight,
    points,
    state
  FROM lead_unit_row
  UNION ALL
  SELECT
    k,
    rule,
    CAST(1 AS BIGINT) AS units,
    CAST(NULL AS TIMESTAMP) AS last_at,
    CAST(NULL AS DOUBLE) AS weight,
    points,
    'fired' AS state
  FROM lead_silence
  WHERE
    NOT points IS NULL
  UNION ALL
  SELECT
    k,
    rule,
    CAST(NULL AS BIGINT) AS units,
    CAST(NULL AS TIMESTAMP) AS last_at,
    CAST(NULL AS DOUBLE) AS weight,
    points,
    'fired' AS state
  FROM lead_attribute
  WHERE
    NOT points IS NULL
  UNION ALL
  SELECT
    k,
    rule,
    CAST(NULL AS BIGINT) AS units,
    CAST(NULL AS TIMESTAMP) AS last_at,
    CAST(NULL AS DOUBLE) AS weight,
    CAST(0 AS DOUBLE) AS points,
    'missing' AS state
  FROM lead_attribute
  WHERE
    undecided AND points IS NULL
),
-- their sums
lead_sum AS (
  SELECT
    k,
    SUM(CASE WHEN rule IN (1, 2, 3) THEN points END) AS "free.company",
    SUM(CASE WHEN rule IN (4, 5, 6, 7, 8, 9, 10, 11) THEN points END) AS "free.person"
  FROM (
    SELECT
      k,
      rule,
      points
    FROM lead_row
  ) AS r
  GROUP BY
    k
),
-- with the limits of groups
lead_limited AS (
  SELECT
    f.k,
    COALESCE(s."free.company", 0.0) AS "sum.company",
    COALESCE(s."free.person", 0.0) AS "sum.person"
  FROM lead_facts AS f
  LEFT JOIN lead_sum AS s
    ON s.k = f.k
),
-- with the ranges of scores
lead_total AS (
  SELECT
    s.*,
    (
      CASE
        WHEN NOT s."sum.company" IS NULL
        THEN LEAST(GREATEST(s."sum.company", CAST(0.0 AS DOUBLE)), CAST(60000000.0 AS DOUBLE))
      END
    ) AS "clamped.company",
    (
      CASE
        WHEN NOT s."sum.person" IS NULL
        THEN LEAST(GREATEST(s."sum.person", CAST(-50000000.0 AS DOUBLE)), CAST(100000000.0 AS DOUBLE))
      END
    ) AS "clamped.person"
  FROM lead_limited AS s
),
-- scores, rounded to 2 decimals
lead_scored_0 AS (
  SELECT
    f.*,
    (
      ROUND(t."clamped.company" / 1e4)
    ) / 100.0 AS "company",
    (
      ROUND(t."clamped.person" / 1e4)
    ) / 100.0 AS "person"
  FROM lead_view AS f
  JOIN lead_total AS t
    ON t.k = f.k
),
-- scores, rounded to 2 decimals
lead_scored_1 AS (
  SELECT
    f.*,
    (
      ROUND(
        (
          CASE
            WHEN NOT (
              LIST_TRANSFORM(
                [(
                    CAST(f."company" AS DOUBLE) + CAST(f."person" AS DOUBLE)
                )],
                LAMBDA x : CASE WHEN ISFINITE(x) THEN x END
              )[1]
            ) IS NULL
            THEN GREATEST(
              -9e15,
              LEAST(
                9e15,
                ROUND(
                  (
                    LIST_TRANSFORM(
                      [(
                          CAST(f."company" AS DOUBLE) + CAST(f."person" AS DOUBLE)
                      )],
                      LAMBDA x : CASE WHEN ISFINITE(x) THEN x END
                    )[1]
                  ) * 1000000.0000000036
                )
              )
            )
          END
        ) / 1e4
      )
    ) / 100.0 AS "profile"
  FROM lead_scored_0 AS f
),
-- scores, rounded to 2 decimals
lead_scored AS (
  SELECT
    *
  FROM lead_scored_1 AS s
),
-- grades, and how many fields are missing
lead_graded AS (
  SELECT
    f.*,
    CAST((
      CASE WHEN f."account.employees" IS NULL THEN 1 ELSE 0 END + CASE WHEN f."account.industry" IS NULL THEN 1 ELSE 0 END + CASE WHEN f."lead.email" IS NULL THEN 1 ELSE 0 END + CASE WHEN f."account.target" IS NULL THEN 1 ELSE 0 END
    ) AS BIGINT) AS "missing"
  FROM lead_scored AS f
  WHERE
    f.in_spine
),
-- bands by their edges
lead_edged AS (
  SELECT
    f.*,
    CASE
      WHEN f."profile" IS NULL
      THEN CAST(NULL AS TEXT)
      WHEN (
        (
          (
            CASE
              WHEN NOT f."profile" IS NULL
              THEN GREATEST(-9e15, LEAST(9e15, ROUND(f."profile" * 1000000.0000000036)))
            END
          ) >= CAST(60000000.0 AS DOUBLE)
        )
      )
      AND (
        COALESCE((
          CAST(f."hits.person.response" AS DOUBLE) > CAST(0.0 AS DOUBLE)
        ), FALSE)
      )
      THEN 'sales'
      WHEN (
        CASE
          WHEN NOT f."profile" IS NULL
          THEN GREATEST(-9e15, LEAST(9e15, ROUND(f."profile" * 1000000.0000000036)))
        END
      ) >= CAST(20000000.0 AS DOUBLE)
      THEN 'follow_up'
      WHEN (
        CASE
          WHEN NOT f."profile" IS NULL
          THEN GREATEST(-9e15, LEAST(9e15, ROUND(f."profile" * 1000000.0000000036)))
        END
      ) >= CAST(0.0 AS DOUBLE)
      THEN 'nurture'
      ELSE 'discard'
    END AS "edge.band"
  FROM lead_graded AS f
),
-- bands after overrides
lead_banded AS (
  SELECT
    f.*,
    CASE WHEN f."override.target_account" THEN 'sales' ELSE f."edge.band" END AS "band.band",
    CASE
      WHEN f."override.target_account"
      THEN 'target_account'
      ELSE CAST(NULL AS TEXT)
    END AS "override"
  FROM (
    SELECT
      f.*,
      COALESCE(
        (
          (
            f."account.target"
          )
          AND (
            (
              CAST(f."hits.person.response" AS DOUBLE) > CAST(0.0 AS DOUBLE)
            )
          )
        ),
        FALSE
      ) AS "override.target_account"
    FROM lead_edged AS f
  ) AS f
)
SELECT
  f.lead_id,
  f.as_of,
  f."company",
  f."person",
  f."profile",
  f."band.band" AS "band",
  f."edge.band" AS "edge_band",
  f.override,
  f.missing,
  'a0699e294e17c186' AS model
FROM lead_banded AS f
