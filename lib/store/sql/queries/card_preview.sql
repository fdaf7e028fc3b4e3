-- name: parcels_of_places
-- One row per destination and cargo class of a plan's cards and weight of a ladder: what a preview compares.
create temp table parcels as
select
    concat_ws('|', place.country, place.cargo_class, step.weight_g) as parcel_id,
    place.country,
    null::varchar as postcode,
    step.weight_g,
    null::bigint as length_mm,
    null::bigint as width_mm,
    null::bigint as height_mm,
    place.cargo_class,
    null::bigint as declared_minor,
    null::varchar as declared_currency,
    null::bigint as heading_count,
    null::varchar as buyer_plan_id
from (
    select distinct rate.country, rate.cargo_class
    from rates as rate
    inner join rate_cards as card
        on card.card_id = rate.card_id
    where card.plan_id = (select plan_id from rate_cards where card_id = $card_id)
        and (card.card_id = $card_id or card.active_from is not null)
) as place
cross join (
    select unnest([
        25, 50, 75, 100, 150, 151, 200, 250, 300, 301, 400, 500, 750, 1000, 1500, 2000, 3000, 5000, 10000, 15000,
        20000, 30000
    ])::bigint as weight_g
) as step;

-- name: parcels_of_days
-- One row per parcel of the orders since a moment: those sent or in a batch as they are, the others as their open lines
-- would be sent. plan_id: the plan it goes on, null while nobody chose.
create temp table parcels as
with recent as (
    select shop_id, order_id, coalesce(paid_at, ordered_at, loaded_at) as paid_at
    from orders
    where coalesce(paid_at, ordered_at, loaded_at) >= $since_at
)

select
    shipment.shipment_id as parcel_id,
    recent.shop_id,
    recent.order_id,
    recent.paid_at,
    receiver.country,
    receiver.postcode,
    shipment.weight_g,
    shipment.length_mm,
    shipment.width_mm,
    shipment.height_mm,
    shipment.cargo_class,
    shipment.declared_minor,
    shipment.declared_currency,
    null::bigint as heading_count,
    null::varchar as buyer_plan_id,
    shipment.plan_id
from recent
inner join live_shipments as shipment
    on shipment.shop_id = recent.shop_id and shipment.order_id = recent.order_id
inner join effective_receivers as receiver
    on receiver.shop_id = recent.shop_id and receiver.order_id = recent.order_id
union all
select
    concat(recent.shop_id, ' ', recent.order_id),
    recent.shop_id,
    recent.order_id,
    recent.paid_at,
    receiver.country,
    receiver.postcode,
    parcel.weight_g,
    parcel.length_mm,
    parcel.width_mm,
    parcel.height_mm,
    parcel.cargo_class,
    parcel.declared_minor,
    parcel.declared_currency,
    null,
    null,
    null
from recent
inner join order_parcels as parcel
    on parcel.shop_id = recent.shop_id and parcel.order_id = recent.order_id and parcel.left_count > 0
inner join effective_receivers as receiver
    on receiver.shop_id = recent.shop_id and receiver.order_id = recent.order_id;

-- name: card_quotes_before
-- One row per parcel and plan as it is quoted on a day without the card.
create temp table quoted_before as
select parcel_id, plan_id, card_id, obstacles, fee_minor, currency, fee_cny_minor, days_max
from quotes_for('parcels', $quoted_on::date);

-- name: card_quotes_after
-- One row per parcel of the card's plan as it would be quoted by the card.
create temp table quoted_after as
select parcel_id, plan_id, card_id, obstacles, fee_minor, currency, fee_cny_minor, days_max
from quotes_for('parcels', $quoted_on::date, instead := $card_id)
where plan_id = (select plan_id from rate_cards where card_id = $card_id);

-- name: card_quotes_drop_before
-- Forget the quotes without the card.
drop table if exists quoted_before;

-- name: card_quotes_drop_after
-- Forget the quotes by the card.
drop table if exists quoted_after;

-- name: card_changes
-- One row per destination and cargo class: how prices change over the ladder of weights, in CNY by the dated rates.
with changes as (
    select
        parcel.country,
        parcel.cargo_class,
        parcel.weight_g,
        case when old.obstacles = 0 then old.fee_cny_minor end as old_minor,
        case when new.obstacles = 0 then new.fee_cny_minor end as new_minor,
        old.obstacles & 16 = 0 and new.obstacles & 16 > 0 as stopped,
        new_minor - old_minor as difference,
        100.0 * difference / old_minor as percent
    from parcels as parcel
    inner join quoted_after as new
        on new.parcel_id = parcel.parcel_id
    left join quoted_before as old
        on old.parcel_id = parcel.parcel_id and old.plan_id = new.plan_id
)

select
    country,
    cargo_class,
    count(*) filter (where difference is not null)::bigint as weight_count,
    count(*) filter (where difference <> 0)::bigint as changed_count,
    count(*) filter (where old_minor is null and new_minor is not null)::bigint as added_count,
    count(*) filter (where old_minor is not null and new_minor is null)::bigint as lost_count,
    bool_or(stopped) as is_stopped,
    avg(percent) as mean_percent,
    median(percent) as median_percent,
    min(percent) as least_percent,
    max(percent) as most_percent,
    round(avg(difference))::bigint as mean_minor,
    round(median(difference))::bigint as median_minor
