-- name: rate_plan_names
-- One row per name a plan goes by, in lower case.
select lower(name) as name, min(service_key) as plan_id
from service_names
where service_key in (select plan_id from plans)
group by lower(name)
union
select lower(plan_id), plan_id
from plans;

-- name: rate_country_names
-- One row per spelling of a country, and per code of a list that is no country, in lower case.
select lower(name) as name, min(country) as country
from country_names
group by lower(name)
union
select lower(code), code
from list_codes
where lower(code) not in (select lower(name) from country_names);

-- name: rate_currencies
-- One row per currency with an exchange rate.
select distinct currency
from fx_rates;

-- name: rates_incoming
-- One row per card of a file, and what it is here: the card that says the same, or the draft it takes the place of.
create temp table incoming_cards as
with incoming as (
    select
        plan_id,
        valid_from::date as valid_from,
        md5(
            string_agg(
                concat_ws(
                    '|', country, cargo_class, min_g, max_g, per_kg_e4, item_fee_minor, coalesce(first_g, 0),
                    coalesce(first_fee_minor, 0), coalesce(step_g, 0), coalesce(step_fee_minor, 0), increment_g,
                    min_billable_g, suspended
                ),
                ',' order by country, cargo_class, min_g
            )
        ) as content
    from file_rates
    group by plan_id, valid_from
),

kept as (
    select
        card_id,
        md5(
            string_agg(
                concat_ws(
                    '|', country, cargo_class, min_g, max_g, per_kg_e4, item_fee_minor, coalesce(first_g, 0),
                    coalesce(first_fee_minor, 0), coalesce(step_g, 0), coalesce(step_fee_minor, 0), increment_g,
                    min_billable_g, suspended
                ),
                ',' order by country, cargo_class, min_g
            )
        ) as content
    from rates
    where card_id in (select card_id from rate_cards where plan_id in (select plan_id from file_cards))
    group by card_id
),

incoming_extras as (
    select
        plan_id,
        valid_from::date as valid_from,
        string_agg(
            concat_ws('|', kind, country, postcode_prefix, percent_e2, amount_minor, per_kg_e4),
            ',' order by kind, country, postcode_prefix
        ) as content
    from file_surcharges
    group by plan_id, valid_from
),

kept_extras as (
    select
        card_id,
        string_agg(
            concat_ws('|', kind, country, postcode_prefix, percent_e2, amount_minor, per_kg_e4),
            ',' order by kind, country, postcode_prefix
        ) as content
    from surcharges
    group by card_id
)

select
    card.plan_id,
    card.valid_from::date as valid_from,
    card.valid_to::date as valid_to,
    card.row_count,
    min(same.card_id) as same_id,
    concat(lower(card.plan_id), '-', strftime(card.valid_from::date, '%Y-%m-%d')) as card_id,
    count(known.card_id) > 0 as is_known
from file_cards as card
left join rate_cards as known
    on known.card_id = concat(lower(card.plan_id), '-', strftime(card.valid_from::date, '%Y-%m-%d'))
left join incoming
    on incoming.plan_id = card.plan_id and incoming.valid_from = card.valid_from::date
left join incoming_extras
    on incoming_extras.plan_id = card.plan_id and incoming_extras.valid_from = card.valid_from::date
left join (
    select old.*, kept.content, kept_extras.content as extras
    from rate_cards as old
    left join kept
        on kept.card_id = old.card_id
    left join kept_extras
        on kept_extras.card_id = old.card_id
) as same
    on same.plan_id = card.plan_id
    and same.currency = card.currency
    and same.content is not distinct from incoming.content
    and same.extras is not distinct from incoming_extras.content
    and same.volumetric_divisor is not distinct from card.volumetric_divisor
    and same.volumetric_from_mm is not distinct from card.volumetric_from_mm
    and (
        not card.is_dated
        or (same.valid_from = card.valid_from::date and same.valid_to is not distinct from card.valid_to::date)
    )
group by card.plan_id, card.valid_from, card.valid_to, card.row_count;

-- name: rates_incoming_drop
-- Forget the cards of the file.
drop table if exists incoming_cards;

-- name: rate_overlaps
-- One row per new card of a file whose days are those of an active card of its plan, or of a later one.
select incoming.plan_id, incoming.valid_from, min(active.card_id) as value
from incoming_cards as incoming
inner join active_cards as active
    on active.plan_id = incoming.plan_id
    and (
        (
            active.active_from >= incoming.valid_from
            and (incoming.valid_to is null or active.active_from < incoming.valid_to)
        )
        or (active.active_from < incoming.valid_from and active.valid_to > incoming.valid_from)
    )
where incoming.same_id is null
group by incoming.plan_id, incoming.valid_from;

