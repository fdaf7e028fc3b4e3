-- Plans stopped by hand.

-- One row per stop that holds on a day.
create or replace macro stops_on(day_on) as table
select *
from plan_stops
where lifted_at is null and from_on <= day_on::date and (until_on is null or day_on::date <= until_on);

-- One row per parcel with a plan that has not left the desk and may be put on another one.
create or replace view movable_shipments as
select
    shipment.shipment_id,
    shipment.batch_id,
    shipment.shop_id,
    shipment.order_id,
    shipment.plan_id,
    shipment.state,
    shipment.tracking_number,
    receiver.country
from shipments as shipment
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.plan_id is not null and shipment.state in ('draft', 'refused', 'queued', 'accepted', 'ready');

-- One row per parcel that stands on a plan stopped to its country and has not left the desk, with one stop of it.
create or replace macro stopped_shipments(day_on) as table
select shipment.*, stop.stop_id
from movable_shipments as shipment
inner join stops_on(day_on) as stop
    on stop.plan_id = shipment.plan_id and stop.country in ('', shipment.country)
qualify row_number() over (partition by shipment.shipment_id order by stop.stop_id) = 1;
