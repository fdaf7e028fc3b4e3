-- name: split_add
-- One row: a draft beside another of the same order and batch, at the end of the list.
insert into shipments (
    shipment_id, shop_id, batch_id, order_id, position, state, plan_id, locked, undeliverable, own_undeliverable,
    handover_mode, weight_source, cargo_class, created_at, changed_at, rule_id
)
select
    shipment.batch_id || '-' || lpad((last.position + 1)::varchar, 5, '0'),
    shipment.shop_id,
    shipment.batch_id,
    shipment.order_id,
    last.position + 1,
    'draft',
    shipment.plan_id,
    shipment.locked,
    shipment.undeliverable,
    shipment.own_undeliverable,
    shipment.handover_mode,
    'sku',
    shipment.cargo_class,
    $split_at,
    $split_at,
    shipment.rule_id
from shipments as shipment
inner join (
    select batch_id, max(position) as position
    from shipments
    group by batch_id
) as last
    on last.batch_id = shipment.batch_id
where shipment.shipment_id = $shipment_id
returning shipment_id;

-- name: split_lines_add
-- One row per line of `parts` (line_no, quantity) that moves into the new draft.
insert into shipment_lines
select $new_id, line.shop_id, line.order_id, line.line_no, parts.quantity
from shipment_lines as line
inner join parts
    on parts.line_no = line.line_no
where line.shipment_id = $shipment_id;

-- name: split_lines_reduce
-- What moved is in the old draft no more.
update shipment_lines
set quantity = shipment_lines.quantity - parts.quantity
from parts
where parts.line_no = shipment_lines.line_no and shipment_lines.shipment_id = $shipment_id;

-- name: split_lines_tidy
-- A line of which nothing is left is none.
delete from shipment_lines
where shipment_id = $shipment_id and quantity = 0;

-- name: split_weight_forget
-- A weight of the whole says nothing of its parts.
update shipments
set weight_source = 'sku', changed_at = $split_at
where shipment_id = $shipment_id;

-- name: split_event_add
-- One event row: the new draft, and of which it is a part.
insert into shipment_events (shipment_id, from_state, state, happened_at, done_by, note)
values ($new_id, null, 'draft', $split_at, $done_by, 'split ' || $shipment_id);
