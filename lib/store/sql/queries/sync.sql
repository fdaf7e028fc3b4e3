-- name: sync_state
-- One row: how far a shop's orders are synced; none before its first sync.
select *
from sync_states
where shop_id = $shop_id;

-- name: sync_states_all
-- One row per shop ever tried: how far its orders are synced, and when that last went well.
select state.*, sync.synced_at
from sync_states as state
left join syncs as sync
    on sync.shop_id = state.shop_id and sync.topic = 'orders'
order by state.shop_id;

-- name: sync_tried
-- One row: a sync of the shop begins.
insert into sync_states (shop_id, tried_at)
values ($shop_id, $tried_at)
on conflict (shop_id) do update set tried_at = excluded.tried_at;

-- name: sync_failed
-- One row: the sync did not end well; since when, and how often in a row.
update sync_states
set
    failed_kind = $failed_kind,
    failed_code = $failed_code,
    failed_at = coalesce(failed_at, $failed_at),
    failure_count = failure_count + 1
where shop_id = $shop_id;

-- name: sync_window_open
-- One row: a reading of the shop's list begins.
update sync_states
set
    window_kind = $window_kind,
    window_from = $window_from_at,
    window_until = $window_until_at,
    window_started_at = $window_started_at,
    list_name = $list_name,
    next_page = null,
    import_id = null,
    asked_count = 0,
    read_count = 0,
    loaded_count = 0,
    updated_count = 0,
    unchanged_count = 0,
    refused_count = 0
where shop_id = $shop_id;

-- name: sync_cursor
-- One row: which page comes next; written in the transaction of the page before it.
update sync_states
set list_name = $list_name, next_page = $next_page, window_until = $window_until_at
where shop_id = $shop_id;

-- name: sync_counts
-- One row: what became of some orders is added to the reading's counts.
update sync_states
set
    import_id = $import_id,
    asked_count = asked_count + $asked_count,
    read_count = read_count + $read_count,
    loaded_count = loaded_count + $loaded_count,
    updated_count = updated_count + $updated_count,
    unchanged_count = unchanged_count + $unchanged_count,
    refused_count = refused_count + $refused_count
where shop_id = $shop_id
returning *;

-- name: sync_window_close
-- One row: the reading is complete, and everything modified before $reached_at known.
update sync_states
set
    reached_at = $reached_at,
    swept_at = coalesce($swept_at, swept_at),
    window_kind = null,
    window_from = null,
    window_until = null,
    window_started_at = null,
    list_name = null,
    next_page = null,
    failed_kind = null,
    failed_code = null,
    failed_at = null,
    failure_count = 0
where shop_id = $shop_id;

-- name: sync_record
-- Remember when a topic of a shop was last synced.
insert into syncs
values ($shop_id, $topic, $synced_at)
on conflict (shop_id, topic) do update set synced_at = excluded.synced_at;

-- name: sync_listed
-- One row per order the reading has listed so far.
select order_id, status
from listed_orders
where shop_id = $shop_id and listed_at >= $window_started_at;

-- name: sync_known
-- One row per chosen order that is kept here or was listed before: what a sync has to ask of it.
select
    chosen.id as order_id,
    kept.order_id is not null as is_kept,
    kept.status as kept_status,
    listed.modified_at,
    listed.refused_code
from chosen
left join orders as kept
    on kept.shop_id = $shop_id and kept.order_id = chosen.id
left join listed_orders as listed
    on listed.shop_id = $shop_id and listed.order_id = chosen.id
where kept.order_id is not null or listed.order_id is not null;

-- name: sync_own_numbers
-- One row per tracking number of the chosen orders' own shipments: what was declared from here.
select shipment.order_id, shipment.tracking_number
from shipments as shipment
inner join chosen
    on chosen.id = shipment.order_id
where shipment.shop_id = $shop_id and shipment.tracking_number is not null;

-- name: sync_unlisted
-- One row per order that awaits shipment here and the reading did not list, longest unasked first.
select kept.order_id
from orders as kept
left join listed_orders as listed
    on listed.shop_id = kept.shop_id and listed.order_id = kept.order_id
where kept.shop_id = $shop_id
    and kept.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    and (listed.listed_at is null or listed.listed_at < $window_started_at)
order by listed.listed_at nulls first, kept.order_id
limit $lot;

-- name: sync_countries
-- One row per country that can be shipped to.
select distinct country
from country_names;

-- name: sync_listed_keep
-- One row per order the platform listed: what it said, and whether its details are taken over as of that.
insert into listed_orders
select
    $shop_id,
    seen.order_id,
    seen.status,
    case when seen.is_settled then seen.modified_at end,
    $listed_at,
    seen.refused_code
from seen_orders as seen
on conflict (shop_id, order_id) do update set
    status = excluded.status,
    modified_at = coalesce(excluded.modified_at, listed_orders.modified_at),
    listed_at = excluded.listed_at,
    refused_code = excluded.refused_code;

-- name: sync_import_set
-- One row: the reading beside the files that were read; its counts grow with it.
insert into imports (
    import_id, file, layout, sha256, read_count, loaded_count, updated_count, unchanged_count, refused_count,
    loaded_by, loaded_at
)
values (
    $import_id, $file, 'platform', '', $read_count, $loaded_count, $updated_count, $unchanged_count,
    $refused_count, $loaded_by, $loaded_at
)
on conflict (import_id) do update set
    read_count = excluded.read_count,
    loaded_count = excluded.loaded_count,
    updated_count = excluded.updated_count,
    unchanged_count = excluded.unchanged_count,
    refused_count = excluded.refused_count;

-- name: sync_refused_now
-- One row per order the platform lists and the desk could not take in: why not.
select shop_id, order_id, refused_code as code, listed_at
from listed_orders
where refused_code is not null and status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
order by listed_at desc, order_id;

-- name: order_conflicts_of
-- One row per field in which the platform contradicts what is kept of an order in a shipment, unsettled.
select conflict.field, conflict.kept as ours, conflict.offered as theirs, conflict.found_at
from order_conflicts as conflict
inner join imports as import
    on import.import_id = conflict.import_id and import.layout = 'platform'
where conflict.shop_id = $shop_id and conflict.order_id = $order_id and conflict.settled_at is null
order by conflict.field;

-- name: order_conflicts_all
-- One row per order in a shipment that the platform contradicts, unsettled: in which fields, and since when.
select
    conflict.shop_id,
    conflict.order_id,
    string_agg(distinct conflict.field, ',' order by conflict.field) as fields,
    min(conflict.found_at) as found_at,
    max(shipment.batch_id) as batch_id
from order_conflicts as conflict
inner join imports as import
    on import.import_id = conflict.import_id and import.layout = 'platform'
inner join live_shipments as shipment
    on shipment.shop_id = conflict.shop_id and shipment.order_id = conflict.order_id
where conflict.settled_at is null
group by conflict.shop_id, conflict.order_id
order by found_at desc, conflict.order_id;
