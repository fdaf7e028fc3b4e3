-- The return-fee ledger: what return or destroy really cost, parcel by parcel.

-- One row per parcel of kinds of fee: what a bill charges, else what was written down beforehand. A second currency is
-- another kind ('return_service USD') and is only in the CNY amount. stage: 'billed', 'quoted' or 'assumed'.
create or replace macro fees_of(kind_wanted, quoted_on) as table
with staged as (
    select
        fee.shipment_id,
        fee.kind,
        fee.fee_minor,
        fee.currency,
        case fee.stage when 'actual' then 3 when 'estimated' then 2 when 'quoted' then 2 else 1 end as stage,
        case fee.currency
            when 'CNY' then fee.fee_minor
            else (fee.fee_minor * rate.rate_e6 + 500000) // 1000000
        end as fee_cny_minor
    from fees as fee
    left join exchange_on(quoted_on) as rate
        on rate.currency = fee.currency
    where fee.kind = kind_wanted or starts_with(fee.kind, concat(kind_wanted, ' '))
),

best as (
    select shipment_id, max(stage) as stage
    from staged
    group by shipment_id
)

select
    staged.shipment_id,
    case staged.stage when 3 then 'billed' when 2 then 'quoted' else 'assumed' end as stage,
    max(staged.fee_minor) filter (where staged.kind = kind_wanted)::bigint as fee_minor,
    max(staged.currency) filter (where staged.kind = kind_wanted) as currency,
    case when bool_and(staged.fee_cny_minor is not null) then sum(staged.fee_cny_minor)::bigint end as fee_cny_minor
from staged
inner join best
    on best.shipment_id = staged.shipment_id and best.stage = staged.stage
group by staged.shipment_id, staged.stage;

-- One row per parcel that paid for return, or failed, or comes back. Amounts with their own currency and, by the rates of the
-- day, in CNY (missing for a currency without a rate). recovered: what a person counted when it was checked in, else, of a
-- returned parcel, what the seller assumes such goods bring. net_cny_minor: recovered from abroad, less the fee; what comes
-- back inside China comes without it. Nothing here is time's doing: the same events make the same rows.
create or replace macro return_ledger(counted_on) as table
with paid as materialized (
    select fee.*
    from fees_of('return_service', counted_on) as fee
    inner join decided_shipments as shipment
        on shipment.shipment_id = fee.shipment_id and (shipment.decision = 'return' or fee.stage = 'billed')
),

told as materialized (
    select shipment_id, outcome, outcome_at, failed_at, return_kind, returned_at, destroyed_at
    from outcomes
    where failed_at is not null
        or return_kind is not null
        or returned_at is not null
        or shipment_id in (select shipment_id from paid)
),

ledger_returned as materialized (
    select told.shipment_id
    from told
    left join return_checkins as checkin
        on checkin.shipment_id = told.shipment_id
    where told.returned_at is not null and checkin.shipment_id is null
),

rates as materialized (
    select currency, rate_e6
    from exchange_on(counted_on)
)

select
    told.shipment_id,
    shipment.shop_id,
    shipment.order_id,
    shipment.batch_id,
    shipment.plan_id,
    receiver.country,
    shipment.sent_at,
    date_trunc('month', shipment.sent_at)::date as month,
    shipment.decision,
    shipment.decided_how,
    shipment.decided_by,
    told.outcome,
    told.outcome_at,
    told.failed_at is not null and coalesce(told.return_kind, '') <> 'domestic' as is_failed,
    told.return_kind,
    told.returned_at is not null as is_returned,
    told.destroyed_at is not null and told.returned_at is null as is_destroyed,
    paid.fee_minor,
    paid.currency as fee_currency,
    paid.stage as fee_stage,
    paid.fee_cny_minor,
    freight.fee_minor as freight_minor,
    freight.currency as freight_currency,
    freight.stage as freight_stage,
    freight.fee_cny_minor as freight_cny_minor,
    case
        when checkin.shipment_id is not null then checkin.restocked_minor
        when told.returned_at is not null
            then recoverable(worth.worth_minor, setting.recovery_e4, setting.handling_minor)
    end as recovered_minor,
    case when checkin.shipment_id is not null then checkin.currency when worth.worth_minor is not null then 'CNY' end
        as recovered_currency,
    case when checkin.shipment_id is not null then 'counted' when worth.worth_minor is not null then 'assumed' end
        as recovered_stage,
    case
        when checkin.shipment_id is not null and checkin.currency = 'CNY' then checkin.restocked_minor
        when checkin.shipment_id is not null then (checkin.restocked_minor * rate.rate_e6 + 500000) // 1000000
        when told.returned_at is not null
            then recoverable(worth.worth_minor, setting.recovery_e4, setting.handling_minor)
    end::bigint as recovered_cny_minor,
    (
        case when coalesce(told.return_kind, '') = 'domestic' then 0 else coalesce(recovered_cny_minor, 0) end
        - coalesce(paid.fee_cny_minor, 0)
    )::bigint as net_cny_minor
from told
inner join decided_shipments as shipment
    on shipment.shipment_id = told.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
cross join advice_settings_now as setting
left join paid
    on paid.shipment_id = told.shipment_id
left join fees_of('freight', counted_on) as freight
    on freight.shipment_id = told.shipment_id
left join return_checkins as checkin
    on checkin.shipment_id = told.shipment_id
left join rates as rate
    on rate.currency = checkin.currency
left join goods_worth('ledger_returned', counted_on) as worth
    on worth.shipment_id = told.shipment_id;
