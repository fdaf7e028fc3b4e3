-- name: plans_all
-- One row per plan the platform sells, with its rate card of the day and its return-service fee (an assumption) if it
-- returns.
select
    plan.*,
    card.card_id,
    card.currency as card_currency,
    card.active_from as card_from,
    card.note as card_note,
    return_fee.fee_minor as return_fee_minor,
    return_fee.currency as return_fee_currency
from plans as plan
left join active_cards as card
    on card.plan_id = plan.plan_id
    and card.active_from <= $quoted_on
    and (card.active_to is null or $quoted_on < card.active_to)
left join return_fees as return_fee
    on return_fee.plan_id = plan.plan_id and plan.return_supported
where plan.channel = 'online'
order by plan.plan_id;

-- name: rated_countries
-- One row per country that a card of the day has a row for.
select distinct rate.country
from rates as rate
inner join cards_on($quoted_on::date) as card
    on card.card_id = rate.card_id
order by rate.country;

-- name: parcels_clear
-- Make room for the parcels to be rated.
drop table if exists parcels;

-- name: parcels_of_batch
-- One row per shipment of a batch that is still to be decided; with $shipment_id that one alone.
create temp table parcels as
select
    shipment.shipment_id as parcel_id,
    receiver.country,
    receiver.postcode,
    shipment.weight_g,
    shipment.length_mm,
    shipment.width_mm,
    shipment.height_mm,
    shipment.cargo_class,
    shipment.declared_minor,
    shipment.declared_currency,
    heading.heading_count,
    o.buyer_plan_id
from shipments as shipment
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
left join order_headings as heading
    on heading.shop_id = shipment.shop_id and heading.order_id = shipment.order_id
where shipment.batch_id = $batch_id
    and shipment.state in ('draft', 'refused')
    and ($shipment_id::varchar is null or shipment.shipment_id = $shipment_id);

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

-- name: policy_plans
-- One row per rated parcel that a policy has a plan for.
select *
from policy_winners('quoted', 'parcels', $policy);

-- name: parcels_uncarried
-- One row per parcel that no plan can carry.
select parcel_id
from quoted
group by parcel_id
having min(obstacles) > 0;

-- name: shipments_choose_policy
-- One row per shipment that got the plan a policy gives it. Locked ones keep theirs.
update shipments
set plan_id = winner.plan_id, rule_id = null, changed_at = $changed_at
from policy_winners('quoted', 'parcels', $policy) as winner
where winner.parcel_id = shipments.shipment_id and not shipments.locked
returning shipments.shipment_id;

-- name: shipments_choose_plan
-- One row per chosen shipment that got the named plan, because the plan can carry it.
update shipments
set plan_id = $plan_id, rule_id = null, locked = $locked, changed_at = $changed_at
from quoted
inner join chosen
    on chosen.id = quoted.parcel_id
where quoted.parcel_id = shipments.shipment_id
    and quoted.plan_id = $plan_id
    and quoted.obstacles = 0
    and shipments.state in ('draft', 'refused')
returning shipments.shipment_id;

-- name: quotes_able
-- One row per rated parcel and plan that can carry it; of a locked parcel only its own plan, where that one can.
select
    quote.parcel_id,
    quote.plan_id,
    quote.fee_cny_minor,
    quote.days_max,
    coalesce(quote.plan_id = parcel.buyer_plan_id, false) as matches
from quoted as quote
inner join parcels as parcel
    on parcel.parcel_id = quote.parcel_id
left join shipments as shipment
    on shipment.shipment_id = quote.parcel_id and shipment.locked
where quote.obstacles = 0
    and quote.fee_cny_minor is not null
    and (shipment.plan_id is null or shipment.plan_id = quote.plan_id);

-- name: shipments_choose_each
-- One row per shipment of `picked` (shipment_id, plan_id) that got its plan, because the plan can carry it.
update shipments
set plan_id = picked.plan_id, rule_id = null, changed_at = $changed_at
from picked
inner join quoted
    on quoted.parcel_id = picked.shipment_id and quoted.plan_id = picked.plan_id and quoted.obstacles = 0
where picked.shipment_id = shipments.shipment_id
    and shipments.state in ('draft', 'refused')
    and (not shipments.locked or shipments.plan_id = picked.plan_id)
returning shipments.shipment_id;

