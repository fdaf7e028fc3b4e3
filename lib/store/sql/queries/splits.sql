-- name: splits_clear_units
-- Make room for units.
drop table if exists split_units;

-- name: splits_clear_parts
-- Make room for parts.
drop table if exists split_parts;

-- name: splits_clear_whole
-- Make room for what the drafts cost whole.
drop table if exists split_whole;

-- name: splits_clear_contents
-- Make room for what is in the parts.
drop table if exists split_contents;

-- name: splits_units
-- One row per unit of a rated draft that is over a limit of a plan to its country, or holds goods of several tariff
-- headings; $most_units at most in a parcel. place: the heaviest first.
create temp table split_units as
with served as (
    select distinct rate.card_id, rate.country
    from rates as rate
    where not rate.suspended
),

over as (
    select quote.parcel_id
    from quoted as quote
    inner join parcels as parcel
        on parcel.parcel_id = quote.parcel_id
    inner join served
        on served.card_id = quote.card_id and served.country = parcel.country
    where quote.obstacles & (2 + 4 + 64) > 0
    group by quote.parcel_id
),

candidates as (
    select shipment.shipment_id, over.parcel_id is not null as is_over
    from shipments as shipment
    inner join parcels as parcel
        on parcel.parcel_id = shipment.shipment_id
    left join over
        on over.parcel_id = parcel.parcel_id
    where shipment.state = 'draft'
        and shipment.weight_source = 'sku'
        and ($shipment_id::varchar is null or shipment.shipment_id = $shipment_id)
        and (over.parcel_id is not null or parcel.heading_count > 1)
        and (
            select sum(part.quantity)
            from shipment_lines as part
            where part.shipment_id = shipment.shipment_id
        ) between 2 and $most_units
)

select
    part.shipment_id,
    part.shop_id,
    part.order_id,
    part.line_no,
    line.sku,
    candidate.is_over,
    coalesce(left(unit.hs_code, 6), '') as heading,
    row_number() over (
        partition by part.shipment_id
        order by unit.weight_g desc nulls first, part.line_no, copy.copy_no
    ) - 1 as place
from candidates as candidate
inner join shipment_lines as part
    on part.shipment_id = candidate.shipment_id
inner join order_lines as line
    on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
left join units as unit
    on unit.sku = line.sku
cross join lateral (select unnest(range(part.quantity)) as copy_no) as copy;

-- name: splits_parts
-- One row per way to split, parcel of it and line in that. way: 'even_2' … 'even_5' deal the units out, heaviest first,
-- back and forth, so that the parcels weigh alike; 'heading' puts each tariff heading into a parcel of its own.
create temp table split_parts as
with dealt as (
    select
        unit.*,
        'even_' || ways.parcel_count as way,
        case
            when unit.place // ways.parcel_count % 2 = 0 then unit.place % ways.parcel_count
            else ways.parcel_count - 1 - unit.place % ways.parcel_count
        end + 1 as part_no
    from split_units as unit
    cross join (select unnest([2, 3, 4, 5]) as parcel_count) as ways
    where unit.is_over
    union all
    select unit.*, 'heading', dense_rank() over (partition by unit.shipment_id order by unit.heading)
    from split_units as unit
),

counted as (
    select *, max(part_no) over (partition by shipment_id, way) as parcel_count
    from dealt
)

select
    concat_ws('|', shipment_id, way, part_no) as parcel_id,
    shipment_id as draft_id,
    way,
    part_no::bigint as part_no,
    shop_id,
    order_id,
    line_no,
    sku,
    count(*)::bigint as quantity
from counted
where parcel_count between 2 and 5
    and (way = 'heading' or parcel_count = replace(way, 'even_', '')::bigint)
group by shipment_id, way, part_no, shop_id, order_id, line_no, sku;

-- name: splits_contents
-- One row per line of a parcel that a split would make, as `boxed` wants it.
create temp table split_contents as
select
    shop_id,
    order_id,
    parcel_id as shipment_id,
    sku,
    sum(quantity)::bigint as quantity,
    sum(quantity)::bigint as left_quantity
from split_parts
group by shop_id, order_id, parcel_id, line_no, sku;

