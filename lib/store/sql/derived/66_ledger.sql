-- The return-fee ledger: what return or destroy really cost, parcel by parcel.

-- One row per parcel of a table like `fees` and one kind of fee: what bills charge, else what was written down beforehand, of
-- which there is one a stage. A bill's second currency is another kind ('return_service USD') and is only in the CNY amount.
-- stage: 'billed', 'quoted' or 'assumed'.
create or replace macro fees_of(source, kind_wanted, quoted_on) as table
with wanted as (
    select fee.*, in_cny(fee.fee_minor, fee.currency, rate.rate_e6) as cny_minor
    from query_table(source) as fee
    left join exchange_on(quoted_on) as rate
        on rate.currency = fee.currency
    where fee.kind = kind_wanted or starts_with(fee.kind, concat(kind_wanted, ' '))
),

billed as materialized (
    select
        shipment_id,
        max(fee_minor) filter (where kind = kind_wanted) as fee_minor,
        max(currency) filter (where kind = kind_wanted) as currency,
        sum(cny_minor)::bigint as fee_cny_minor
    from wanted
    where stage = 'actual'
    group by shipment_id
),

quoted as materialized (
    select shipment_id, fee_minor, currency, cny_minor as fee_cny_minor
    from wanted
    where kind = kind_wanted
        and stage in ('estimated', 'quoted')
        and shipment_id not in (select shipment_id from billed)
)

select shipment_id, 'billed' as stage, fee_minor, currency, fee_cny_minor
from billed
union all
select shipment_id, 'quoted', fee_minor, currency, fee_cny_minor
from quoted
union all
select shipment_id, 'assumed', fee_minor, currency, cny_minor
from wanted
where kind = kind_wanted
    and stage = 'assumed'
    and shipment_id not in (select shipment_id from billed)
    and shipment_id not in (select shipment_id from quoted);

-- One row per parcel that paid for return, or failed, or comes back: what it came to, in its own currency and, by the rates of
-- the day, in CNY (missing for a currency without a rate). recovered: what a person counted when it was checked in, else, of a
-- returned parcel, what the seller assumes such goods bring. net_cny_minor: recovered from abroad, less the fee; what comes
-- back inside China comes without it. Nothing here is time's doing: the same events make the same rows. Kept narrow: there
-- is one for each parcel that ever paid for return.
create or replace macro return_ledger(counted_on) as table
with paid as materialized (
    select shipment_id, stage, fee_minor, currency, fee_cny_minor
    from fees_of('fees', 'return_service', counted_on)
),

-- Few: a parcel that only paid needs no look at what became of it.
failing as materialized (
    select
        shipment_id,
        failed_at is not null and coalesce(return_kind, '') <> 'domestic' as is_failed,
        return_kind,
        returned_at is not null as is_returned,
        destroyed_at is not null and returned_at is null as is_destroyed
    from outcomes
    where failed_at is not null or return_kind is not null or returned_at is not null
),

ledger_told as materialized (
    select
        shipment.shipment_id,
        shipment.shop_id,
        shipment.order_id,
        shipment.plan_id,
        shipment.sent_at,
        shipment.decision,
        coalesce(failing.is_failed, false) as is_failed,
        failing.return_kind,
        coalesce(failing.is_returned, false) as is_returned,
        coalesce(failing.is_destroyed, false) as is_destroyed,
        shipment.decision = 'return' or coalesce(paid.stage = 'billed', false) as has_paid,
        case when has_paid then paid.stage end as fee_stage,
        case when has_paid then paid.fee_minor end as fee_minor,
        case when has_paid then paid.currency end as fee_currency,
        case when has_paid then paid.fee_cny_minor end as fee_cny_minor
    from decided_shipments as shipment
    left join paid
        on paid.shipment_id = shipment.shipment_id
    left join failing
        on failing.shipment_id = shipment.shipment_id
    where failing.shipment_id is not null
        or (paid.shipment_id is not null and (shipment.decision = 'return' or paid.stage = 'billed'))
),

ledger_returned as materialized (
    select told.shipment_id
    from ledger_told as told
    left join return_checkins as checkin
        on checkin.shipment_id = told.shipment_id
    where told.is_returned and checkin.shipment_id is null
),

ledger_freight as materialized (
    select fee.*
    from fees as fee
    where fee.shipment_id in (select shipment_id from ledger_told where is_failed)
        and starts_with(fee.kind, 'freight')
),

recovered as materialized (
    select
        checkin.shipment_id,
        'counted' as stage,
        checkin.restocked_minor as amount_minor,
        checkin.currency,
        in_cny(checkin.restocked_minor, checkin.currency, rate.rate_e6) as amount_cny_minor
    from return_checkins as checkin
    left join exchange_on(counted_on) as rate
        on rate.currency = checkin.currency
    union all
    select
        worth.shipment_id,
        'assumed',
        recoverable(worth.worth_minor, setting.recovery_e4, setting.handling_minor) as amount_minor,
        'CNY',
        amount_minor
    from goods_worth('ledger_returned', counted_on) as worth
    cross join advice_settings_now as setting
    where worth.worth_minor is not null
)

select
    told.shipment_id,
    told.plan_id,
    receiver.country,
    told.sent_at,
    date_trunc('month', told.sent_at)::date as month,
    told.decision,
    told.is_failed,
    told.return_kind,
    told.is_returned,
    told.is_destroyed,
    told.fee_minor,
    told.fee_currency,
    told.fee_stage,
    told.fee_cny_minor,
    freight.stage as freight_stage,
    freight.fee_cny_minor as freight_cny_minor,
    recovered.amount_minor as recovered_minor,
    recovered.currency as recovered_currency,
    recovered.stage as recovered_stage,
    recovered.amount_cny_minor::bigint as recovered_cny_minor,
    (
        case when coalesce(told.return_kind, '') = 'domestic' then 0 else coalesce(recovered_cny_minor, 0) end
        - coalesce(told.fee_cny_minor, 0)
    )::bigint as net_cny_minor
from ledger_told as told
inner join effective_receivers as receiver
    on receiver.shop_id = told.shop_id and receiver.order_id = told.order_id
left join fees_of('ledger_freight', 'freight', counted_on) as freight
    on freight.shipment_id = told.shipment_id
left join recovered
    on recovered.shipment_id = told.shipment_id;