-- name: quotes_forget
-- Drop the kept quotes of a batch's undecided shipments, before they are decided anew.
delete from quotes
where shipment_id in (
    select shipment_id
    from shipments
    where batch_id = $batch_id and state in ('draft', 'refused')
);

-- name: quotes_keep
-- One row per undecided shipment with a plan: what the operator saw when deciding.
insert into quotes by name
select
    shipment.shipment_id,
    quote.plan_id,
    quote.card_id,
    card.valid_from as card_from,
    card.source as card_source,
    quote.chargeable_g,
    shipment.weight_g,
    shipment.weight_source,
    quote.fee_minor,
    quote.currency,
    quote.fee_cny_minor,
    exchange.rate_e6 as fx_e6,
    exchange.rate_on as fx_on,
    to_json({
        'item': quote.item_fee_minor,
        'weight': quote.weight_fee_minor,
        'first_weight': quote.first_fee_minor,
        'additional_weight': quote.step_fee_minor,
        'fuel': quote.fuel_fee_minor,
        'remote_area': quote.remote_fee_minor
    })::varchar as parts,
    quote.days_min,
    quote.days_max,
    o.buyer_service,
    o.buyer_plan_id,
    own.days_max as buyer_days_max,
    return_fee.fee_minor as return_fee_minor,
    return_fee.currency as return_fee_currency,
    shipment.rule_id,
    $decided_by as decided_by,
    $decided_at as decided_at
from shipments as shipment
inner join quoted as quote
    on quote.parcel_id = shipment.shipment_id and quote.plan_id = shipment.plan_id
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
inner join plans as plan
    on plan.plan_id = quote.plan_id
left join plans as own
    on own.plan_id = o.buyer_plan_id
left join rate_cards as card
    on card.card_id = quote.card_id
left join (
    select currency, max(rate_on) as rate_on, arg_max(rate_e6, rate_on) as rate_e6
    from fx_rates
    where rate_on <= $decided_at::date
    group by currency
) as exchange
    on exchange.currency = quote.currency
left join return_fees as return_fee
    on return_fee.plan_id = plan.plan_id and plan.return_supported
where shipment.batch_id = $batch_id
    and shipment.state in ('draft', 'refused')
    and quote.obstacles = 0;

-- name: choice_pairs
-- One row per pair of buyer's service and chosen plan that differ in a batch, with counts, cost and days.
-- known: somebody of the shop confirmed the same pair before.
select
    coalesce(quote.buyer_service, '') as buyer_service,
    quote.buyer_plan_id,
    service.class as buyer_class,
    quote.plan_id,
    plan.name_en,
    plan.name_zh,
    plan.class as plan_class,
    count(*)::bigint as shipment_count,
    sum(quote.fee_cny_minor)::bigint as fee_cny_minor,
    max(own.days_max) as buyer_days_max,
    max(quote.days_max) as plan_days_max,
    bool_or(earlier.plan_id is not null) as known
from quotes as quote
inner join shipments as shipment
    on shipment.shipment_id = quote.shipment_id
inner join plans as plan
    on plan.plan_id = quote.plan_id
left join services as service
    on service.service_key = quote.buyer_plan_id
left join plans as own
    on own.plan_id = quote.buyer_plan_id
left join (select distinct shop_id, buyer_service, plan_id from pair_confirmations) as earlier
    on earlier.shop_id = shipment.shop_id
    and earlier.buyer_service = coalesce(quote.buyer_service, '')
    and earlier.plan_id = quote.plan_id
where shipment.batch_id = $batch_id
    and shipment.state in ('draft', 'refused')
    and quote.plan_id is distinct from quote.buyer_plan_id
group by
    coalesce(quote.buyer_service, ''),
    quote.buyer_plan_id,
    service.class,
    quote.plan_id,
    plan.name_en,
    plan.name_zh,
    plan.class
order by shipment_count desc, buyer_service, quote.plan_id;

-- name: pair_confirmations_add
-- One row per pair of `confirmed` that a batch goes by.
insert into pair_confirmations
select
    batch.batch_id, batch.shop_id, pair.buyer_service, pair.plan_id, pair.kind, pair.shipment_count,
    pair.fee_cny_minor, pair.buyer_days_max, pair.plan_days_max, pair.was_known, pair.ticked, $confirmed_by,
    $confirmed_at
from confirmed as pair
cross join batches as batch
where batch.batch_id = $batch_id;

-- name: pair_confirmations_of
-- One row per pair confirmed for a batch, the latest time first.
select *
from pair_confirmations
where batch_id = $batch_id
order by confirmed_at desc, shipment_count desc, buyer_service, plan_id;

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

