-- name: spent_since
-- One row per currency: what shipping the parcels made today, this month, and last month costs, by bills where there are any,
-- else as estimated; _billed_minor: how much of it is billed. last_so_far_minor: last month until the same time of it.
with made as (
    select shipment_id, min(happened_at) as made_at
    from shipment_events
    where state = 'accepted' and from_state is distinct from 'accepted' and happened_at >= $last_month_at
    group by shipment_id
),

costs as (
    select
        made.shipment_id,
        made.made_at,
        fee.currency,
        bool_or(fee.stage = 'actual') over (partition by made.shipment_id) as is_billed,
        fee.stage,
        fee.fee_minor
    from made
    inner join fees as fee
        on fee.shipment_id = made.shipment_id
    inner join shipments as shipment
        on shipment.shipment_id = made.shipment_id and shipment.state not in ('voided', 'cancelled', 'closed')
),

counted as (
    select
        currency,
        made_at,
        fee_minor,
        case when is_billed then fee_minor else 0 end as billed_minor
    from costs
    where is_billed = (stage = 'actual')
)

select
    currency,
    coalesce(sum(fee_minor) filter (where made_at >= $today_at), 0)::bigint as today_minor,
    coalesce(sum(fee_minor) filter (where made_at >= $month_at), 0)::bigint as month_minor,
    coalesce(sum(billed_minor) filter (where made_at >= $month_at), 0)::bigint as month_billed_minor,
    coalesce(sum(fee_minor) filter (where made_at < $month_at), 0)::bigint as last_minor,
    coalesce(sum(fee_minor) filter (where made_at < $same_time_at), 0)::bigint as last_so_far_minor
from counted
group by currency
order by currency;
