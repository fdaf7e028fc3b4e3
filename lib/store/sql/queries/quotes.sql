-- name: parcels_clear
-- Make room for the parcels to be rated.
drop table if exists parcels;

-- name: parcels_of_batch
-- One row per shipment of a batch that is still to be decided; with $shipment_id that one alone.
create temp table parcels as
select * exclude (batch_id, state, plan_id)
from shipment_parcels
where batch_id = $batch_id
    and state in ('draft', 'refused')
    and ($shipment_id::varchar is null or parcel_id = $shipment_id);

-- name: parcels_of_orders
-- One row per chosen order, as the parcel its open lines make.
create temp table parcels as
select
    parcel.order_id as parcel_id,
    receiver.country,
    receiver.postcode,
    parcel.weight_g,
    parcel.length_mm,
    parcel.width_mm,
    parcel.height_mm,
    parcel.cargo_class,
    parcel.declared_minor,
    parcel.declared_currency,
    heading.heading_count,
    o.buyer_plan_id
from order_parcels as parcel
inner join effective_receivers as receiver
    on receiver.shop_id = parcel.shop_id and receiver.order_id = parcel.order_id
inner join orders as o
    on o.shop_id = parcel.shop_id and o.order_id = parcel.order_id
inner join chosen
    on chosen.id = parcel.order_id
left join order_headings as heading
    on heading.shop_id = parcel.shop_id and heading.order_id = parcel.order_id;

-- name: parcels_of_one
-- One row: a parcel that belongs to no order.
create temp table parcels as
select
    'parcel' as parcel_id,
    $country::varchar as country,
    $postcode::varchar as postcode,
    $weight_g::bigint as weight_g,
    $length_mm::bigint as length_mm,
    $width_mm::bigint as width_mm,
    $height_mm::bigint as height_mm,
    $cargo_class::varchar as cargo_class,
    $declared_minor::bigint as declared_minor,
    $declared_currency::varchar as declared_currency,
    $heading_count::bigint as heading_count,
    null::varchar as buyer_plan_id;

-- name: quotes_clear
-- Make room for quotes.
drop table if exists quoted;

-- name: quotes_make
-- One row per parcel and plan of a channel: see the macro quotes_for.
create temp table quoted as
select *
from quotes_for('parcels', $quoted_on::date, sold := $sold);

-- name: landed_of_parcel
-- One row per rule that holds for one parcel at its destination on a day.
select *
from landed_for('parcels', $quoted_on::date)
where parcel_id = $parcel_id
order by rule;

-- name: quotes_of_parcel
-- One row per plan for one parcel, with its return-service fee as a part of its own; cheapest first. over_buyers: how
-- much more and how many days later than the service its buyer chose; null where either has no price or no promise.
select
    quote.*,
    plan.name_en,
    plan.name_zh,
    plan.class,
    plan.tracked,
    plan.return_supported,
    card.valid_from as card_from,
    card.source as card_source,
    card.note as card_note,
    return_fee.fee_minor as return_fee_minor,
    return_fee.currency as return_fee_currency,
    coalesce(quote.plan_id = parcel.buyer_plan_id, false) as is_buyers,
    case when quote.obstacles = 0 then quote.fee_cny_minor - own.fee_cny_minor end as over_buyers_cny_minor,
    quote.days_max - buyers.days_max as over_buyers_days
from quoted as quote
inner join plans as plan
    on plan.plan_id = quote.plan_id
inner join parcels as parcel
    on parcel.parcel_id = quote.parcel_id
left join plans as buyers
    on buyers.plan_id = parcel.buyer_plan_id
left join quoted as own
    on own.parcel_id = quote.parcel_id and own.plan_id = parcel.buyer_plan_id and own.obstacles = 0
left join rate_cards as card
    on card.card_id = quote.card_id
left join return_fees as return_fee
    on return_fee.plan_id = plan.plan_id and plan.return_supported
where quote.parcel_id = $parcel_id
order by quote.obstacles > 0, quote.fee_cny_minor nulls last, quote.plan_id;

-- name: quotes_make_brief
-- One row per parcel and plan of a channel: what a comparison reads of a quote. Half as much to write down.
create temp table quoted as
select parcel_id, plan_id, card_id, chargeable_g, obstacles, fee_minor, currency, fee_cny_minor, days_max
from quotes_for('parcels', $quoted_on::date, sold := $sold);

-- name: cheapest_clear
-- Make room for the cheapest plans.
drop table if exists cheapest;

-- name: cheapest_make
-- One row per parcel that any plan can carry: the cheapest, the faster one where two cost the same; of how many. Made once
-- for all who read it after a rating.
create temp table if not exists cheapest as
select parcel_id, best.plan as plan_id, best.minor as fee_minor, best.currency, best.fee as fee_cny_minor, option_count
from (
    select
        parcel_id,
        count(*)::bigint as option_count,
        min({
            'fee': fee_cny_minor,
            'days': coalesce(days_max, 9999),
            'plan': plan_id,
            'minor': fee_minor,
            'currency': currency
        }) as best
    from quoted
    where obstacles = 0
    group by parcel_id
);