-- name: tier_edges
-- One row per rated shipment and direction (grams < 0: lighter, > 0: heavier) whose plan, the chosen one or else the
-- cheapest, costs less within $within_g grams. Lighter by no more than its packaging weighs: what was ordered has to be
-- in it. Where volume is charged a few grams change nothing, and there is no row.
with held as (
    select
        parcel.*,
        shipment.order_id,
        shipment.position,
        quote.plan_id,
        quote.card_id,
        quote.fee_minor,
        quote.fee_cny_minor,
        quote.fee_minor / (quote.fee_minor - quote.fuel_fee_minor) as with_fuel,
        quote.currency,
        shipment.weight_g - contents.contents_g as packaging_g
    from quoted as quote
    inner join parcels as parcel
        on parcel.parcel_id = quote.parcel_id
    inner join shipments as shipment
        on shipment.shipment_id = quote.parcel_id
    left join (
        select part.shipment_id, sum(unit.weight_g * part.quantity)::bigint as contents_g
        from shipment_lines as part
        inner join order_lines as line
            on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
        left join units as unit
            on unit.sku = line.sku
        group by part.shipment_id
    ) as contents
        on contents.shipment_id = quote.parcel_id
    where quote.obstacles = 0
    qualify row_number() over (
        partition by quote.parcel_id
        order by
            coalesce(quote.plan_id = shipment.plan_id, false) desc,
            quote.fee_cny_minor,
            quote.days_max nulls last,
            quote.plan_id
    ) = 1
),

spans as (
    select
        held.parcel_id,
        held.weight_g,
        span.* exclude (min_g, max_g),
        max(span.per_kg_e4) filter (where held.weight_g between span.from_g and span.to_g) over (
            partition by held.parcel_id
        ) as own_per_kg_e4
    from held
    inner join rate_spans as span
        on span.card_id = held.card_id
        and span.country = held.country
        and span.cargo_class = held.cargo_class
        and span.from_g <= held.weight_g + $within_g
        and span.to_g >= held.weight_g - $within_g
),

edges as (
    select distinct
        span.parcel_id,
        span.own_per_kg_e4,
        unnest([
            span.to_g,
            span.from_g,
            case
                when span.weight_g between span.from_g and span.to_g and span.increment_g > 1
                    then (span.weight_g - 1) // span.increment_g * span.increment_g
            end,
            case
                when span.weight_g between span.from_g and span.to_g and span.weight_g > span.first_g
                    then span.first_g + (span.weight_g - span.first_g - 1) // span.step_g * span.step_g
            end
        ]) as edge_g
    from spans as span
),

moved as (
    select
        held.* replace (held.parcel_id || '|' || edge.edge_g as parcel_id, edge.edge_g as weight_g),
        held.parcel_id as held_id,
        edge.edge_g - held.weight_g as grams,
        edge.own_per_kg_e4
    from held
    inner join edges as edge
        on edge.parcel_id = held.parcel_id
    where edge.edge_g > 0
        and grams <> 0
        and abs(grams) <= $within_g
        and -grams <= coalesce(greatest(held.packaging_g, 0), 0)
),

requoted as (
    select *
    from quotes_for('moved', $quoted_on::date)
)

select
    held.parcel_id as shipment_id,
    held.order_id,
    held.country,
    held.plan_id,
    held.weight_g,
    moved.grams,
    moved.weight_g as edge_g,
    held.packaging_g,
    held.fee_minor,
    requoted.fee_minor as edge_fee_minor,
    held.currency,
    held.fee_minor - requoted.fee_minor as saved_minor,
    held.fee_cny_minor - requoted.fee_cny_minor as saved_cny_minor
from moved
inner join held
    on held.parcel_id = moved.held_id
inner join requoted
    on requoted.parcel_id = moved.parcel_id and requoted.plan_id = held.plan_id and requoted.obstacles = 0
-- More than what fewer grams are worth within a tier, and their rounding.
where saved_minor > 0
    and (
        moved.grams > 0
        or saved_minor > 1 + ceil(moved.own_per_kg_e4 * -moved.grams / 100000 * held.with_fuel)
    )
qualify row_number() over (
    partition by held.parcel_id, sign(moved.grams)
    order by requoted.fee_minor, abs(moved.grams)
) = 1
order by saved_cny_minor desc, held.position, moved.grams;
