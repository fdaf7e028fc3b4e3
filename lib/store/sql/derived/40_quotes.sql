-- Quotes: which card holds on a day, every parcel against every plan, and the plan a policy takes.

-- One row per active card and the days [active_from, active_to) on which its plan is quoted by it. A card ends where
-- the next active one of its plan begins; it does not come back when that one ends.
create or replace view active_cards as
select
    *,
    least(coalesce(valid_to, next_from), coalesce(next_from, valid_to)) as active_to
from (
    select
        *,
        lead(active_from) over (
            partition by plan_id
            order by active_from, activated_at nulls first, card_id
        ) as next_from
    from rate_cards
    where active_from is not null
);

-- One row per plan with a card on a day. `instead` puts that card, active or not, in the place of its plan's.
create or replace macro cards_on(quoted_on, instead := null) as table
select card_id, plan_id, currency, volumetric_divisor, volumetric_from_mm
from active_cards
where active_from <= quoted_on
    and (active_to is null or quoted_on < active_to)
    and (
        instead::varchar is null
        or plan_id <> (select plan_id from rate_cards where card_id = instead::varchar)
    )
union all
select card_id, plan_id, currency, volumetric_divisor, volumetric_from_mm
from rate_cards
where card_id = instead::varchar;

-- One row per currency: the latest rate to CNY known on a day.
create or replace macro exchange_on(quoted_on) as table
select currency, arg_max(rate_e6, rate_on) as rate_e6
from fx_rates
where rate_on <= quoted_on
group by currency;

-- A postcode as surcharges compare it: letters and digits only.
create or replace macro bare_postcode(postcode) as
    upper(regexp_replace(coalesce(postcode, ''), '[^0-9A-Za-z]', '', 'g'));

-- One row per parcel and card with surcharges that touch it: percent of the freight for fuel, amount and rate per kg
-- for a remote area. Of several prefixes the longest counts, and a country before every country.
create or replace macro surcharges_for(parcels, quoted_on, instead := null) as table
with places as (
    select extra.* replace (place.country as country), extra.country <> '' as is_named
    from surcharges as extra
    inner join cards_on(quoted_on, instead := instead) as card
        on card.card_id = extra.card_id
    inner join (select distinct country from query_table(parcels)) as place
        on extra.country in ('', place.country)
),

prefixes as (
    select
        parcel.parcel_id,
        parcel.country,
        span.prefix_length,
        left(bare_postcode(parcel.postcode), span.prefix_length) as postcode_prefix
    from query_table(parcels) as parcel
    inner join (select distinct country, length(postcode_prefix) as prefix_length from places) as span
        on span.country = parcel.country
),

nearest as (
    select prefix.parcel_id, place.*
    from prefixes as prefix
    inner join places as place
        on place.country = prefix.country and place.postcode_prefix = prefix.postcode_prefix
    qualify row_number() over (
        partition by prefix.parcel_id, place.card_id, place.kind
        order by prefix.prefix_length desc, place.is_named desc
    ) = 1
)

select
    parcel_id,
    card_id,
    sum(percent_e2) filter (where kind = 'fuel')::bigint as fuel_percent_e2,
    sum(amount_minor) filter (where kind = 'remote_area')::bigint as remote_minor,
    sum(per_kg_e4) filter (where kind = 'remote_area')::bigint as remote_per_kg_e4
from nearest
group by parcel_id, card_id;

-- One row per rate: the actual or volumetric grams [from_g, to_g] it charges, minimum and rounding undone. Weights below
-- the minimum are charged as the minimum.
create or replace view rate_spans as
select
    *,
    case
        when min_billable_g > (min_g - 1) // increment_g * increment_g then 0
        else (min_g - 1) // increment_g * increment_g + 1
    end as from_g,
    case
        when min_billable_g > max_g // increment_g * increment_g then -1
        else max_g // increment_g * increment_g
    end as to_g
from rates;

-- One row per parcel of `parcels` (parcel_id, country, postcode, weight_g, length_mm, width_mm, height_mm,
-- cargo_class, declared_minor, declared_currency) and plan of a channel: what the carrier charges in the card's
-- currency and in CNY, or why it cannot (obstacles > 0, see lib/domain/plans.py Obstacle). Each part is rounded half
-- up to the minor unit by itself. card_id is the plan's card also where it has no rate for the parcel.
create or replace macro quotes_for(parcels, quoted_on, instead := null, sold := 'online') as table
with offered as (
    select
        plan.plan_id,
        plan.max_weight_g,
        plan.max_longest_mm,
        plan.max_sum_mm,
        plan.days_min,
        plan.days_max,
        card.card_id,
        card.currency,
        coalesce(card.volumetric_divisor, plan.volumetric_divisor) as divisor,
        coalesce(card.volumetric_from_mm, 0) as volumetric_from_mm,
        exchange.rate_e6,
        plan.max_declared_minor * cap.rate_e6 as max_declared_e6,
        cargo.classes as cargo_classes
    from plans as plan
    left join cards_on(quoted_on, instead := instead) as card
        on card.plan_id = plan.plan_id
    left join exchange_on(quoted_on) as exchange
        on exchange.currency = card.currency
    left join exchange_on(quoted_on) as cap
        on cap.currency = plan.max_declared_currency
    left join (select plan_id, list(cargo_class) as classes from plan_cargo group by plan_id) as cargo
        on cargo.plan_id = plan.plan_id
    where plan.channel = sold
),