-- name: rate_counts
-- One row: how many rows of the file are of new cards, of drafts replaced, and of cards that say the same already.
select
    coalesce(sum(row_count) filter (where same_id is null and not is_known), 0)::bigint as loaded,
    coalesce(sum(row_count) filter (where same_id is null and is_known), 0)::bigint as updated,
    coalesce(sum(row_count) filter (where same_id is not null), 0)::bigint as unchanged
from incoming_cards;

-- name: rate_cards_take
-- One row per card of the file that is new, or takes the place of a draft. It is not active.
insert or replace into rate_cards
select
    incoming.card_id,
    card.plan_id,
    card.currency,
    incoming.valid_from,
    incoming.valid_to,
    card.source,
    '',
    card.note,
    card.volumetric_divisor,
    card.volumetric_from_mm,
    $file,
    $loaded_by,
    $loaded_at,
    null,
    null,
    null
from incoming_cards as incoming
inner join file_cards as card
    on card.plan_id = incoming.plan_id and card.valid_from::date = incoming.valid_from
where incoming.same_id is null;

-- name: rates_replaced
-- Rates of a draft that its new version does not have.
delete from rates
where card_id in (select card_id from incoming_cards where same_id is null)
    and (card_id, country, cargo_class, min_g) not in (
        select incoming.card_id, rate.country, rate.cargo_class, rate.min_g
        from file_rates as rate
        inner join incoming_cards as incoming
            on incoming.plan_id = rate.plan_id and incoming.valid_from = rate.valid_from::date
    );

-- name: rates_take
-- One row per rate of the cards taken in.
insert or replace into rates
select
    incoming.card_id,
    rate.country,
    rate.cargo_class,
    rate.min_g,
    rate.max_g,
    rate.per_kg_e4,
    rate.item_fee_minor,
    rate.first_g,
    rate.first_fee_minor,
    rate.step_g,
    rate.step_fee_minor,
    rate.increment_g,
    rate.min_billable_g,
    rate.suspended
from file_rates as rate
inner join incoming_cards as incoming
    on incoming.plan_id = rate.plan_id and incoming.valid_from = rate.valid_from::date
where incoming.same_id is null;

-- name: surcharges_replaced
-- Surcharges of a draft that its new version does not have.
delete from surcharges
where card_id in (select card_id from incoming_cards where same_id is null)
    and (card_id, kind, country, postcode_prefix) not in (
        select incoming.card_id, extra.kind, extra.country, extra.postcode_prefix
        from file_surcharges as extra
        inner join incoming_cards as incoming
            on incoming.plan_id = extra.plan_id and incoming.valid_from = extra.valid_from::date
    );

-- name: surcharges_take
-- One row per surcharge of the cards taken in.
insert or replace into surcharges
select
    incoming.card_id,
    extra.kind,
    extra.country,
    extra.postcode_prefix,
    extra.percent_e2,
    extra.amount_minor,
    extra.per_kg_e4
from file_surcharges as extra
inner join incoming_cards as incoming
    on incoming.plan_id = extra.plan_id and incoming.valid_from = extra.valid_from::date
where incoming.same_id is null;

-- name: spot_prices_judge
-- One row: how many spot prices of the file are new, say something else, or say the same.
select
    count(*) filter (where kept.list_id is null)::bigint as loaded,
    count(*) filter (
        where kept.list_id is not null
            and (
                kept.price_minor is distinct from file.price_minor
                or kept.per_kg_e4 is distinct from file.per_kg_e4
                or kept.days_min is distinct from file.days_min
                or kept.days_max is distinct from file.days_max
                or kept.battery is distinct from file.battery
                or kept.quoted_on is distinct from file.quoted_on::date
            )
    )::bigint as updated,
    count(*)::bigint as read
from file_spot_prices as file
left join spot_prices as kept
    on kept.list_id = file.list_id
    and kept.service = file.service
    and kept.detail = file.detail
    and kept.country = file.country;

-- name: spot_prices_take
-- One row per spot price of the file.
insert or replace into spot_prices
select
    list_id,
    service,
    detail,
    country,
    price_minor,
    per_kg_e4,
    currency,
    days_min,
    days_max,
    battery,
    quoted_on::date,
    lacks,
    source,
    confidence
from file_spot_prices;

-- name: cards_all
-- One row per rate card: its plan, its days, how much it holds, and whether quotes are made by it on a day.
select
    card.*,
    plan.name_en,
    plan.name_zh,
    plan.channel,
    active.active_to,
    case
        when card.active_from is null then 'draft'
        when card.active_from > $quoted_on::date then 'coming'
        when active.active_to is null or $quoted_on::date < active.active_to then 'active'
        else 'past'
    end as state,
    coalesce(content.rate_count, 0) as rate_count,
    coalesce(content.country_count, 0) as country_count,
    coalesce(content.suspended_count, 0) as suspended_count,
    content.min_g,
    content.max_g,
    coalesce(extra.surcharge_count, 0) as surcharge_count
