-- name: quotes_by_plan
-- One row per plan: how many parcels it can carry, what they cost, and how many each obstacle keeps from it.
with counted as (
    select
        quote.plan_id,
        quote.card_id,
        count(*)::bigint as parcel_count,
        count(*) filter (where quote.obstacles = 0)::bigint as carried_count,
        max(quote.currency) as currency,
        coalesce(sum(quote.fee_minor) filter (where quote.obstacles = 0), 0)::bigint as fee_minor,
        coalesce(sum(quote.fee_cny_minor) filter (where quote.obstacles = 0), 0)::bigint as fee_cny_minor,
        coalesce(sum(quote.chargeable_g) filter (where quote.obstacles = 0), 0)::bigint as chargeable_g,
        coalesce(sum(parcel.weight_g) filter (where quote.obstacles = 0), 0)::bigint as carried_g,
        count(*) filter (where quote.obstacles = 0 and quote.plan_id = parcel.buyer_plan_id)::bigint as matching_count,
        count(*) filter (where quote.obstacles & 1 > 0)::bigint as no_weight_count,
        count(*) filter (where quote.obstacles & 2 > 0)::bigint as too_heavy_count,
        count(*) filter (where quote.obstacles & 4 > 0)::bigint as too_large_count,
        count(*) filter (where quote.obstacles & 8 > 0)::bigint as cargo_count,
        count(*) filter (where quote.obstacles & 16 > 0)::bigint as suspended_count,
        count(*) filter (where quote.obstacles & 32 > 0)::bigint as no_rate_count,
        count(*) filter (where quote.obstacles & 64 > 0)::bigint as too_dear_count,
        count(*) filter (where quote.obstacles & 128 > 0)::bigint as stopped_count
    from quoted as quote
    inner join parcels as parcel
        on parcel.parcel_id = quote.parcel_id
    group by quote.plan_id, quote.card_id
)

select
    plan.plan_id,
    plan.name_en,
    plan.name_zh,
    plan.class,
    plan.tracked,
    plan.return_supported,
    plan.days_min,
    plan.days_max,
    card.valid_from as card_from,
    counted.* exclude (plan_id, card_id)
from counted
inner join plans as plan
    on plan.plan_id = counted.plan_id
left join rate_cards as card
    on card.card_id = counted.card_id
order by counted.carried_count desc, counted.fee_cny_minor, plan.plan_id;

-- name: quotes_alike
-- One row per plan that can be compared over the very same rated parcels: how many those are, and what it costs for all of
-- them. Of the plans that promise days as many as have at least half of what they carry together in common, the widest first.
with ranked as (
    select
        quote.plan_id,
        1::bigint << (row_number() over (order by count(*) desc, quote.plan_id) - 1) as bit
    from quoted as quote
    where quote.obstacles = 0 and quote.fee_cny_minor is not null and quote.days_max is not null
    group by quote.plan_id
),

able as (
    select quote.parcel_id, bit_or(ranked.bit) as bits
    from quoted as quote
    inner join ranked
        on ranked.plan_id = quote.plan_id
    where quote.obstacles = 0 and quote.fee_cny_minor is not null
    group by quote.parcel_id
),

widest as (
    select max(2 * ranked.bit - 1) as bits
    from ranked
    inner join (select bits, count(*) as parcel_count from able group by bits) as alike
        on alike.bits & (2 * ranked.bit - 1) = 2 * ranked.bit - 1
    group by ranked.bit
    having ranked.bit = 1 or 2 * sum(alike.parcel_count) >= (select count(*) from able)
)

select quote.plan_id, count(*)::bigint as alike_count, sum(quote.fee_cny_minor)::bigint as alike_cny_minor
from quoted as quote
inner join ranked
    on ranked.plan_id = quote.plan_id
inner join able
    on able.parcel_id = quote.parcel_id
where ranked.bit < (select max(bits) + 1 from widest)
    and able.bits & (select max(bits) from widest) = (select max(bits) from widest)
group by quote.plan_id
order by quote.plan_id;

-- name: cheapest_by_place
-- One row per country and weight band [band_from_g, band_to_g) (null: no end): the plan that is the cheapest for most
-- of its rated parcels, for how many, and what the cheapest plans of all of them cost on average. plan_id is null where
-- no plan can carry any.
with placed as (
    select
        parcel.parcel_id,
        parcel.country,
        case
            when parcel.weight_g <= 150 then 1
            when parcel.weight_g <= 300 then 151
            when parcel.weight_g <= 500 then 301
            when parcel.weight_g <= 1000 then 501
            when parcel.weight_g <= 2000 then 1001
            else 2001
        end::bigint as band_from_g,
        case
            when parcel.weight_g <= 150 then 151
            when parcel.weight_g <= 300 then 301
            when parcel.weight_g <= 500 then 501
            when parcel.weight_g <= 1000 then 1001
            when parcel.weight_g <= 2000 then 2001
        end::bigint as band_to_g,
        best.plan_id,
        best.fee_cny_minor
    from parcels as parcel
    left join cheapest as best
        on best.parcel_id = parcel.parcel_id
    where parcel.weight_g is not null
),