measured as (
    select
        parcel.parcel_id,
        parcel.country,
        parcel.cargo_class,
        parcel.weight_g,
        greatest(parcel.length_mm, parcel.width_mm, parcel.height_mm) as longest_mm,
        parcel.length_mm + parcel.width_mm + parcel.height_mm as sum_mm,
        parcel.length_mm::double * parcel.width_mm * parcel.height_mm as volume_mm3,
        parcel.declared_minor * worth.rate_e6 as declared_e6
    from query_table(parcels) as parcel
    left join exchange_on(quoted_on) as worth
        on worth.currency = parcel.declared_currency
),

pairs as (
    select
        parcel.*,
        plan.*,
        case
            when plan.divisor is null or parcel.longest_mm < plan.volumetric_from_mm then parcel.weight_g
            else greatest(parcel.weight_g, ceil(parcel.volume_mm3 / plan.divisor)::bigint)
        end as needed_g,
        list_contains(plan.cargo_classes, parcel.cargo_class) as takes_cargo
    from measured as parcel
    cross join offered as plan
),

stopped as (
    select distinct stop.plan_id, place.country
    from stops_on(quoted_on) as stop
    inner join (select distinct country from query_table(parcels)) as place
        on stop.country in ('', place.country)
),

rated as (
    select
        pair.*,
        stop.plan_id is not null as is_stopped,
        rate.card_id is not null as is_rated,
        coalesce(rate.suspended, false) as is_suspended,
        (greatest(pair.needed_g, rate.min_billable_g) + rate.increment_g - 1)
            // rate.increment_g * rate.increment_g as chargeable_g,
        rate.item_fee_minor,
        rate.per_kg_e4,
        rate.first_g,
        coalesce(rate.first_fee_minor, 0) as first_minor,
        rate.step_g,
        rate.step_fee_minor as step_minor
    from pairs as pair
    left join rate_spans as rate
        on rate.card_id = pair.card_id
        and rate.country = pair.country
        and rate.cargo_class = pair.cargo_class
        and pair.needed_g >= rate.from_g
        and pair.needed_g <= rate.to_g
        -- Without its weight nothing is known of a parcel, whatever its size.
        and pair.weight_g is not null
    left join stopped as stop
        on stop.plan_id = pair.plan_id and stop.country = pair.country
),

priced as (
    select
        *,
        (per_kg_e4 * chargeable_g + 50000) // 100000 as weight_fee_minor,
        case when is_rated then first_minor end as first_fee_minor,
        case
            when is_rated
                then coalesce(greatest(chargeable_g - first_g + step_g - 1, 0) // step_g * step_minor, 0)
        end as step_fee_minor,
        item_fee_minor + weight_fee_minor + first_fee_minor + step_fee_minor as freight_minor
    from rated
)

select
    priced.parcel_id,
    priced.plan_id,
    priced.card_id,
    priced.chargeable_g,
    (
        case when priced.weight_g is null then 1 else 0 end
        + case when priced.weight_g > priced.max_weight_g then 2 else 0 end
        + case
            when priced.longest_mm > priced.max_longest_mm or priced.sum_mm > priced.max_sum_mm then 4
            else 0
        end
        + case when priced.takes_cargo then 0 else 8 end
        + case when priced.is_suspended then 16 else 0 end
        + case
            when not priced.is_rated
                and priced.takes_cargo
                and priced.weight_g is not null
                and priced.weight_g <= coalesce(priced.max_weight_g, priced.weight_g)
                then 32
            else 0
        end
        + case when priced.declared_e6 > priced.max_declared_e6 then 64 else 0 end
        + case when priced.is_stopped then 128 else 0 end
    )::integer as obstacles,
    priced.item_fee_minor,
    priced.weight_fee_minor,
    priced.first_fee_minor,
    priced.step_fee_minor,
    case
        when priced.is_rated
            then coalesce((priced.freight_minor * extra.fuel_percent_e2 + 5000) // 10000, 0)
    end as fuel_fee_minor,
    case
        when priced.is_rated
            then coalesce(
                extra.remote_minor + (extra.remote_per_kg_e4 * priced.chargeable_g + 50000) // 100000, 0
            )
    end as remote_fee_minor,
    priced.freight_minor + fuel_fee_minor + remote_fee_minor as fee_minor,
    case when priced.is_rated then priced.currency end as currency,
    ((fee_minor * priced.rate_e6 + 500000) // 1000000)::bigint as fee_cny_minor,
    priced.days_min,
    priced.days_max
from priced
left join surcharges_for(parcels, quoted_on, instead := instead) as extra
    on extra.parcel_id = priced.parcel_id and extra.card_id = priced.card_id;

-- One row per rated parcel that a policy (see lib/domain/plans.py Policy) has a plan for.
create or replace macro policy_winners(quoted, parcels, policy) as table
select quote.parcel_id, quote.plan_id
from query_table(quoted) as quote
inner join query_table(parcels) as parcel
    on parcel.parcel_id = quote.parcel_id
left join plans as own
    on own.plan_id = parcel.buyer_plan_id
where quote.obstacles = 0
    and (
        policy = 'cheapest'
        or (policy = 'buyers' and quote.plan_id = parcel.buyer_plan_id)
        or (
            policy = 'cheapest_not_slower'
            and (quote.plan_id = parcel.buyer_plan_id or quote.days_max <= own.days_max)
        )
    )
qualify row_number() over (
    partition by quote.parcel_id
    order by quote.fee_cny_minor, quote.days_max nulls last, quote.plan_id
) = 1;
