-- name: stop_list_all
-- One row per shipment on the stop list, in a batch or in all (null), with the run and page it was last printed on; those a
-- person let go are left out.
select
    stopped.shipment_id,
    stopped.batch_id,
    stopped.shop_id,
    stopped.order_id,
    stopped.state,
    stopped.tracking_number,
    stopped.stamp,
    o.ship_by_at,
    printed.print_run_id,
    printed.page_no,
    run.paper,
    run.start_place
from stop_list as stopped
inner join orders as o
    on o.shop_id = stopped.shop_id and o.order_id = stopped.order_id
left join (
    select shipment_id, max(print_run_id) as print_run_id, arg_max(page_no, print_run_id) as page_no
    from print_pages
    group by shipment_id
) as printed
    on printed.shipment_id = stopped.shipment_id
left join print_runs as run
    on run.print_run_id = printed.print_run_id
where not stopped.is_released and ($batch_id is null or stopped.batch_id = $batch_id)
order by o.ship_by_at nulls last, stopped.shipment_id;

-- name: stop_release_add
-- One row per chosen shipment that is on the stop list: let go, for what is wrong now.
insert into stop_releases (shipment_id, stamp, reason, released_by, released_at)
select stopped.shipment_id, stopped.stamp, $reason, $released_by, $released_at
from stop_list as stopped
inner join chosen
    on chosen.id = stopped.shipment_id
where not stopped.is_released
returning shipment_id;

-- name: stop_releases_of
-- One row per time a shipment was let go although it was on the stop list.
select stamp, reason, released_by, released_at
from stop_releases
where shipment_id = $shipment_id
order by released_at;

-- name: orders_in_shipments
-- One row per chosen order of a shop that is in a living shipment.
select distinct shipment.order_id
from live_shipments as shipment
inner join chosen
    on chosen.id = shipment.order_id
where shipment.shop_id = $shop_id;
