-- What loading a file found, and what of it matters for shipping.

-- One row per order and doubt from loading that keeps it out of batches until it is cleared up.
create or replace view load_blocks as
select finding.shop_id, finding.order_id, finding.code, finding.field, finding.value
from load_findings as finding
inner join orders as o
    on o.shop_id = finding.shop_id and o.order_id = finding.order_id
where finding.code in ('platform_ships', 'goods_merged')
    or (finding.code = 'deadline_unreadable' and o.ship_by_at is null)
    or (
        finding.code = 'country_blank'
        and not exists (
            select 1
            from receivers as receiver
            where receiver.shop_id = finding.shop_id
                and receiver.order_id = finding.order_id
                and receiver.country <> ''
        )
    );

-- One row per order and doubt from loading that a person can accept, or is only told. Two receivers are no doubt any
-- more once somebody corrected the one that was taken, and another one than was seen is another doubt.
create or replace view load_doubts as
select
    finding.shop_id,
    finding.order_id,
    finding.code,
    finding.field,
    finding.value,
    case
        when finding.code = 'rows_differ'
            then md5(concat_ws(
                chr(31), receiver.name, receiver.country, receiver.province, receiver.city, receiver.address,
                receiver.postcode
            ))
        else ''
    end as seen
from load_findings as finding
left join effective_receivers as receiver
    on receiver.shop_id = finding.shop_id and receiver.order_id = finding.order_id
where finding.code in (
        'row_repeated', 'times_out_of_order', 'amounts_differ', 'row_resent', 'amount_unreadable', 'rows_differ',
        'order_number_doubtful', 'total_differs'
    )
    -- A number that the platform lists has lost nothing.
    and not (
        finding.code = 'order_number_doubtful'
        and exists (
            select 1
            from listed_orders as listed
            where listed.shop_id = finding.shop_id and listed.order_id = finding.order_id
        )
    )
    and (finding.code <> 'rows_differ' or coalesce(receiver.version, '') <> 'corrected');

-- One row per field of an order of which a file, or the platform, said something else while it was in a shipment, and
-- nobody settled it. is_free: no live shipment has the order now, so what was said can be taken.
create or replace view open_conflicts as
select
    concat_ws(':', conflict.import_id, conflict.shop_id, conflict.order_id, conflict.field) as conflict_id,
    conflict.*,
    (conflict.shop_id, conflict.order_id) not in (select (shop_id, order_id) from live_shipments) as is_free
from order_conflicts as conflict
where conflict.settled_at is null;

-- One row per field of a receiver, as conflicts name it.
create or replace view receiver_fields as
select unnest(
    ['name', 'country', 'province', 'city', 'address', 'postcode', 'phone', 'mobile', 'tax_number']
) as field;

-- One row per order in a batch of which a file said that its status is another one, and nobody settled it.
create or replace view status_conflicts as
select shop_id, order_id, arg_max(offered, found_at) as offered
from order_conflicts
where field = 'status' and settled_at is null
group by shop_id, order_id;
