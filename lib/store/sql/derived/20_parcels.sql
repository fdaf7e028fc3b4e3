-- Parcels: what the rest of an order would weigh and measure.

-- One row per order: the parcel that everything no shipment holds yet would make; once all of it is in
-- shipments, everything still open. weight_g is null while a unit's weight is unknown. Sizes of several units
-- are an estimate: a box of their volume, as long as the longest.
create or replace view order_parcels as
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
