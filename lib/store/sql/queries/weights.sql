-- name: weighed_matched
-- One row per line of `weighed` (number, weight_g): the undecided shipment that its number names (by shipment, order,
-- LP, logistics order or tracking number); match_count says how many it names, any_count with those sent already.
with numbers as (
    select
        shipment_id,
        state in ('draft', 'refused') as is_open,
        unnest(list_distinct([shipment_id, order_id, logistics_order_id, lp_number, tracking_number])) as number
    from live_shipments
)

select
    line.number,
    line.weight_g,
    min(named.shipment_id) filter (where named.is_open) as shipment_id,
    count(named.shipment_id) filter (where named.is_open)::bigint as match_count,
    count(named.shipment_id)::bigint as any_count
from weighed as line
left join numbers as named
    on named.number = line.number
group by line.number, line.weight_g
order by line.number;

-- name: weighings_add
-- One row per line of `matched` (shipment_id, weight_g): what was known before is kept beside it.
insert into weighings (shipment_id, weight_g, was_g, source, weighed_by, weighed_at)
select line.shipment_id, line.weight_g, shipment.weight_g, $source, $weighed_by, $weighed_at
from matched as line
inner join shipments as shipment
    on shipment.shipment_id = line.shipment_id;

-- name: shipments_weigh
-- One row per shipment that has the weight of `matched` now.
update shipments
set weight_g = line.weight_g, weight_source = $source, changed_at = $changed_at
from matched as line
where line.shipment_id = shipments.shipment_id and shipments.state in ('draft', 'refused')
returning shipments.shipment_id;

-- name: weighings_of
-- One row per weighing of a shipment, the latest first.
select weight_g, was_g, source, weighed_by, weighed_at
from weighings
where shipment_id = $shipment_id
order by weighing_id desc;
