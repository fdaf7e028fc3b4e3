-- name: what_if_kinds
-- One row per kind of parcel that was sent: alike in everything a quote, the plan it went on and the buyer's choice depend
-- on, with how many. A postcode counts as far as surcharges look at it.
create or replace temp table what_if_kinds as
with spans as (
    select coalesce(max(length(postcode_prefix)), 0)::bigint as prefix_length
    from surcharges
)

select
    row_number() over ()::bigint as kind_id,
    dense_rank() over (
        order by country, area, weight_g, length_mm, width_mm, height_mm, cargo_class, declared_minor, declared_currency
    )::bigint as parcel_id,
    *
from (
    select
        country,
        left(postcode, spans.prefix_length) as area,
        weight_g,
        length_mm,
        width_mm,
        height_mm,
        cargo_class,
        declared_minor,
        declared_currency,
        plan_id,
        buyer_plan_id,
        count(*)::bigint as parcel_count
    from cost_parcels
    cross join spans
    where ($countries::varchar[] is null or list_contains($countries, country))
    group by all
);

-- name: what_if_shapes
-- One row per kind of parcel as quotes see it: alike but for the plan.
create or replace temp table what_if_shapes as
select distinct
    parcel_id, country, area as postcode, weight_g, length_mm, width_mm, height_mm, cargo_class, declared_minor,
    declared_currency
from what_if_kinds;

-- name: what_if_lighter
-- One row per kind of parcel with packaging so many grams lighter; a parcel never weighs less than 1 g.
create or replace temp table what_if_lighter as
select * replace (greatest(weight_g - $lighter_g, 1) as weight_g)
from what_if_shapes;

-- name: what_if_before
-- One row per kind of parcel and plan that can carry it: its fee today.
create or replace temp table what_if_before as
select parcel_id, plan_id, fee_minor, currency, fee_cny_minor, days_max
from quotes_for('what_if_shapes', $quoted_on)
where obstacles = 0;

-- name: what_if_after
-- One row per kind of parcel and plan that can carry it: its fee by another card, with lighter packaging, at another rate.
create or replace temp table what_if_after as
select
    parcel_id,
    plan_id,
    fee_minor,
    currency,
    case when currency = $rate_currency then converted(fee_minor, $rate_e6::bigint) else fee_cny_minor end as fee_cny_minor,
    days_max
from quotes_for('what_if_lighter', $quoted_on, instead := $card_id)
where obstacles = 0;

-- name: what_if_made
-- One row per kind of parcel: the plan it went on and its fee today, and the plan it would go on and that one's fee. Policy
-- 'sent' leaves each on its plan. after_plan null: no plan would carry it by this policy.
create or replace temp table what_if_made as
with winners as (
    select
        kind.kind_id,
        arg_min(
            {'plan_id': after.plan_id, 'fee_cny': after.fee_cny_minor},
            {'fee': after.fee_cny_minor, 'days': coalesce(after.days_max, 9999), 'plan_id': after.plan_id}
        ) as best
    from what_if_kinds as kind
    inner join what_if_after as after
        on after.parcel_id = kind.parcel_id
    left join plans as own
        on own.plan_id = kind.buyer_plan_id
    where ($policy = 'sent' and after.plan_id = kind.plan_id)
        or $policy = 'cheapest'
        or ($policy = 'buyers' and after.plan_id = kind.buyer_plan_id)
        or (
            $policy = 'cheapest_not_slower'
            and (after.plan_id = kind.buyer_plan_id or after.days_max <= own.days_max)
        )
    group by kind.kind_id
)

select
    kind.*,
    before.fee_cny_minor as before_cny,
    winner.best.plan_id as after_plan,
    winner.best.fee_cny as after_cny
from what_if_kinds as kind
left join what_if_before as before
    on before.parcel_id = kind.parcel_id and before.plan_id = kind.plan_id
left join winners as winner
    on winner.kind_id = kind.kind_id;

-- name: what_if_total
-- One row: parcels rated both ways and what they cost, how many flip to another plan, and those that cannot be compared.
select
    coalesce(sum(parcel_count), 0)::bigint as parcel_count,
    coalesce(sum(parcel_count) filter (where before_cny is not null and after_cny is not null), 0)::bigint as rated_count,
    coalesce(sum(parcel_count) filter (where before_cny is null), 0)::bigint as unrated_count,
    coalesce(sum(parcel_count) filter (where after_plan is null), 0)::bigint as planless_count,
    coalesce(sum(parcel_count) filter (where after_plan <> plan_id), 0)::bigint as flip_count,
    coalesce(sum(before_cny * parcel_count) filter (where after_cny is not null), 0)::bigint as before_cny,
    coalesce(sum(after_cny * parcel_count) filter (where before_cny is not null), 0)::bigint as after_cny
from what_if_made;

-- name: what_if_by_plan
-- One row per plan that parcels went on and plan they would go on: parcels rated both ways, and what they cost.
select
    plan_id,
    after_plan,
    sum(parcel_count)::bigint as parcel_count,
    sum(before_cny * parcel_count)::bigint as before_cny,
    sum(after_cny * parcel_count)::bigint as after_cny
from what_if_made
where before_cny is not null and after_cny is not null
group by plan_id, after_plan
order by abs(sum((after_cny - before_cny) * parcel_count)) desc, plan_id, after_plan;

-- name: what_if_by_country
-- One row per country: parcels rated both ways, how many flip, and what they cost.
select
    country,
    sum(parcel_count)::bigint as parcel_count,
    coalesce(sum(parcel_count) filter (where after_plan <> plan_id), 0)::bigint as flip_count,
    sum(before_cny * parcel_count)::bigint as before_cny,
    sum(after_cny * parcel_count)::bigint as after_cny
from what_if_made
where before_cny is not null and after_cny is not null
group by country
order by abs(sum((after_cny - before_cny) * parcel_count)) desc, country;

-- name: what_if_flips
-- One row per parcel that would go on another plan, the largest difference first.
with kinds as (
    select *, sum(parcel_count) over (
        order by abs(after_cny - before_cny) desc nulls last, kind_id rows between unbounded preceding and 1 preceding
    ) as before_count
    from what_if_made
    where after_plan <> plan_id
),

-- So many kinds that their parcels fill the page.
first as (
    select *
    from kinds
    where coalesce(before_count, 0) < $page_size
)

select
    cost.shipment_id,
    cost.order_id,
    cost.country,
    cost.weight_g,
    cost.created_on,
    kind.plan_id,
    kind.before_cny,
    kind.after_plan,
    kind.after_cny,
    kind.after_cny - kind.before_cny as difference_cny
from cost_parcels as cost
inner join first as kind
    on kind.country = cost.country
    and kind.area = left(cost.postcode, length(kind.area))
    and kind.weight_g is not distinct from cost.weight_g
    and kind.length_mm is not distinct from cost.length_mm
    and kind.width_mm is not distinct from cost.width_mm
    and kind.height_mm is not distinct from cost.height_mm
    and kind.cargo_class = cost.cargo_class
    and kind.declared_minor is not distinct from cost.declared_minor
    and kind.declared_currency is not distinct from cost.declared_currency
    and kind.plan_id = cost.plan_id
    and kind.buyer_plan_id is not distinct from cost.buyer_plan_id
order by abs(kind.after_cny - kind.before_cny) desc nulls last, cost.shipment_id
limit $page_size;
