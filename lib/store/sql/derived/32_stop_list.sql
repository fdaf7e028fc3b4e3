-- Parcels that must not leave (拦截).

-- One row per shipment with a label or a logistics order that is not declared yet, whose order says otherwise by now:
-- its buyer cancelled, it is in dispute or frozen (status), or it goes elsewhere than its label says (receiver). stamp
-- names what is wrong; is_released: a person let it go although, for exactly that.
create or replace view stop_list as
with reasons as (
    select o.shop_id, o.order_id, 'status' as reason, coalesce(conflict.offered, o.status) as value
    from orders as o
    left join status_conflicts as conflict
        on conflict.shop_id = o.shop_id and conflict.order_id = o.order_id
    where coalesce(conflict.offered, o.status)
        not in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS', 'WAIT_BUYER_ACCEPT_GOODS')
    union all
    select shop_id, order_id, 'receiver', string_agg(distinct field, ',' order by field)
    from order_conflicts
    where settled_at is null
        and field in ('name', 'country', 'province', 'city', 'address', 'postcode', 'phone', 'mobile', 'receiver')
    group by shop_id, order_id
),

stopped as (
    select
        shipment.shipment_id,
        shipment.batch_id,
        shipment.shop_id,
        shipment.order_id,
        shipment.state,
        shipment.tracking_number,
        string_agg(reason.reason || ':' || reason.value, ';' order by reason.reason, reason.value) as stamp
    from shipments as shipment
    inner join (
        select *
        from reasons
        union all
        select receiver.shop_id, receiver.order_id, 'receiver', 'corrected'
        from receivers as receiver
        inner join shipments as sent
            on sent.shop_id = receiver.shop_id and sent.order_id = receiver.order_id
        inner join labels as label
            on label.shipment_id = sent.shipment_id
        where receiver.version = 'corrected' and receiver.changed_at > label.fetched_at
        group by receiver.shop_id, receiver.order_id
    ) as reason
        on reason.shop_id = shipment.shop_id and reason.order_id = shipment.order_id
    where shipment.state in ('accepted', 'ready', 'handed_over')
    group by all
)

select
    stopped.*,
    released.shipment_id is not null as is_released
from stopped
left join stop_releases as released
    on released.shipment_id = stopped.shipment_id and released.stamp = stopped.stamp;
