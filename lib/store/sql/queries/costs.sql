-- name: exchange_rates
-- One row per currency: the latest rate to CNY known on a day, and the day it is of.
select
    currency,
    arg_max(rate_e6, rate_on) as rate_e6,
    max(rate_on) as rate_on
from fx_rates
where rate_on <= $until::date
group by currency
order by currency;

-- name: fees_in_cny
-- One row per plan, country, currency, kind and stage of the fees of shipments sent: their total in CNY, each
-- parcel's fee converted by itself, as in its quote. Currencies without a rate have no row.
with exchange as (
    select currency, arg_max(rate_e6, rate_on) as rate_e6
    from fx_rates
    where rate_on <= $until::date
    group by currency
)

select
    shipment.plan_id,
    receiver.country,
    fee.currency,
    fee.kind,
    fee.stage,
    sum((fee.fee_minor * exchange.rate_e6 + 500000) // 1000000)::bigint as fee_cny_minor
from fees as fee
inner join exchange
    on exchange.currency = fee.currency
inner join shipments as shipment
    on shipment.shipment_id = fee.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.state in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared')
group by shipment.plan_id, receiver.country, fee.currency, fee.kind, fee.stage;

-- name: costs_stamp
-- One row: what the store looks like where costs come from, and the exchange rates; another stamp asks for a refresh.
select
    concat_ws(
        '|',
        (select concat_ws(' ', count(*), max(changed_at)) from shipments),
        (select concat_ws(' ', count(*), max(changed_at)) from orders),
        (select concat_ws(' ', count(*), max(changed_at)) from receivers),
        (select concat_ws(' ', count(*), max(recorded_at)) from fees where stage <> 'actual'),
        (select concat_ws(' ', count(*), max(matched_at)) from bill_matches),
        (select concat_ws(' ', count(*), max(done_at)) from handovers),
        (select concat_ws(' ', count(*), max(done_at)) from return_checkins),
        (select concat_ws(' ', count(*), bit_xor(hash(shipment_id, outcome))) from tracked_outcomes),
        (select max(changed_at) from products)
    ) as stamp,
    (select string_agg(concat_ws(' ', currency, rate_on, rate_e6), '|' order by currency, rate_on) from fx_rates) as rates;

-- name: costs_refreshed
-- One row, or none before the first time: up to where the worked-out costs are true.
select refreshed_at, stamp, rates
from cost_refreshes;

-- name: cost_touched_make
-- One row per order of which something changed since a moment that its costs come from, or every order.
create or replace temp table cost_touched as
select distinct shop_id, order_id
from (
    select shop_id, order_id
    from shipments
    where $is_everything or changed_at >= $since_at
    union all
    select shop_id, order_id
    from orders
    where changed_at >= $since_at
    union all
    select shop_id, order_id
    from receivers
    where changed_at >= $since_at
    union all
    select shipment.shop_id, shipment.order_id
    from fees as fee
    inner join shipments as shipment
        on shipment.shipment_id = fee.shipment_id
    where fee.stage <> 'actual' and fee.recorded_at >= $since_at
    union all
    select shipment.shop_id, shipment.order_id
    from bill_matches as match
    inner join shipments as shipment
        on shipment.shipment_id = match.shipment_id
    where match.matched_at >= $since_at
    union all
    select shipment.shop_id, shipment.order_id
    from handovers as handover
    inner join handover_shipments as part
        on part.handover_id = handover.handover_id
    inner join shipments as shipment
        on shipment.shipment_id = part.shipment_id
    where handover.done_at >= $since_at
    union all
    -- What its bill charged is another's now.
    select cost.shop_id, cost.order_id
    from cost_parcels as cost
    anti join bill_matches as match
        on match.shipment_id = cost.shipment_id
    where cost.billed_on is not null
    union all
    select cost.shop_id, cost.order_id
    from cost_parcels as cost
    inner join outcomes as told
        on told.shipment_id = cost.shipment_id
    where told.outcome <> cost.outcome
    union all
    select line.shop_id, line.order_id
    from products as product
    inner join products as known
        on known.sku in (product.sku, product.paired_sku) and known.changed_at >= $since_at
    inner join order_lines as line
        on line.sku = product.sku
)
semi join shipments
    using (shop_id, order_id);

-- name: cost_fresh_make
-- One row per parcel of the touched orders, worked out anew.
create or replace temp table cost_fresh as
select *
from cost_facts_of('cost_touched');

-- name: costs_forget_parcels
-- Drop the parcels of the touched orders.
delete from cost_parcels
using cost_touched as touch
where touch.shop_id = cost_parcels.shop_id and touch.order_id = cost_parcels.order_id;

-- name: costs_forget_lines
-- Drop the shares of the touched orders.
delete from cost_lines
using cost_touched as touch
where touch.shop_id = cost_lines.shop_id and touch.order_id = cost_lines.order_id;

-- name: costs_forget_differences
-- Drop what bills and quotes of the touched orders differ by.
delete from bill_differences
using cost_touched as touch
where touch.shop_id = bill_differences.shop_id and touch.order_id = bill_differences.order_id;

-- name: costs_add_differences
-- One row per billed parcel of the touched orders.
insert into bill_differences by name
select *
from bill_differences_of('cost_touched');

-- name: costs_add_parcels
-- One row per parcel worked out anew.
insert into cost_parcels by name
select *
from cost_fresh;

-- name: costs_add_lines
-- One row per parcel worked out anew and SKU in it.
insert into cost_lines by name
select *
from cost_lines_of('cost_fresh');

-- name: costs_refreshed_forget
-- Drop the note of up to where costs are true.
delete from cost_refreshes;

-- name: costs_refreshed_keep
-- One row: up to where costs are true now.
insert into cost_refreshes
values ($refreshed_at, $stamp, $rates);

-- name: costs_cells
-- One row per pair of values of two axes that no SKU is asked for in: see cost_cells_of.
with kept as (
    select *
    from cost_kept(
        'cost_parcels_whole', $measure, $basis, $row_axis, $column_axis, $from_on, $until_on, $countries, $plans,
        $warehouses, $shops, $bands, null
    )
)

select *
from cost_cells_of('kept')
order by row_value, column_value;

-- name: costs_cells_by_sku
-- One row per SKU and value of another axis, parcels shared out over their SKUs, and one of all (is_total): see
-- cost_cells_of. A parcel stands once in such a pair.
with kept as (
    select *
    from cost_kept(
        'cost_lines', $measure, $basis, $row_axis, $column_axis, $from_on, $until_on, $countries, $plans,
        $warehouses, $shops, $bands, null
    )
)

select *
from cost_cells_of('kept')
where not is_total
order by row_value, column_value;

-- name: costs_cells_of_skus
-- One row per pair of values of two axes, of the shares of some SKUs alone: see cost_cells_of.
with kept as (
    select * replace (is_alone and part_count = 1 as is_alone)
    from cost_kept(
        'cost_lines', $measure, $basis, $row_axis, $column_axis, $from_on, $until_on, $countries, $plans,
        $warehouses, $shops, $bands, $skus
    )
)

select
    cell.* replace (
        part.parcel_count as parcel_count,
        part.delivered_count as delivered_count,
        part.billed_count as billed_count,
        part.unknown_count as unknown_count
    )
from cost_cells_of('kept') as cell
inner join cost_parts_of('kept') as part
    on part.is_total = cell.is_total
    and part.row_value is not distinct from cell.row_value
    and part.column_value is not distinct from cell.column_value
order by cell.row_value, cell.column_value;

-- name: costs_orders
-- One row per order with parcels in a view, the dearest first or the worst balance first. One order has no quantiles.
with kept as (
    select *
    from cost_kept(
        'cost_parcels_whole', $measure, $basis, $row_axis, $column_axis, $from_on, $until_on, $countries, $plans,
        $warehouses, $shops, $bands, null
    )
),

several as (
    select
        order_id,
        count(*) as parcel_count,
        count(*) filter (where outcome = 'delivered') as delivered_count,
        count(billed_on) as billed_count,
        count(*) filter (where cost_cny is null) as unknown_count,
        max(unconverted) as unconverted,
        sum(weight_g)::bigint as weight_g,
        sum(cost_cny)::bigint as cost_cny,
        sum(estimated_cny)::bigint as estimated_cny,
        sum(return_cny)::bigint as return_cny,
        sum(billed_cny)::bigint as billed_cny,
        sum(compensation_cny)::bigint as compensation_cny,
        sum(revenue_cny)::bigint as revenue_cny,
        sum(shipping_cny)::bigint as shipping_cny
    from kept
    where not is_alone
    group by shop_id, order_id
),

one as (
    select
        order_id,
        1 as parcel_count,
        (outcome = 'delivered')::bigint as delivered_count,
        (billed_on is not null)::bigint as billed_count,
        (cost_cny is null)::bigint as unknown_count,
        unconverted,
        weight_g,
        cost_cny,
        estimated_cny,
        return_cny,
        billed_cny,
        compensation_cny,
        revenue_cny,
        shipping_cny
    from kept
    where is_alone
),

top as (
    select *
    from (
        select *
        from several
        union all
        select *
        from one
    )
    order by
        case when $measure = 'balance' then shipping_cny - cost_cny else -cost_cny end nulls last,
        order_id
    limit $page_size
)

select
    order_id as row_value,
    '' as column_value,
    false as is_total,
    parcel_count::bigint as parcel_count,
    1::bigint as order_count,
    delivered_count::bigint as delivered_count,
    billed_count::bigint as billed_count,
    unknown_count::bigint as unknown_count,
    unconverted,
    weight_g,
    case when cost_cny is not null then weight_g end as priced_g,
    cost_cny,
    estimated_cny,
    return_cny,
    billed_cny,
    compensation_cny,
    case when cost_cny is not null then revenue_cny end as revenue_cny,
    case when revenue_cny is not null then cost_cny end as revenue_cost_cny,
    shipping_cny,
    shipping_cny - cost_cny as balance_cny,
    (shipping_cny - cost_cny is not null)::bigint as balance_count,
    null::bigint[] as quantiles
from top;

-- name: costs_parcels
-- One row per parcel behind a total, the dearest or worst balance first; null names every value of an axis.
with kept as (
    select *
    from cost_kept(
        'cost_parcels_whole', $measure, $basis, $row_axis, $column_axis, $from_on, $until_on, $countries, $plans,
        $warehouses, $shops, $bands, null
    )
)

select *
from kept
where ($row_value::varchar is null or row_value = $row_value)
    and ($column_value::varchar is null or column_value = $column_value)
order by case when $measure = 'balance' then figure else -cost_cny end nulls last, shipment_id
limit $page_size;

-- name: costs_parcels_by_sku
-- One row per parcel and SKU behind a total, the dearest or worst balance first; null names every value of an axis.
with kept as (
    select *
    from cost_kept(
        'cost_lines', $measure, $basis, $row_axis, $column_axis, $from_on, $until_on, $countries, $plans,
        $warehouses, $shops, $bands, $skus
    )
)

select *
from kept
where ($row_value::varchar is null or row_value = $row_value)
    and ($column_value::varchar is null or column_value = $column_value)
order by case when $measure = 'balance' then figure else -cost_cny end nulls last, shipment_id, sku
limit $page_size;

-- name: costs_facets
-- One row per filter and value it can have: how many parcels.
select 'country' as facet, country as value, count(*)::bigint as parcel_count
from cost_parcels
group by country
union all
select 'plan', plan_id, count(*)::bigint
from cost_parcels
group by plan_id
union all
select 'warehouse', warehouse, count(*)::bigint
from cost_parcels
group by warehouse
union all
select 'shop', shop_id, count(*)::bigint
from cost_parcels
group by shop_id
union all
select 'band', band, count(*)::bigint
from cost_parcels
group by band
order by facet, parcel_count desc, value;

-- name: cost_views_all
-- One row per saved view of costs.
select name, query, saved_by, saved_at
from cost_views
order by name;

-- name: cost_view_save
-- One row: a view under a name, in place of one that had it.
insert or replace into cost_views
values ($name, $query, $saved_by, $saved_at);

-- name: cost_view_forget
-- Drop a saved view.
delete from cost_views
where name = $name;

-- name: costs_landed
-- One row per rule and country: the parcels it holds for by the day they were made, tariff headings counted per parcel;
-- what is due for those within its limit, where the amount is known beforehand. Goods without a customs code count as one
-- heading.
with touched as (
    select cost.shipment_id, cost.country, cost.created_on, cost.declared_minor, cost.declared_currency
    from cost_parcels as cost
    semi join landed_rules as due
        on due.country = cost.country
),

headings as (
    select line.shipment_id, count(distinct coalesce(left(unit.hs_code, 6), ''))::bigint as heading_count
    from cost_lines as line
    semi join touched
        on touched.shipment_id = line.shipment_id
    left join units as unit
        on unit.sku = line.sku
    group by line.shipment_id
),

worth as (
    select touched.*, rate.rate_e6
    from touched
    asof left join cny_rates as rate
        on rate.currency = touched.declared_currency and rate.rate_on <= touched.created_on
)

select
    due.rule,
    due.country,
    due.kind,
    due.valid_from,
    due.currency,
    count(*)::bigint as parcel_count,
    (count(*) filter (where within is not false))::bigint as within_count,
    sum(heading.heading_count) filter (where within is not false)::bigint as heading_count,
    due.amount_minor,
    (due.amount_minor * sum(heading.heading_count) filter (where within is not false))::bigint as due_minor
from (
    select
        worth.*,
        due,
        worth.declared_minor * worth.rate_e6 <= due.limit_minor * bound.rate_e6 as within
    from worth
    inner join landed_rules as due
        on due.country = worth.country
        and due.valid_from <= worth.created_on
        and (due.valid_to is null or worth.created_on < due.valid_to)
    asof left join cny_rates as bound
        on bound.currency = due.limit_currency and bound.rate_on <= worth.created_on
) as parcel
left join headings as heading
    on heading.shipment_id = parcel.shipment_id
group by due.rule, due.country, due.kind, due.valid_from, due.currency, due.amount_minor
order by parcel_count desc, due.country, due.rule;

-- name: costs_duty_billed
-- One row per country: duties and taxes that bills charge us for; they are in our cost.
select cost.country, count(distinct cost.shipment_id)::bigint as parcel_count, sum(charge.amount_cny)::bigint as duty_cny
from bill_charges as charge
inner join cost_parcels as cost
    on cost.shipment_id = charge.shipment_id
where charge.kind = 'duty'
group by cost.country
order by duty_cny desc, cost.country;
