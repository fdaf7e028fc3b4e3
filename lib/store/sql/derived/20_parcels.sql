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

-- One row per order: the parcel that everything open of it would make.
create or replace view order_parcels as
select * exclude (shipment_id)
from boxed('open_contents');

-- One row per line of a draft whose weight comes from the product table.
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
    on shipment.shipment_id = part.shipment_id and shipment.state = 'draft' and shipment.weight_source = 'sku'
inner join order_lines as line
    on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no;

-- One row per such draft: what it weighs and measures by the product table of now.
create or replace view draft_parcels as
select *
from boxed('draft_contents');
