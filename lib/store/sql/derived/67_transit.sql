-- How long parcels take, beside what was promised.

-- One row per parcel that was handed over: days until it was delivered (a begun day counts), or, while it was not, days it is
-- known not to have been delivered in: to the moment, or to when it failed, was lost or came back. promised_days: the plan's
-- longest, as it stood when it was decided.
create or replace macro transits_at(now_at) as table
with handed as (
    select left_with.shipment_id, min(handover.done_at) as handed_at
    from handover_shipments as left_with
    inner join handovers as handover
        on handover.handover_id = left_with.handover_id
    group by left_with.shipment_id
)

select
    shipment.shipment_id,
    shipment.plan_id,
    receiver.country,
    handed.handed_at,
    told.outcome = 'delivered' and told.delivered_at >= handed.handed_at as is_delivered,
    greatest(
        case
            when is_delivered
                then ceil(epoch(told.delivered_at - handed.handed_at) / 86400)
            else
                floor(
                    epoch(
                        least(
                            now_at,
                            coalesce(told.failed_at, now_at),
                            coalesce(told.returned_at, now_at),
                            coalesce(told.destroyed_at, now_at),
                            coalesce(told.lost_at, now_at)
                        ) - handed.handed_at
                    ) / 86400
                )
        end,
        0
    )::bigint as days,
    floor(epoch(now_at - handed.handed_at) / 86400)::bigint as age_days,
    quote.days_max as promised_days
from handed
inner join shipments as shipment
    on shipment.shipment_id = handed.shipment_id
inner join outcomes as told
    on told.shipment_id = handed.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
left join quotes as quote
    on quote.shipment_id = handed.shipment_id
where handed.handed_at <= now_at;

-- One row per plan and country, plan (country ''), and all (plan ''): days within which 50, 85 and 95 of 100 parcels were
-- delivered, by the product limit of Kaplan and Meier: parcels under way count as long as they have been. Null: not reached
-- yet. late_count of due_count: parcels whose promise has run out, and how many of them had not arrived by then.
create or replace macro transit_days(now_at) as table
with counted as (
    select
        coalesce(plan_id, '') as plan_id,
        coalesce(country, '') as country,
        days,
        count(*) filter (where is_delivered) as delivered_count,
        count(*) as leaving_count
    from transits_at(now_at)
    group by grouping sets ((plan_id, country, days), (plan_id, days), (days))
),

staying as (
    select
        *,
        1 - delivered_count / sum(leaving_count) over (
            partition by plan_id, country
            order by days desc
        ) as stays
    from counted
),

surviving as (
    select
        plan_id,
        country,
        days,
        product(stays) over (
            partition by plan_id, country
            order by days
        ) as left_share
    from staying
),

reached as (
    select
        plan_id,
        country,
        min(days) filter (where left_share <= 0.5 + 1e-9) as days_p50,
        min(days) filter (where left_share <= 0.15 + 1e-9) as days_p85,
        min(days) filter (where left_share <= 0.05 + 1e-9) as days_p95
    from surviving
    group by plan_id, country
),

kept as (
    select
        coalesce(plan_id, '') as plan_id,
        coalesce(country, '') as country,
        count(*)::bigint as parcel_count,
        count(*) filter (where is_delivered)::bigint as delivered_count,
        count(*) filter (where age_days >= promised_days)::bigint as due_count,
        count(*) filter (where age_days >= promised_days and not (is_delivered and days <= promised_days))::bigint
            as late_count,
        min(promised_days) as promised_least,
        max(promised_days) as promised_most
    from transits_at(now_at)
    group by grouping sets ((plan_id, country), (plan_id), ())
)

select
    kept.*,
    reached.days_p50,
    reached.days_p85,
    reached.days_p95
from kept
inner join reached
    on reached.plan_id = kept.plan_id and reached.country = kept.country
where kept.parcel_count > 0;