counted as (
    select country, band_from_g, band_to_g, plan_id, count(*) as plan_count, sum(fee_cny_minor) as fee_cny_minor
    from placed
    group by country, band_from_g, band_to_g, plan_id
)

select
    country,
    band_from_g,
    band_to_g,
    arg_max(plan_id, plan_count) filter (where plan_id is not null) as plan_id,
    coalesce(max(plan_count) filter (where plan_id is not null), 0)::bigint as plan_count,
    sum(plan_count)::bigint as parcel_count,
    coalesce(sum(plan_count) filter (where plan_id is null), 0)::bigint as uncarried_count,
    round(sum(fee_cny_minor) / nullif(sum(plan_count) filter (where plan_id is not null), 0))::bigint
        as mean_cny_minor
from counted
group by country, band_from_g, band_to_g
order by sum(parcel_count) over (partition by country) desc, country, band_from_g;

-- name: parcels_uncarried
-- One row per parcel that no plan can carry.
select parcel_id
from quoted
group by parcel_id
having min(obstacles) > 0;

-- name: choices_tally
-- One row per currency of the chosen plans of a rated batch (null: no plan that can carry the parcel is chosen): how many
-- parcels, what they cost, how much more than their cheapest plans, and how many no plan can carry.
select
    quote.currency,
    count(*)::bigint as parcel_count,
    coalesce(sum(quote.fee_minor), 0)::bigint as fee_minor,
    coalesce(sum(quote.fee_cny_minor), 0)::bigint as fee_cny_minor,
    coalesce(sum(quote.fee_cny_minor - cheapest.fee_cny_minor), 0)::bigint as over_cny_minor,
    count(*) filter (where cheapest.parcel_id is null)::bigint as uncarried_count
from parcels as parcel
inner join shipments as shipment
    on shipment.shipment_id = parcel.parcel_id
left join cheapest
    on cheapest.parcel_id = parcel.parcel_id
left join quoted as quote
    on quote.parcel_id = parcel.parcel_id and quote.plan_id = shipment.plan_id
group by quote.currency
order by quote.currency;

-- name: batch_choices
-- One row per undecided shipment of a rated batch, a page of them: the plan chosen for it, the cheapest, and its buyer's
-- service. What no plan can carry comes first, then what has no plan yet. $wanted: only what has it in its order number
-- or its own.
with page as (
    select
        shipment.shipment_id,
        shipment.position,
        shipment.shop_id,
        shipment.order_id,
        parcel.country,
        shipment.weight_g,
        shipment.cargo_class,
        shipment.plan_id,
        shipment.locked,
        cheapest.plan_id as cheapest_plan_id,
        cheapest.fee_minor as cheapest_minor,
        cheapest.currency as cheapest_currency,
        cheapest.fee_cny_minor as cheapest_cny_minor,
        coalesce(cheapest.option_count, 0)::bigint as option_count
    from parcels as parcel
    inner join shipments as shipment
        on shipment.shipment_id = parcel.parcel_id
    left join cheapest
        on cheapest.parcel_id = parcel.parcel_id
    where $wanted::varchar is null
        or contains(shipment.order_id, $wanted::varchar)
        or contains(shipment.shipment_id, $wanted::varchar)
    order by cheapest.parcel_id is not null, shipment.plan_id is not null, shipment.position
    limit $page_size
    offset $skipped
)

select
    page.* exclude (shop_id),
    o.buyer_service,
    quote.fee_minor,
    quote.currency,
    quote.fee_cny_minor,
    quote.days_max
from page
inner join orders as o
    on o.shop_id = page.shop_id and o.order_id = page.order_id
left join quoted as quote
    on quote.parcel_id = page.shipment_id and quote.plan_id = page.plan_id
order by page.option_count > 0, page.plan_id is not null, page.position;

-- name: choices_wanted
-- One row: how many undecided shipments of a rated batch have $wanted in their order's number or their own.
select count(*)::bigint as parcel_count
from parcels as parcel
inner join shipments as shipment
    on shipment.shipment_id = parcel.parcel_id
where contains(shipment.order_id, $wanted::varchar) or contains(shipment.shipment_id, $wanted::varchar);
