-- name: conflicts_open
-- One row per field of an order in a batch of which a file said something else than the desk keeps, unsettled.
select conflict.*, import.file, place.batch_id
from open_conflicts as conflict
inner join imports as import
    on import.import_id = conflict.import_id
left join (
    select shop_id, order_id, max(batch_id) as batch_id
    from live_shipments
    group by shop_id, order_id
) as place
    on place.shop_id = conflict.shop_id and place.order_id = conflict.order_id
order by conflict.found_at desc, conflict.order_id, conflict.field;

-- name: conflicts_keep
-- One row per chosen conflict: ours stands.
update order_conflicts
set settled_at = $settled_at, settled_by = $settled_by, settled_how = 'kept'
from open_conflicts as conflict
inner join chosen
    on chosen.id = conflict.conflict_id
where order_conflicts.import_id = conflict.import_id
    and order_conflicts.shop_id = conflict.shop_id
    and order_conflicts.order_id = conflict.order_id
    and order_conflicts.field = conflict.field
returning order_conflicts.order_id;

-- name: conflicts_with_receivers
-- One row per chosen conflict, and per other one of the same receiver: an address is taken whole or not at all.
select conflict_id
from open_conflicts
where conflict_id in (select id from chosen)
union
select other.conflict_id
from open_conflicts as conflict
inner join chosen
    on chosen.id = conflict.conflict_id
inner join open_conflicts as other
    on other.shop_id = conflict.shop_id and other.order_id = conflict.order_id
where conflict.field in (from receiver_fields) and other.field in (from receiver_fields);

-- name: conflicts_unsent
-- One row per shipment that has an order of the chosen conflicts and was not sent yet.
select distinct shipment.batch_id, shipment.shipment_id
from open_conflicts as conflict
inner join chosen
    on chosen.id = conflict.conflict_id
inner join live_shipments as shipment
    on shipment.shop_id = conflict.shop_id and shipment.order_id = conflict.order_id
where shipment.state in ('draft', 'queued', 'refused')
order by shipment.batch_id, shipment.shipment_id;

-- name: conflicts_taken_orders
-- One row per order of which the chosen conflicts say something else, that no shipment has by now: it is taken.
update orders
set
    status = coalesce(said.status, orders.status),
    status_label = coalesce(said.status, orders.status_label),
    ship_by_at = coalesce(try_strptime(said.ship_by, '%Y-%m-%d %H:%M UTC'), orders.ship_by_at),
    note = coalesce(said.note, orders.note),
    buyer_service = coalesce(said.buyer_service, orders.buyer_service),
    buyer_plan_id = case
        when said.buyer_service is null then orders.buyer_plan_id
        else (
            select min(service_key)
            from service_names
            where lower(trim(service_names.name)) = lower(trim(said.buyer_service))
        )
    end,
    changed_at = $settled_at
from (
    select
        conflict.shop_id,
        conflict.order_id,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'status') as status,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'ship_by_at') as ship_by,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'note') as note,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'buyer_service') as buyer_service
    from open_conflicts as conflict
    inner join chosen
        on chosen.id = conflict.conflict_id
    where conflict.is_free
    group by conflict.shop_id, conflict.order_id
) as said
where orders.shop_id = said.shop_id and orders.order_id = said.order_id
returning orders.shop_id;

-- name: conflicts_taken_receivers
-- One row per receiver of which the chosen conflicts say something else, whose order no shipment has by now: it is taken.
update receivers
set
    name = coalesce(said.name, receivers.name),
    country = coalesce(said.country, receivers.country),
    country_label = coalesce(said.country, receivers.country_label),
    province = coalesce(said.province, receivers.province),
    city = coalesce(said.city, receivers.city),
    address = coalesce(said.address, receivers.address),
    postcode = coalesce(said.postcode, receivers.postcode),
    phone = coalesce(said.phone, receivers.phone),
    mobile = coalesce(said.mobile, receivers.mobile),
    tax_number = coalesce(said.tax_number, receivers.tax_number),
    changed_at = $settled_at
from (
    select
        conflict.shop_id,
        conflict.order_id,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'name') as name,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'country') as country,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'province') as province,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'city') as city,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'address') as address,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'postcode') as postcode,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'phone') as phone,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'mobile') as mobile,
        arg_max(conflict.offered, conflict.found_at) filter (conflict.field = 'tax_number') as tax_number
    from open_conflicts as conflict
    inner join chosen
        on chosen.id = conflict.conflict_id
    where conflict.is_free
    group by conflict.shop_id, conflict.order_id
) as said
where receivers.shop_id = said.shop_id
    and receivers.order_id = said.order_id
    and receivers.version = 'received';

-- name: conflicts_taken
-- One row per chosen conflict whose value was taken. What is in an order comes with the next file or sync: it is not
-- known by the line here.
update order_conflicts
set settled_at = $settled_at, settled_by = $settled_by, settled_how = 'taken'
from open_conflicts as conflict
inner join chosen
    on chosen.id = conflict.conflict_id
where conflict.is_free
    and conflict.field not in ('contents', 'lines', 'shipped')
    and order_conflicts.import_id = conflict.import_id
    and order_conflicts.shop_id = conflict.shop_id
    and order_conflicts.order_id = conflict.order_id
    and order_conflicts.field = conflict.field
returning order_conflicts.shop_id, order_conflicts.order_id;
