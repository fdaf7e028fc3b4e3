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
