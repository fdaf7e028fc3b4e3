-- name: orders_awaiting
-- One row per order awaiting shipment, whatever the time: read once, and lent to the query below until something is
-- written.
select *
from orders_awaiting;

-- name: awaiting_make
-- One row per order awaiting shipment, of those lent: what the queries below read, worked out once for all of them.
create or replace temp table awaiting as
select *
from awaiting_at('awaiting_known', $now_at);

-- name: orders_matching
-- One row per matching order awaiting shipment, a page of them, with what is in it.
with page as (
    select *
    from matching_orders(
        'awaiting', $shops, $countries, $services, $due_before, $late, $with_note, $several, $on_hold, $blocked,
        $partly, $placed, $wanted
    )
    order by ship_by_at nulls last, order_id
    limit $page_size
    offset $skipped
)

select
    page.*,
    items.items
from page
inner join (
    select
        line.shop_id,
        line.order_id,
        string_agg(line.quantity || ' × ' || line.title, '; ' order by line.line_no) as items
    from order_lines as line
    semi join page
        on page.shop_id = line.shop_id and page.order_id = line.order_id
    group by line.shop_id, line.order_id
) as items
    on items.shop_id = page.shop_id and items.order_id = page.order_id
order by page.ship_by_at nulls last, page.order_id;

-- name: orders_matching_ids
-- One row per matching order: its keys, in the list's order.
select shop_id, order_id
from matching_orders(
    'awaiting', $shops, $countries, $services, $due_before, $late, $with_note, $several, $on_hold, $blocked,
    $partly, $placed, $wanted
)
order by ship_by_at nulls last, order_id;

-- name: orders_matching_totals
-- One row per currency: how many orders match, what they weigh and are worth.
select
    currency,
    count(*)::bigint as order_count,
    coalesce(sum(total_minor), 0)::bigint as total_minor,
    coalesce(sum(weight_g), 0)::bigint as weight_g,
    count(*) filter (where weight_g is null)::bigint as unweighed_count,
    count(*) filter (where overdue)::bigint as overdue_count
from matching_orders(
    'awaiting', $shops, $countries, $services, $due_before, $late, $with_note, $several, $on_hold, $blocked,
    $partly, $placed, $wanted
)
group by currency
order by currency;

-- name: orders_chosen_totals
-- One row per currency: how many orders are chosen, what is left of them weighs, and what they are worth.
select
    o.currency,
    count(*)::bigint as order_count,
    coalesce(sum(o.total_minor), 0)::bigint as total_minor,
    coalesce(sum(parcel.weight_g), 0)::bigint as weight_g,
    count(*) filter (where parcel.weight_g is null)::bigint as unweighed_count
from orders as o
inner join chosen
    on chosen.id = o.order_id
left join order_parcels as parcel
    on parcel.shop_id = o.shop_id and parcel.order_id = o.order_id
group by o.currency
order by o.currency;

-- name: orders_counts
-- One row: how many orders await shipment, by what an operator does next with them.
select
    count(*)::bigint as awaiting,
    count(*) filter (where not in_batch and hold_reason is null and len(block_codes) = 0)::bigint as free,
    count(*) filter (where in_batch)::bigint as placed,
    count(*) filter (where hold_reason is not null)::bigint as held,
    count(*) filter (where len(block_codes) > 0)::bigint as blocked,
    count(*) filter (where overdue and not in_batch)::bigint as overdue,
    count(*) filter (where ship_by_at < $soon_at and not in_batch)::bigint as due_soon
from awaiting;

-- name: orders_blocked_by
-- One row per finding that keeps orders out of a batch, with how many; the commonest first.
select code, count(*)::bigint as order_count
from (
    select unnest(block_codes) as code
    from awaiting
)
group by code
order by order_count desc, code;

-- name: orders_facets
-- One row per shop, country and buyer's service among the orders awaiting shipment, with how many there are.
select
    'shop' as facet,
    shop_id as value,
    count(*)::bigint as order_count
from orders
where status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
group by shop_id
union all
select 'country', receiver.country, count(*)::bigint
from orders as o
inner join effective_receivers as receiver
    on receiver.shop_id = o.shop_id and receiver.order_id = o.order_id
where o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
group by receiver.country
union all
select 'service', coalesce(buyer_service, ''), count(*)::bigint
from orders
where status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
group by coalesce(buyer_service, '')
order by facet, order_count desc, value;