-- name: splits_whole
-- One row per draft that could be split: what it costs whole, on its plan or else the cheapest, and what is due there.
create temp table split_whole as
select
    parcel.parcel_id as draft_id,
    quote.plan_id,
    quote.fee_cny_minor,
    (
        select sum((due.amount_minor * worth.rate_e6 + 500000) // 1000000)::bigint
        from landed_for('parcels', $quoted_on::date) as due
        inner join exchange_on($quoted_on::date) as worth
            on worth.currency = due.currency
        where due.parcel_id = parcel.parcel_id
    ) as landed_cny_minor
from parcels as parcel
inner join (select distinct shipment_id from split_units) as able
    on able.shipment_id = parcel.parcel_id
inner join shipments as shipment
    on shipment.shipment_id = parcel.parcel_id
left join quoted as quote
    on quote.parcel_id = parcel.parcel_id and quote.obstacles = 0
qualify row_number() over (
    partition by parcel.parcel_id
    order by
        coalesce(quote.plan_id = shipment.plan_id, false) desc,
        quote.fee_cny_minor nulls last,
        quote.days_max nulls last,
        quote.plan_id
) = 1;

-- name: splits_parcels
-- One row per parcel that a split would make.
create temp table parcels as
select
    box.shipment_id as parcel_id,
    receiver.country,
    receiver.postcode,
    box.weight_g,
    box.length_mm,
    box.width_mm,
    box.height_mm,
    box.cargo_class,
    box.declared_minor,
    box.declared_currency,
    heading.heading_count,
    null::varchar as buyer_plan_id
from boxed('split_contents') as box
inner join effective_receivers as receiver
    on receiver.shop_id = box.shop_id and receiver.order_id = box.order_id
inner join (
    select parcel_id, count(distinct coalesce(left(unit.hs_code, 6), ''))::bigint as heading_count
    from split_parts as part
    left join units as unit
        on unit.sku = part.sku
    group by parcel_id
) as heading
    on heading.parcel_id = box.shipment_id;

-- name: splits_best
-- One row per draft that costs less in several parcels than in one, or that no plan carries whole: the cheapest way.
-- Costs are freight by the cheapest plans and what is due at the destination, in CNY; parts is a list of parcels.
with placed as (
    select
        part.parcel_id,
        part.draft_id,
        part.way,
        part.part_no,
        quote.plan_id,
        quote.fee_cny_minor,
        parcel.weight_g,
        due.landed_cny_minor
    from (select distinct parcel_id, draft_id, way, part_no from split_parts) as part
    inner join parcels as parcel
        on parcel.parcel_id = part.parcel_id
    left join quoted as quote
        on quote.parcel_id = part.parcel_id and quote.obstacles = 0
    left join (
        select due.parcel_id, sum((due.amount_minor * worth.rate_e6 + 500000) // 1000000)::bigint as landed_cny_minor
        from landed_for('parcels', $quoted_on::date) as due
        inner join exchange_on($quoted_on::date) as worth
            on worth.currency = due.currency
        group by due.parcel_id
    ) as due
        on due.parcel_id = part.parcel_id
    qualify row_number() over (
        partition by part.parcel_id
        order by quote.fee_cny_minor nulls last, quote.days_max nulls last, quote.plan_id
    ) = 1
),

ways as (
    select
        draft_id,
        way,
        count(*)::bigint as parcel_count,
        sum(fee_cny_minor)::bigint as fee_cny_minor,
        sum(coalesce(landed_cny_minor, 0))::bigint as landed_cny_minor,
        list(weight_g order by part_no) as weights_g,
        list(plan_id order by part_no) as plan_ids
    from placed
    group by draft_id, way
    having count(plan_id) = count(*)
)

select
    way.draft_id as shipment_id,
    shipment.order_id,
    shipment.position,
    receiver.country,
    shipment.weight_g,
    whole.plan_id,
    whole.fee_cny_minor as whole_cny_minor,
    coalesce(whole.landed_cny_minor, 0)::bigint as whole_landed_cny_minor,
    way.way,
    way.parcel_count,
    way.fee_cny_minor as split_cny_minor,
    way.landed_cny_minor as split_landed_cny_minor,
    whole_cny_minor + whole_landed_cny_minor - split_cny_minor - split_landed_cny_minor as saved_cny_minor,
    way.weights_g,
    way.plan_ids
from ways as way
inner join split_whole as whole
    on whole.draft_id = way.draft_id
inner join shipments as shipment
    on shipment.shipment_id = way.draft_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where whole.fee_cny_minor is null or saved_cny_minor > 0
qualify row_number() over (
    partition by way.draft_id
    order by way.fee_cny_minor + way.landed_cny_minor, way.parcel_count, way.way
) = 1
order by saved_cny_minor desc nulls first, shipment.position;

-- name: splits_shipments_add
-- One row per parcel after the first of the chosen way: a draft of its own, at the end of the batch's list.
insert into shipments (
    shipment_id, shop_id, batch_id, order_id, position, state, weight_g, weight_source, length_mm, width_mm, height_mm,
    cargo_class, declared_minor, declared_currency, created_at, changed_at
)
select
    draft.batch_id || '-' || lpad((last.position + part.part_no - 1)::varchar, 5, '0'),
    draft.shop_id,
    draft.batch_id,
    draft.order_id,
    last.position + part.part_no - 1,
    'draft',
    null,
    'sku',
    null,
    null,
    null,
    draft.cargo_class,
    null,
    null,
    $created_at,
    $created_at
from (select distinct draft_id, part_no from split_parts where way = $way and part_no > 1) as part
inner join shipments as draft
    on draft.shipment_id = part.draft_id and draft.state = 'draft'
cross join (
    select max(position) as position
    from shipments
    where batch_id = (select batch_id from shipments where shipment_id = $shipment_id)
) as last
where part.draft_id = $shipment_id
returning shipment_id;

-- name: splits_events_add
-- One event row per new draft of a split.
insert into shipment_events (shipment_id, from_state, state, happened_at, done_by, note)
select id, null, 'draft', $happened_at, $done_by, 'split ' || $shipment_id
from chosen;

-- name: splits_lines_clear
-- The split draft's lines, before they are dealt out anew.
delete from shipment_lines
where shipment_id = $shipment_id;

-- name: splits_lines_add
-- One row per line of each parcel of the chosen way; the first parcel is the draft itself.
insert into shipment_lines
select
    case
        when part.part_no = 1 then part.draft_id
        else draft.batch_id || '-' || lpad(($last_position + part.part_no - 1)::varchar, 5, '0')
    end,
    part.shop_id,
    part.order_id,
    part.line_no,
    sum(part.quantity)::bigint
from split_parts as part
inner join shipments as draft
    on draft.shipment_id = part.draft_id
where part.draft_id = $shipment_id and part.way = $way
group by part.part_no, part.draft_id, draft.batch_id, part.shop_id, part.order_id, part.line_no;

-- name: splits_measure
-- One row per parcel of a split: what it weighs and measures by its own contents.
update shipments
set
    weight_g = parcel.weight_g,
    length_mm = parcel.length_mm,
    width_mm = parcel.width_mm,
    height_mm = parcel.height_mm,
    cargo_class = parcel.cargo_class,
    declared_minor = parcel.declared_minor,
    declared_currency = parcel.declared_currency,
    plan_id = null,
    rule_id = null,
    locked = false,
    changed_at = $changed_at
from draft_parcels as parcel
inner join chosen
    on chosen.id = parcel.shipment_id
where parcel.shipment_id = shipments.shipment_id
returning shipments.shipment_id;

-- name: split_last_position
-- One row: the last place in the batch of a draft.
select max(position) as position
from shipments
where batch_id = (select batch_id from shipments where shipment_id = $shipment_id and state = 'draft');

-- name: shared_receivers
-- One row per receiver of several orders in a batch's drafts: how many, which, and together how heavy.
select
    receiver.country,
    count(*)::bigint as order_count,
    string_agg(shipment.order_id, ', ' order by shipment.position) as order_ids,
    sum(shipment.weight_g)::bigint as weight_g
from (
    select shop_id, order_id, min(position) as position, sum(weight_g) as weight_g
    from shipments
    where batch_id = $batch_id and state in ('draft', 'refused')
    group by shop_id, order_id
) as shipment
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where receiver.address <> ''
group by
    shipment.shop_id,
    receiver.country,
    lower(trim(receiver.name)),
    lower(trim(receiver.city)),
    lower(trim(receiver.address)),
    bare_postcode(receiver.postcode)
having count(*) > 1
order by order_count desc, order_ids;
