-- name: repack_lines_add
-- One row per line of a parcel, in the draft that is made in its place.
insert into shipment_lines
select $new_id, shop_id, order_id, line_no, quantity
from shipment_lines
where shipment_id = $shipment_id;

-- name: repack_event_add
-- One event row: the new draft, and in whose place it was made.
insert into shipment_events (shipment_id, from_state, state, happened_at, done_by, note)
values ($new_id, null, 'draft', $made_at, $done_by, 'repacked ' || $shipment_id);

-- name: repack_of
-- One row: the parcel in whose place a shipment was made.
select split_part(note, ' ', 2) as shipment_id
from shipment_events
where shipment_id = $shipment_id and from_state is null and starts_with(note, 'repacked ');

-- name: repack_unit
-- One row when a draft holds one SKU that is not paired, and was weighed by a scale: what one unit weighs by the product
-- table (stored_g), how many it holds, and by how much the whole weighs more than computed (over_g; less below zero).
select
    min(line.sku) as sku,
    min(unit.weight_g)::bigint as stored_g,
    sum(part.quantity)::bigint as unit_count,
    min(shipment.weight_g - box.weight_g)::bigint as over_g
from shipments as shipment
inner join boxed('draft_contents') as box
    on box.shipment_id = shipment.shipment_id
inner join shipment_lines as part
    on part.shipment_id = shipment.shipment_id
inner join order_lines as line
    on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
inner join products as product
    on product.sku = line.sku and product.paired_sku is null
inner join units as unit
    on unit.sku = line.sku
where shipment.shipment_id = $shipment_id and shipment.weight_source = 'scale' and shipment.state = 'draft'
having count(distinct line.sku) = 1
    and sum(part.quantity) = (select sum(quantity) from shipment_lines where shipment_id = $shipment_id);
