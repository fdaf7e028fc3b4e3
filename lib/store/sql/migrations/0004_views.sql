-- What is derived and never stored. A later migration replaces a view or macro whole.

-- One row per order: where its parcels go, as corrected if somebody corrected it.
create view effective_receivers as
select *
from receivers
qualify row_number() over (partition by shop_id, order_id order by version = 'corrected' desc) = 1;

-- One row per SKU: what one unit sold weighs and measures, pairs followed one step.
create view units as
select
    product.sku,
    coalesce(known.weight_g, product.weight_g) * coalesce(product.paired_quantity, 1) as weight_g,
    coalesce(known.length_mm, product.length_mm) as length_mm,
    coalesce(known.width_mm, product.width_mm) as width_mm,
    coalesce(known.height_mm, product.height_mm) * coalesce(product.paired_quantity, 1) as height_mm,
    coalesce(known.cargo_class, product.cargo_class) as cargo_class,
    coalesce(known.declared_name_zh, product.declared_name_zh) as declared_name_zh,
    coalesce(known.declared_name_en, product.declared_name_en) as declared_name_en,
    coalesce(known.declared_minor, product.declared_minor) * coalesce(product.paired_quantity, 1)
        as declared_minor,
    coalesce(known.declared_currency, product.declared_currency) as declared_currency,
    coalesce(known.hs_code, product.hs_code) as hs_code,
    coalesce(known.shelf, product.shelf) as shelf
from products as product
left join products as known
    on known.sku = product.paired_sku;

-- One row per shipment that still holds quantities of its order.
create view live_shipments as
select *
from shipments
where state not in ('cancelled', 'closed', 'voided');

-- One row per order line: how many of it no live shipment holds yet (left_quantity).
create view line_balances as
select
    line.shop_id,
    line.order_id,
    line.line_no,
    line.sku,
    line.quantity - coalesce(line.shipped_quantity, 0) as open_quantity,
    line.quantity - coalesce(line.shipped_quantity, 0) - coalesce(held.quantity, 0) as left_quantity,
    line.shipped_quantity is null as rest_unknown
from order_lines as line
left join (
    select
        part.shop_id,
        part.order_id,
        part.line_no,
        sum(part.quantity)::bigint as quantity
    from shipment_lines as part
    inner join live_shipments as shipment
        on shipment.shipment_id = part.shipment_id
    group by part.shop_id, part.order_id, part.line_no
) as held
    on held.shop_id = line.shop_id
    and held.order_id = line.order_id
    and held.line_no = line.line_no;

-- One row per order: the parcel that everything no shipment holds yet would make; once all of it is in
-- shipments, everything still open. weight_g is null while a unit's weight is unknown. Sizes of several units
-- are an estimate: a box of their volume, as long as the longest.
create view order_parcels as
with packed as (
    select
        shop_id,
        order_id,
        sku,
        greatest(left_quantity, 0) as left_quantity,
        case
            when bool_or(left_quantity > 0) over (partition by shop_id, order_id)
                then greatest(left_quantity, 0)
            else open_quantity
        end as quantity
    from line_balances
    where open_quantity > 0
),

contents as (
    select
        packed.shop_id,
        packed.order_id,
        count(*)::bigint as line_count,
        sum(packed.quantity)::bigint as unit_count,
        sum(packed.left_quantity)::bigint as left_count,
        count(*) filter (where unit.weight_g is null)::bigint as unweighed_count,
        sum(unit.weight_g * packed.quantity)::bigint as contents_g,
        max(unit.length_mm) as longest_mm,
        max(unit.width_mm) as widest_mm,
        max(unit.height_mm) as highest_mm,
        sum(unit.length_mm * unit.width_mm * unit.height_mm * packed.quantity)::double as volume_mm3,
        case
            when bool_or(unit.cargo_class = 'special') then 'special'
            when bool_or(unit.cargo_class = 'battery') then 'battery'
            else 'general'
        end as cargo_class,
        sum(unit.declared_minor * packed.quantity)::bigint as declared_minor,
        max(unit.declared_currency) as declared_currency
    from packed
    left join units as unit
        on unit.sku = packed.sku
    where packed.quantity > 0
    group by packed.shop_id, packed.order_id
),

boxes as (
    select
        *,
        greatest(longest_mm, ceil(cbrt(volume_mm3)))::bigint as box_length_mm
    from contents
)

select
    box.shop_id,
    box.order_id,
    box.line_count,
    box.unit_count,
    box.left_count,
    box.unweighed_count,
    case when box.unweighed_count = 0 then box.contents_g + coalesce(pack.packaging_g, 0) end as weight_g,
    box.box_length_mm as length_mm,
    case
        when box.unit_count = 1 then box.widest_mm
        else ceil(sqrt(box.volume_mm3 / box.box_length_mm))::bigint
    end as width_mm,
    case
        when box.unit_count = 1 then box.highest_mm
        else ceil(sqrt(box.volume_mm3 / box.box_length_mm))::bigint
    end as height_mm,
    box.cargo_class,
    box.declared_minor,
    box.declared_currency
