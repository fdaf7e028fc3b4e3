-- name: ledger_make
-- One row per parcel that paid for return, failed or comes back, as `return_ledger` tells; rows and totals are read from it.
create temp table ledger as
select *
from return_ledger($counted_on::date);

-- name: ledger_forget
-- Drop what ledger_make made.
drop table ledger;

-- name: ledger_totals
-- One row in all (axis 'all'), and one per month, country, plan and decision: how many parcels, and their amounts in CNY.
-- …_assumed_minor is how much of an amount nobody has charged or counted yet. failed, returned, destroyed: abroad.
-- unconverted_count: parcels with an amount in a currency without a rate, which is in no CNY amount.
with cells as (
    select
        month,
        country,
        plan_id,
        decision,
        count(*) as parcel_count,
        count(fee_stage) as paid_count,
        count(*) filter (where is_failed) as failed_count,
        count(*) filter (where is_returned and return_kind is distinct from 'domestic') as returned_count,
        count(*) filter (where return_kind = 'domestic') as domestic_count,
        count(*) filter (where is_destroyed and is_failed) as destroyed_count,
        sum(fee_cny_minor) as fee_minor,
        sum(fee_cny_minor) filter (where fee_stage = 'assumed') as fee_assumed_minor,
        sum(freight_cny_minor) as freight_minor,
        sum(freight_cny_minor) filter (where freight_stage <> 'billed') as freight_quoted_minor,
        sum(recovered_cny_minor) filter (where return_kind is distinct from 'domestic') as recovered_minor,
        sum(recovered_cny_minor) filter (
            where return_kind is distinct from 'domestic' and recovered_stage = 'assumed'
        ) as recovered_assumed_minor,
        sum(recovered_cny_minor) filter (where return_kind = 'domestic') as recovered_domestic_minor,
        sum(net_cny_minor) as net_minor,
        count(*) filter (
            where (fee_stage is not null and fee_cny_minor is null)
                or (recovered_minor is not null and recovered_cny_minor is null)
        ) as unconverted_count
    from ledger
    group by month, country, plan_id, decision
)

select
    case grouping(month, country, plan_id, decision)
        when 15 then 'all'
        when 7 then 'month'
        when 11 then 'country'
        when 13 then 'plan'
        else 'decision'
    end as axis,
    coalesce(strftime(month, '%Y-%m'), country, plan_id, decision, '') as value,
    sum(parcel_count)::bigint as parcel_count,
    sum(paid_count)::bigint as paid_count,
    sum(failed_count)::bigint as failed_count,
    sum(returned_count)::bigint as returned_count,
    sum(domestic_count)::bigint as domestic_count,
    sum(destroyed_count)::bigint as destroyed_count,
    coalesce(sum(fee_minor), 0)::bigint as fee_minor,
    coalesce(sum(fee_assumed_minor), 0)::bigint as fee_assumed_minor,
    coalesce(sum(freight_minor), 0)::bigint as freight_minor,
    coalesce(sum(freight_quoted_minor), 0)::bigint as freight_quoted_minor,
    coalesce(sum(recovered_minor), 0)::bigint as recovered_minor,
    coalesce(sum(recovered_assumed_minor), 0)::bigint as recovered_assumed_minor,
    coalesce(sum(recovered_domestic_minor), 0)::bigint as recovered_domestic_minor,
    sum(net_minor)::bigint as net_minor,
    sum(unconverted_count)::bigint as unconverted_count
from cells
group by grouping sets ((), (month), (country), (plan_id), (decision))
having sum(parcel_count) > 0
order by axis, value;

-- name: ledger_page_make
-- One row per parcel of the ledger, what failed first, then the newest; a page of them, or all. A table by itself, so that
-- what it is joined to is read for these few.
create temp table ledger_page as
select *
from ledger
where ($country is null or country = $country)
    and ($plan_id is null or plan_id = $plan_id)
    and ($decision is null or decision = $decision)
    and ($month is null or strftime(month, '%Y-%m') = $month)
order by is_failed or return_kind is not null desc, sent_at desc, shipment_id
limit $page_size;

-- name: ledger_page_fees_make
-- One row per fee of freight of the page's parcels.
create temp table ledger_page_fees as
select fee.*
from fees as fee
where fee.shipment_id in (select shipment_id from ledger_page) and starts_with(fee.kind, 'freight');

-- name: ledger_page_forget
-- Drop the page.
drop table ledger_page;

-- name: ledger_page_fees_forget
-- Drop its fees.
drop table ledger_page_fees;

-- name: ledger_rows
-- One row per parcel of the page, in full. Each look is taken by itself: together they would be planned as if for all.
with shipment as materialized (
    select one.*
    from ledger_page as page
    inner join decided_shipments as one
        on one.shipment_id = page.shipment_id
),

told as materialized (
    select one.shipment_id, one.outcome, one.outcome_at
    from ledger_page as page
    inner join outcomes as one
        on one.shipment_id = page.shipment_id
)

select
    shipment.shop_id,
    shipment.order_id,
    shipment.batch_id,
    shipment.decided_how,
    shipment.decided_by,
    told.outcome,
    told.outcome_at,
    page.* exclude (freight_stage, freight_cny_minor),
    freight.fee_minor as freight_minor,
    freight.currency as freight_currency,
    freight.stage as freight_stage,
    freight.fee_cny_minor as freight_cny_minor
from ledger_page as page
inner join shipment
    on shipment.shipment_id = page.shipment_id
inner join told
    on told.shipment_id = page.shipment_id
left join fees_of('ledger_page_fees', 'freight', $counted_on::date) as freight
    on freight.shipment_id = page.shipment_id
order by page.is_failed or page.return_kind is not null desc, page.sent_at desc, page.shipment_id;
