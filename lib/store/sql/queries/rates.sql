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