from boxes as box
left join packaging as pack
    on box.contents_g between pack.min_g and pack.max_g;

-- One row per order and thing that keeps it out of a batch, whatever the time. Holds depend on the time and
-- are added where it is known.
create view order_blocks as
select shop_id, order_id, 'status' as code, 'status' as field, status_label as value
from orders
where status not in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
union all
select shop_id, order_id, 'unknown_rest', 'quantity', ''
from line_balances
group by shop_id, order_id
having bool_or(rest_unknown)
union all
select shop_id, order_id, 'taken', 'quantity', ''
from line_balances
group by shop_id, order_id
having sum(greatest(left_quantity, 0)) = 0
union all
select distinct balance.shop_id, balance.order_id, 'unknown_sku', 'sku', balance.sku
from line_balances as balance
anti join products as product
    on product.sku = balance.sku
union all
select distinct balance.shop_id, balance.order_id, 'missing_weight', 'sku', balance.sku
from line_balances as balance
inner join units as unit
    on unit.sku = balance.sku
where unit.weight_g is null
union all
select distinct balance.shop_id, balance.order_id, 'missing_declaration', 'sku', balance.sku
from line_balances as balance
inner join units as unit
    on unit.sku = balance.sku
where unit.declared_name_zh is null or unit.declared_name_en is null or unit.declared_minor is null
union all
select shop_id, order_id, code, field, value
from findings;

-- One row per order that awaits shipment, with what an operator chooses by. Overdue first, then by deadline.
create macro awaiting_orders(now_at) as table
select
    o.shop_id,
    o.order_id,
    o.status,
    o.status = 'SELLER_PART_SEND_GOODS' as partly_shipped,
    o.ordered_at,
    o.paid_at,
    o.ship_by_at,
    o.ship_by_at < now_at as overdue,
    receiver.name as receiver_name,
    receiver.country,
    receiver.city,
    o.buyer_service,
    o.buyer_plan_id,
    o.currency,
    o.total_minor,
    coalesce(o.note, '') as note,
    coalesce(parcel.line_count, 0) as line_count,
    coalesce(parcel.unit_count, 0) as unit_count,
    parcel.weight_g,
    parcel.cargo_class,
    hold.reason as hold_reason,
    hold.until_at as hold_until_at,
    coalesce(parcel.left_count, 0) = 0 as in_batch,
    place.batch_id,
    place.state as shipment_state,
    coalesce(block.codes, []) as block_codes
from orders as o
inner join effective_receivers as receiver
    on receiver.shop_id = o.shop_id and receiver.order_id = o.order_id
left join order_parcels as parcel
    on parcel.shop_id = o.shop_id and parcel.order_id = o.order_id
left join (
    select shop_id, order_id, arg_max(reason, hold_id) as reason, arg_max(until_at, hold_id) as until_at
    from holds
    where released_at is null and (until_at is null or until_at > now_at)
    group by shop_id, order_id
) as hold
    on hold.shop_id = o.shop_id and hold.order_id = o.order_id
left join (
    select shop_id, order_id, max(batch_id) as batch_id, max(state) as state
    from live_shipments
    group by shop_id, order_id
) as place
    on place.shop_id = o.shop_id and place.order_id = o.order_id
left join (
    select shop_id, order_id, list(distinct code order by code) as codes
    from order_blocks
    where code not in ('status', 'taken')
    group by shop_id, order_id
) as block
    on block.shop_id = o.shop_id and block.order_id = o.order_id
where o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS');

-- One row per awaiting order that matches the Orders page's filters; a null filter lets everything through.
create macro matching_orders(
    now_at, shops, countries, services, due_before, with_note, several, on_hold, blocked, partly, placed, wanted
) as table
select *
from awaiting_orders(now_at)
where (shops is null or list_contains(shops, shop_id))
    and (countries is null or list_contains(countries, country))
    and (services is null or list_contains(services, coalesce(buyer_service, '')))
    and (due_before is null or ship_by_at < due_before)
    and (with_note is null or (note <> '') = with_note)
    and (several is null or (line_count > 1) = several)
    and (on_hold is null or (hold_reason is not null) = on_hold)
    and (blocked is null or (len(block_codes) > 0) = blocked)
    and (partly is null or partly_shipped = partly)
    and (placed is null or in_batch = placed)
    and (wanted is null or order_id like '%' || wanted || '%');

-- One row per parcel of `parcels` (parcel_id, country, weight_g, length_mm, width_mm, height_mm, cargo_class)
-- and plan: what the carrier charges in the card's currency and in CNY, or why it cannot (obstacles > 0, see
-- lib/domain/plans.py Obstacle). Each part is rounded half up to the minor unit by itself.
create macro quotes_for(parcels, quoted_on) as table
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
create macro policy_winners(quoted, parcels, policy) as table
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