-- name: order_by_id
-- One row: an order with its shop, whatever its status.
select
    o.*,
    receiver.country
from orders as o
left join effective_receivers as receiver
    on receiver.shop_id = o.shop_id and receiver.order_id = o.order_id
where o.order_id = $order_id;

-- name: order_lines_of
-- One row per line of an order, with what is known of its product.
select
    line.line_no,
    line.sku,
    line.title,
    line.attributes,
    line.quantity,
    line.unit,
    balance.left_quantity,
    unit.weight_g,
    unit.cargo_class
from order_lines as line
inner join line_balances as balance
    on balance.shop_id = line.shop_id
    and balance.order_id = line.order_id
    and balance.line_no = line.line_no
left join units as unit
    on unit.sku = line.sku
where line.shop_id = $shop_id and line.order_id = $order_id
order by line.line_no;

-- name: order_blocks_of
-- One row per thing that keeps the chosen orders out of a batch, holds at this time included.
select block.order_id, block.code, block.field, block.value
from order_blocks as block
inner join chosen
    on chosen.id = block.order_id
union all
select hold.order_id, 'held', 'hold', hold.reason
from holds as hold
inner join chosen
    on chosen.id = hold.order_id
where hold.released_at is null and (hold.until_at is null or hold.until_at > $now_at)
order by order_id, code, value;

-- name: receivers_of_orders
-- One row per chosen order: where its parcels go.
select receiver.*
from effective_receivers as receiver
inner join chosen
    on chosen.id = receiver.order_id;

-- name: receiver_versions
-- One row per version of an order's receiver: as received, and as corrected.
select *
from receivers
where shop_id = $shop_id and order_id = $order_id
order by version desc;

-- name: receiver_correct
-- Keep the corrected receiver of one order; the received one stays.
merge into receivers
using (
    select $shop_id as shop_id, $order_id as order_id, 'corrected' as version
) as told
    on told.shop_id = receivers.shop_id
    and told.order_id = receivers.order_id
    and told.version = receivers.version
when matched then update set
    name = $name,
    province = $province,
    city = $city,
    address = $address,
    postcode = $postcode,
    phone = $phone,
    mobile = $mobile,
    tax_number = $tax_number,
    changed_by = $changed_by,
    changed_at = $changed_at
when not matched then insert values (
    $shop_id, $order_id, 'corrected', $name, $country, $country_label, $province, $city, $address, $postcode,
    $phone, $mobile, $tax_number, $changed_by, $changed_at
);

-- name: orders_once
-- No row: each order that an import put in stands there once, with one receiver as it came, or nothing of the import
-- is kept. Twice there it could be shipped twice, and no key sees to it (docs/decisions/0045).
with put_in as (
    select order_id
    from orders
    where shop_id = $shop_id and import_id = $import_id
)

select error(concat('order ', order_id, ' would stand twice among the ', place))
from (
    select 'orders' as place, order_id
    from orders
    where shop_id = $shop_id and order_id in (from put_in)
    group by order_id
    having count(*) > 1
    union all
    select 'receivers', order_id
    from receivers
    where shop_id = $shop_id and version = 'received' and order_id in (from put_in)
    group by order_id
    having count(*) > 1
);

-- name: orders_hold
-- One row per chosen order: put on hold.
insert into holds (shop_id, order_id, reason, until_at, held_by, held_at)
select o.shop_id, o.order_id, $reason, $until_at, $held_by, $held_at
from orders as o
inner join chosen
    on chosen.id = o.order_id;

-- name: orders_release
-- Release the chosen orders' holds.
update holds
set released_by = $released_by, released_at = $released_at
from chosen
where chosen.id = holds.order_id and holds.released_at is null;

-- name: filters_saved
-- One row per saved filter.
select *
from saved_filters
order by name;

-- name: filter_save
-- Keep a filter under its name.
insert into saved_filters
values ($name, $query, $saved_by, $saved_at)
on conflict (name) do update set
    query = excluded.query,
    saved_by = excluded.saved_by,
    saved_at = excluded.saved_at;

-- name: filter_forget
-- Remove a saved filter.
delete from saved_filters
where name = $name;

-- name: orders_status_set
-- Set the status the platform has for an order.
update orders
set status = $status, changed_at = $changed_at
where shop_id = $shop_id and order_id = $order_id and status is distinct from $status;
