-- Orders awaiting shipment, and what keeps them out of a batch.

-- One row per order and thing that keeps it out of a batch, whatever the time. Holds depend on the time and
-- are added where it is known.
create or replace view order_blocks as
select shop_id, order_id, 'status' as code, 'status' as field, status_label as value
from orders
where status not in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
union all
select shop_id, order_id, 'unknown_rest', 'quantity', ''
from line_balances
group by shop_id, order_id
having bool_or(rest_unknown)
union all
select shop_id, order_id, 'taken', 'quantity', ''
from line_balances
group by shop_id, order_id
having sum(greatest(left_quantity, 0)) = 0
union all
select distinct balance.shop_id, balance.order_id, 'unknown_sku', 'sku', balance.sku
from line_balances as balance
anti join products as product
    on product.sku = balance.sku
union all
select distinct balance.shop_id, balance.order_id, 'missing_weight', 'sku', balance.sku
from line_balances as balance
inner join units as unit
    on unit.sku = balance.sku
where unit.weight_g is null
union all
select distinct balance.shop_id, balance.order_id, 'missing_declaration', 'sku', balance.sku
from line_balances as balance
inner join units as unit
    on unit.sku = balance.sku
where unit.declared_name_zh is null or unit.declared_name_en is null or unit.declared_minor is null
union all
select shop_id, order_id, code, field, value
from findings
union all
select shop_id, order_id, code, field, value
from load_blocks;

-- One row per order that awaits shipment, with what an operator chooses by. Overdue first, then by deadline.
create or replace macro awaiting_orders(now_at) as table
select
    o.shop_id,
    o.order_id,
    o.status,
    o.status = 'SELLER_PART_SEND_GOODS' as partly_shipped,
    o.ordered_at,
    o.paid_at,
    o.ship_by_at,
    o.ship_by_at < now_at as overdue,
    receiver.name as receiver_name,
    receiver.country,
    receiver.city,
    o.buyer_service,
    o.buyer_plan_id,
    o.currency,
    o.total_minor,
    coalesce(o.note, '') as note,
    coalesce(parcel.line_count, 0) as line_count,
    coalesce(parcel.unit_count, 0) as unit_count,
    parcel.weight_g,
    parcel.cargo_class,
    hold.reason as hold_reason,
    hold.until_at as hold_until_at,
    coalesce(parcel.left_count, 0) = 0 as in_batch,
    place.batch_id,
    place.state as shipment_state,
    coalesce(block.codes, []) as block_codes
from orders as o
inner join effective_receivers as receiver
    on receiver.shop_id = o.shop_id and receiver.order_id = o.order_id
left join order_parcels as parcel
    on parcel.shop_id = o.shop_id and parcel.order_id = o.order_id
left join (
    select shop_id, order_id, arg_max(reason, hold_id) as reason, arg_max(until_at, hold_id) as until_at
    from holds
    where released_at is null and (until_at is null or until_at > now_at)
    group by shop_id, order_id
) as hold
    on hold.shop_id = o.shop_id and hold.order_id = o.order_id
left join (
    select shop_id, order_id, max(batch_id) as batch_id, max(state) as state
    from live_shipments
    group by shop_id, order_id
) as place
    on place.shop_id = o.shop_id and place.order_id = o.order_id
left join (
    select shop_id, order_id, list(distinct code order by code) as codes
    from order_blocks
    where code not in ('status', 'taken')
    group by shop_id, order_id
) as block
    on block.shop_id = o.shop_id and block.order_id = o.order_id
where o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS');

-- One row per awaiting order that matches the Orders page's filters; a null filter lets everything through.
create or replace macro matching_orders(
    now_at, shops, countries, services, due_before, with_note, several, on_hold, blocked, partly, placed, wanted
) as table
select *
from awaiting_orders(now_at)
where (shops is null or list_contains(shops, shop_id))
    and (countries is null or list_contains(countries, country))
    and (services is null or list_contains(services, coalesce(buyer_service, '')))
    and (due_before is null or ship_by_at < due_before)
    and (with_note is null or (note <> '') = with_note)
    and (several is null or (line_count > 1) = several)
    and (on_hold is null or (hold_reason is not null) = on_hold)
    and (blocked is null or (len(block_codes) > 0) = blocked)
    and (partly is null or partly_shipped = partly)
    and (placed is null or in_batch = placed)
    and (wanted is null or order_id like '%' || wanted || '%');