from changes
group by country, cargo_class
having weight_count + added_count + lost_count > 0
order by
    changed_count + added_count + lost_count > 0 desc,
    lost_count > 0 desc,
    abs(mean_percent) desc nulls last,
    country,
    cargo_class;

-- name: card_changes_total
-- One row: the same over all destinations and weights together.
select
    count(*) filter (where old.fee_cny_minor is not null and new.fee_cny_minor is not null)::bigint as price_count,
    count(*) filter (where old.fee_cny_minor <> new.fee_cny_minor)::bigint as changed_count,
    count(*) filter (where old.fee_cny_minor is null and new.fee_cny_minor is not null)::bigint as added_count,
    count(*) filter (where old.fee_cny_minor is not null and new.fee_cny_minor is null)::bigint as lost_count,
    count(distinct parcel.country) filter (where old.fee_cny_minor <> new.fee_cny_minor)::bigint as country_count,
    avg(100.0 * (new.fee_cny_minor - old.fee_cny_minor) / old.fee_cny_minor) as mean_percent,
    median(100.0 * (new.fee_cny_minor - old.fee_cny_minor) / old.fee_cny_minor) as median_percent
from parcels as parcel
inner join (select * replace (case when obstacles = 0 then fee_cny_minor end as fee_cny_minor) from quoted_after)
    as new
    on new.parcel_id = parcel.parcel_id
left join (select * replace (case when obstacles = 0 then fee_cny_minor end as fee_cny_minor) from quoted_before)
    as old
    on old.parcel_id = parcel.parcel_id and old.plan_id = new.plan_id;

-- name: card_orders
-- One row per parcel whose price or plan the card would have changed. A parcel goes on its plan, or while nobody chose
-- one on the cheapest; one that goes on the cheapest follows it to another plan.
create temp table card_orders as
with best as (
    -- The cheapest plan as it is, and among the plans the card is not of: the faster one where two cost the same.
    select
        parcel_id,
        min({'fee': fee_cny_minor, 'days': coalesce(days_max, 9999), 'plan': plan_id}) as was,
        min({'fee': fee_cny_minor, 'days': coalesce(days_max, 9999), 'plan': plan_id})
            filter (where plan_id <> (select plan_id from rate_cards where card_id = $card_id)) as other
    from quoted_before
    where obstacles = 0
    group by parcel_id
),

decided as (
    select
        parcel.*,
        coalesce(parcel.plan_id, best.was.plan) as plan_before,
        case
            when parcel.plan_id <> best.was.plan then parcel.plan_id
            when new.parcel_id is null then coalesce(best.other.plan, parcel.plan_id)
            when best.other is null
                or {'fee': new.fee_cny_minor, 'days': coalesce(new.days_max, 9999), 'plan': new.plan_id} < best.other
                then new.plan_id
            else best.other.plan
        end as plan_after
    from parcels as parcel
    left join best
        on best.parcel_id = parcel.parcel_id
    left join quoted_after as new
        on new.parcel_id = parcel.parcel_id and new.obstacles = 0
),

after as (
    select * from quoted_after
    union all
    select * from quoted_before
    where plan_id <> (select plan_id from rate_cards where card_id = $card_id)
)

select
    decided.order_id,
    decided.shop_id,
    decided.paid_at,
    decided.country,
    decided.weight_g,
    decided.cargo_class,
    decided.plan_id is not null as is_decided,
    decided.plan_before,
    old.fee_minor as before_minor,
    old.currency as before_currency,
    old.fee_cny_minor as before_cny_minor,
    case when new.obstacles = 0 then decided.plan_after end as plan_after,
    case when new.obstacles = 0 then new.fee_minor end as after_minor,
    case when new.obstacles = 0 then new.currency end as after_currency,
    case when new.obstacles = 0 then new.fee_cny_minor end as after_cny_minor
from decided
left join quoted_before as old
    on old.parcel_id = decided.parcel_id and old.plan_id = decided.plan_before and old.obstacles = 0
left join after as new
    on new.parcel_id = decided.parcel_id and new.plan_id = decided.plan_after
where plan_before is distinct from plan_after
    or (old.fee_minor, old.currency) is distinct from (after_minor, after_currency);

-- name: card_orders_drop
-- Forget the orders the card would have changed.
drop table if exists card_orders;

-- name: card_orders_page
-- One row per parcel whose price or plan the card would have changed, the largest difference first.
select *, after_cny_minor - before_cny_minor as difference_cny_minor
from card_orders
order by abs(difference_cny_minor) desc nulls first, order_id
limit $page_size;

-- name: card_orders_total
-- One row: of how many parcels how many would have changed, and by how much in all.
select
    (select count(*)::bigint from parcels) as parcel_count,
    count(*)::bigint as changed_count,
    count(*) filter (where plan_before is distinct from plan_after and plan_after is not null)::bigint as plan_count,
    count(*) filter (where plan_after is null)::bigint as lost_count,
    coalesce(sum(before_cny_minor) filter (where after_cny_minor is not null), 0)::bigint as before_cny_minor,
    coalesce(sum(after_cny_minor) filter (where before_cny_minor is not null), 0)::bigint as after_cny_minor,
    median(100.0 * (after_cny_minor - before_cny_minor) / before_cny_minor) as median_percent
from card_orders;
