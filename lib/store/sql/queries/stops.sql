-- name: plan_stops_add
-- One row: a plan is stopped from a day on.
insert into plan_stops (plan_id, country, from_on, until_on, reason, stopped_by, stopped_at)
values ($plan_id, $country, $from_on, $until_on, $reason, $stopped_by, $stopped_at)
returning stop_id;

-- name: plan_stops_current
-- One row per stop that is not over: its plan's names, and how many parcels stand on it that can still be moved.
select
    stop.stop_id,
    stop.plan_id,
    plan.name_en,
    plan.name_zh,
    stop.country,
    stop.from_on,
    stop.until_on,
    stop.reason,
    stop.stopped_by,
    stop.stopped_at,
    stop.from_on <= $day_on::date as holds_now,
    (
        select count(*)
        from stopped_shipments($day_on) as shipment
        where shipment.stop_id = stop.stop_id
    )::bigint as shipment_count
from plan_stops as stop
inner join plans as plan
    on plan.plan_id = stop.plan_id
where stop.lifted_at is null and (stop.until_on is null or $day_on::date <= stop.until_on)
order by stop.stop_id desc;

-- name: plan_stop_lift
-- One row: the stop that was lifted now.
update plan_stops
set lifted_by = $lifted_by, lifted_at = $lifted_at
where stop_id = $stop_id and lifted_at is null
returning stop_id;

-- name: stopped_shipments
-- One row per parcel that stands on a stopped plan and can still be moved.
select *
from stopped_shipments($day_on)
where $stop_id::bigint is null or stop_id = $stop_id
order by shipment_id;

-- name: plan_standing
-- One row per state of the parcels on a plan that can still be moved, whether it is stopped or not.
select shipment.state, count(*)::bigint as shipment_count
from movable_shipments as shipment
where shipment.plan_id = $plan_id and $country in ('', shipment.country)
group by shipment.state
order by shipment_count desc, shipment.state;

-- name: plan_known
-- One row when a plan is sold through the platform.
select plan_id
from plans
where plan_id = $plan_id and channel = 'online';
