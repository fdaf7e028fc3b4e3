-- Parcels: what goods weigh and measure once they are packed.

-- One row per parcel of `contents` (shop_id, order_id, shipment_id, sku, quantity, left_quantity; one row per line).
-- weight_g is null while a unit's weight is unknown. Sizes of several units are an estimate: a box of their volume,
-- as long as the longest. Packaging is that of the band the contents weigh in; where every SKU has packaging of its
-- own, the heaviest of those, else the heavier of both.
create or replace macro boxed(contents) as table
with sums as (
    select
        packed.shop_id,
        packed.order_id,
        packed.shipment_id,
        count(*)::bigint as line_count,
        sum(packed.quantity)::bigint as unit_count,
        sum(packed.left_quantity)::bigint as left_count,
        count(*) filter (where unit.weight_g is null)::bigint as unweighed_count,
        sum(unit.weight_g * packed.quantity)::bigint as contents_g,
        max(unit.packaging_g) as own_packaging_g,
        bool_and(unit.packaging_g is not null) as packs_itself,
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
    from query_table(contents) as packed
    left join units as unit
        on unit.sku = packed.sku
    where packed.quantity > 0
    group by packed.shop_id, packed.order_id, packed.shipment_id
),

boxes as (
    select
        *,
        greatest(longest_mm, ceil(cbrt(volume_mm3)))::bigint as box_length_mm
    from sums
)

select
    box.shop_id,
    box.order_id,
    box.shipment_id,
    box.line_count,
    box.unit_count,
    box.left_count,
    box.unweighed_count,
    case
        when box.unweighed_count = 0
            then box.contents_g
                + case
                    when box.packs_itself then box.own_packaging_g
                    else greatest(coalesce(pack.packaging_g, 0), coalesce(box.own_packaging_g, 0))
                end
    end as weight_g,
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

-- One row per open order line: what no shipment holds yet; once all of the order is in shipments, all of it.
create or replace view open_contents as
select
    shop_id,
    order_id,
    null::varchar as shipment_id,
    sku,
    greatest(left_quantity, 0) as left_quantity,
    case
        when bool_or(left_quantity > 0) over (partition by shop_id, order_id)
            then greatest(left_quantity, 0)
        else open_quantity
    end as quantity
from line_balances
where open_quantity > 0;

-- One row per order: the parcel that everything open of it would make. What another program weighed replaces the computed
-- weight where the parcel is the whole order.
create or replace view order_parcels as
select
    box.* exclude (shipment_id) replace (coalesce(whole.weighed_g, box.weight_g) as weight_g),
    case when whole.weighed_g is null then 'sku' else 'file' end as weight_source
from boxed('open_contents') as box
left join (
    select o.shop_id, o.order_id, o.weighed_g, sum(line.quantity)::bigint as unit_count
    from orders as o
    inner join order_lines as line
        on line.shop_id = o.shop_id and line.order_id = o.order_id
    where o.weighed_g > 0 and line.sku not in (select sku from charges)
    group by o.shop_id, o.order_id, o.weighed_g
) as whole
    on whole.shop_id = box.shop_id and whole.order_id = box.order_id and whole.unit_count = box.unit_count;

-- One row per line of a draft.
create or replace view draft_contents as
select
    part.shop_id,
    part.order_id,
    part.shipment_id,
    line.sku,
    part.quantity,
    part.quantity as left_quantity
from shipment_lines as part
inner join shipments as shipment
    on shipment.shipment_id = part.shipment_id and shipment.state = 'draft'
inner join order_lines as line
    on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no;

-- One row per draft: what it measures by the product table of now, and weighs, unless it was weighed.
create or replace view draft_parcels as
select
    box.* replace (
        case when shipment.weight_source = 'sku' then box.weight_g else shipment.weight_g end as weight_g
    )
from boxed('draft_contents') as box
inner join shipments as shipment
    on shipment.shipment_id = box.shipment_id;
