-- Quotes: every parcel against every plan, and the plan a policy takes.

-- One row per parcel of `parcels` (parcel_id, country, weight_g, length_mm, width_mm, height_mm, cargo_class)
-- and plan: what the carrier charges in the card's currency and in CNY, or why it cannot (obstacles > 0, see
-- lib/domain/plans.py Obstacle). Each part is rounded half up to the minor unit by itself.
create or replace macro quotes_for(parcels, quoted_on) as table
with cards as (
    select *
    from rate_cards
    where valid_from <= quoted_on and (valid_to is null or quoted_on < valid_to)
    qualify row_number() over (partition by plan_id order by valid_from desc, card_id) = 1
),

exchange as (
    select currency, arg_max(rate_e6, rate_on) as rate_e6
    from fx_rates
    where rate_on <= quoted_on
    group by currency
),

rated as (
    select
        parcel.parcel_id,
        card.card_id,
        card.plan_id,
        card.currency,
        rate.suspended,
        greatest(
            rate.min_billable_g,
            parcel.weight_g,
            coalesce(
                ceil(
                    parcel.length_mm::double * parcel.width_mm * parcel.height_mm / plan.volumetric_divisor
                )::bigint,
                0
            )
        ) as needed_g,
        ceil(needed_g / rate.increment_g)::bigint * rate.increment_g as chargeable_g,
        rate.item_fee_minor,
        (rate.per_kg_e4 * chargeable_g + 50000) // 100000 as weight_fee_minor,
        coalesce(rate.first_fee_minor, 0) as first_fee_minor,
        coalesce(
            ceil(greatest(chargeable_g - rate.first_g, 0) / rate.step_g)::bigint * rate.step_fee_minor, 0
        ) as step_fee_minor
    from query_table(parcels) as parcel
    inner join rates as rate
        on rate.country = parcel.country and rate.cargo_class = parcel.cargo_class
    inner join cards as card
        on card.card_id = rate.card_id
    inner join plans as plan
        on plan.plan_id = card.plan_id
    where chargeable_g between rate.min_g and rate.max_g
)

select
    parcel.parcel_id,
    plan.plan_id,
    rated.card_id,
    rated.chargeable_g,
    (
        case when parcel.weight_g is null then 1 else 0 end
        + case when parcel.weight_g > plan.max_weight_g then 2 else 0 end
        + case
            when greatest(parcel.length_mm, parcel.width_mm, parcel.height_mm) > plan.max_longest_mm
                or parcel.length_mm + parcel.width_mm + parcel.height_mm > plan.max_sum_mm
                then 4
            else 0
        end
        + case when cargo.plan_id is null then 8 else 0 end
        + case when rated.suspended then 16 else 0 end
        + case
            when rated.parcel_id is null
                and cargo.plan_id is not null
                and parcel.weight_g is not null
                and parcel.weight_g <= coalesce(plan.max_weight_g, parcel.weight_g)
                then 32
            else 0
        end
    )::integer as obstacles,
    rated.item_fee_minor,
    rated.weight_fee_minor,
    rated.first_fee_minor,
    rated.step_fee_minor,
    rated.item_fee_minor + rated.weight_fee_minor + rated.first_fee_minor + rated.step_fee_minor as fee_minor,
    rated.currency,
    ((fee_minor * exchange.rate_e6 + 500000) // 1000000)::bigint as fee_cny_minor,
    plan.days_min,
    plan.days_max
from query_table(parcels) as parcel
cross join plans as plan
left join rated
    on rated.parcel_id = parcel.parcel_id and rated.plan_id = plan.plan_id
left join plan_cargo as cargo
    on cargo.plan_id = plan.plan_id and cargo.cargo_class = parcel.cargo_class
left join exchange
    on exchange.currency = rated.currency;

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
