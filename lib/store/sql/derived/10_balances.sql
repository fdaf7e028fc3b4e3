-- Receivers, units and what is left of order lines.

-- One row per order: where its parcels go, as corrected if somebody corrected it.
create or replace view effective_receivers as
select *
from receivers
qualify row_number() over (partition by shop_id, order_id order by version = 'corrected' desc) = 1;

-- One row per SKU: what one unit sold weighs and measures, pairs followed one step.
create or replace view units as
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
create or replace view live_shipments as
select *
from shipments
where state not in ('cancelled', 'closed', 'voided');

-- One row per order line: how many of it no live shipment holds yet (left_quantity).
create or replace view line_balances as
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
