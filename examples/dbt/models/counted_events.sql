{{ config(materialized='incremental', unique_key='event_id') }}
-- Events that rules may count, each once: a run adds those that were recorded since the last.
select event_id, lead_id, type, occurred_at, recorded_at, path
from (
  select
    e.event_id, e.lead_id, e.type, e.occurred_at, e.path,
    coalesce(e.recorded_at, e.occurred_at) as recorded_at,
    row_number() over (
      partition by e.event_id
      order by coalesce(e.recorded_at, e.occurred_at), e.occurred_at, e.lead_id
    ) as turn
  from {{ source('crm', 'events') }} as e
  where e.event_id is not null and e.lead_id is not null
    and e.type is not null and e.occurred_at is not null
  {% if is_incremental() %}
    and coalesce(e.recorded_at, e.occurred_at) >= (select max(recorded_at) from {{ this }})
    and not exists (select 1 from {{ this }} as known where known.event_id = e.event_id)
  {% endif %}
) as turns
where turn = 1