from rate_cards as card
left join plans as plan
    on plan.plan_id = card.plan_id
left join active_cards as active
    on active.card_id = card.card_id
left join (
    select
        card_id,
        count(*)::bigint as rate_count,
        count(distinct country)::bigint as country_count,
        count(distinct country) filter (where suspended)::bigint as suspended_count,
        min(min_g) as min_g,
        max(max_g) as max_g
    from rates
    group by card_id
) as content
    on content.card_id = card.card_id
left join (select card_id, count(*)::bigint as surcharge_count from surcharges group by card_id) as extra
    on extra.card_id = card.card_id
where $card_id::varchar is null or card.card_id = $card_id
order by plan.channel desc, card.plan_id, card.valid_from desc, card.card_id;

-- name: card_rates
-- One row per rate of a card.
select *
from rates
where card_id = $card_id
order by country, cargo_class, min_g;

-- name: card_surcharges
-- One row per surcharge of a card.
select *
from surcharges
where card_id = $card_id
order by kind, country, postcode_prefix;

-- name: spot_prices_all
-- One row per published price that no parcel can be quoted by.
select *
from spot_prices
where $country::varchar is null or country = $country
order by country, list_id, price_minor, service, detail;

-- name: card_activate
-- One row when the card was not active: quotes are made by it from a day on.
update rate_cards
set active_from = $active_from::date, activated_by = $activated_by, activated_at = $activated_at
where card_id = $card_id and active_from is null
returning card_id;

-- name: card_clashes
-- One row per active card of the plan whose days a card would take when activated from a day.
select other.card_id, other.active_from
from rate_cards as card
inner join rate_cards as other
    on other.plan_id = card.plan_id and other.card_id <> card.card_id and other.active_from is not null
where card.card_id = $card_id
    and (
        (
            other.active_from >= $active_from::date
            and (card.valid_to is null or other.active_from < card.valid_to)
        )
        or (other.active_from < $active_from::date and other.valid_to > $active_from::date)
    )
order by other.active_from;

-- name: card_forget
-- One row when the card was a draft: it is dropped.
delete from rate_cards
where card_id = $card_id and active_from is null and loaded_at is not null
returning card_id;

-- name: card_rates_forget
-- Rates of a card that is dropped.
delete from rates
where card_id = $card_id;

-- name: card_surcharges_forget
-- Surcharges of a card that is dropped.
delete from surcharges
where card_id = $card_id;

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

-- name: card_sheet
-- One row per rate and surcharge of a card, as the plain layout of rate cards has them: texts, empty where not said.
select
    card.plan_id as plan,
    line.country,
    line.cargo_class,
    line.min_g::varchar as min_g,
    line.max_g::varchar as max_g,
    (line.per_kg_e4 * 0.0001)::decimal(18, 4)::varchar as per_kg,
    (line.item_fee_minor * 0.01)::decimal(18, 2)::varchar as item_fee,
    line.first_g::varchar as first_g,
    (line.first_fee_minor * 0.01)::decimal(18, 2)::varchar as first_fee,
    line.step_g::varchar as step_g,
    (line.step_fee_minor * 0.01)::decimal(18, 2)::varchar as step_fee,
    line.increment_g::varchar as increment_g,
    line.min_billable_g::varchar as min_billable_g,
    case when line.suspended then 'yes' end as suspended,
    card.currency,
    card.valid_from::varchar as valid_from,
    card.valid_to::varchar as valid_to,
    card.volumetric_divisor::varchar as volumetric_divisor,
    card.volumetric_from_mm::varchar as volumetric_from_mm,
    line.surcharge,
    line.postcode_prefix,
    (line.percent_e2 * 0.01)::decimal(18, 2)::varchar as surcharge_percent,
    (line.amount_minor * 0.01)::decimal(18, 2)::varchar as surcharge_amount,
    (line.extra_per_kg_e4 * 0.0001)::decimal(18, 4)::varchar as surcharge_per_kg
from (
    select
        card_id, country, cargo_class, min_g, max_g, per_kg_e4, item_fee_minor, first_g, first_fee_minor, step_g,
        step_fee_minor, increment_g, min_billable_g, suspended, null::varchar as surcharge,
        null::varchar as postcode_prefix, null::bigint as percent_e2, null::bigint as amount_minor,
        null::bigint as extra_per_kg_e4
    from rates
    union all
    select
        card_id, case when country = '' then '*' else country end, null, null, null, null, null, null, null, null,
        null, null, null, null, kind, postcode_prefix, percent_e2, amount_minor, per_kg_e4
    from surcharges
) as line
inner join rate_cards as card
    on card.card_id = line.card_id
where card.card_id = $card_id
order by line.surcharge nulls first, line.country, line.cargo_class, line.min_g, line.postcode_prefix;
