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
