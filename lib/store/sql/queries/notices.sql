-- name: notice_add
-- One row: the number of a notice that is about to be sent.
insert into notices (
    shop_id, order_id, kind, service_key, tracking_number, old_service_key, old_tracking_number, tracking_website,
    everything, state, made_by, made_at
)
values (
    $shop_id, $order_id, $kind, $service_key, $tracking_number, $old_service_key, $old_tracking_number, $website,
    $is_everything, 'sending', $made_by, $made_at
)
returning notice_id;

-- name: notice_lines_add
-- One row per line of `parts` (line_no, quantity) in a notice, with what had gone out of it by then.
insert into notice_lines (notice_id, line_no, quantity, shipped_before)
select $notice_no, part.line_no, part.quantity, line.shipped_quantity
from parts as part
inner join order_lines as line
    on line.shop_id = $shop_id and line.order_id = $order_id and line.line_no = part.line_no;

-- name: notice_settle
-- How a notice ended.
update notices
set state = $state, reason_code = $reason_code, reason_text = $reason_text, settled_at = $settled_at
where notice_id = $notice_no and state in ('sending', 'unconfirmed')
returning notice_id;

-- name: notice_absent
-- The platform was asked for a notice nobody answered and did not have it; the first time is kept.
update notices
set state = 'unconfirmed', absent_at = coalesce(absent_at, $absent_at)
where notice_id = $notice_no and state in ('sending', 'unconfirmed');

-- name: notice_lines_ship
-- One row per order line of which a part went out with a notice. A sync may have counted it already; where it is not known
-- what had gone out before, it is not known now.
update order_lines
set
    shipped_quantity = case
        when order_lines.shipped_quantity is not null
            then greatest(
                order_lines.shipped_quantity,
                coalesce(part.shipped_before, order_lines.shipped_quantity) + part.quantity
            )
    end
from notice_lines as part
where part.notice_id = $notice_no
    and part.line_no = order_lines.line_no
    and order_lines.shop_id = $shop_id
    and order_lines.order_id = $order_id
returning order_lines.line_no;

-- name: notice_under_way
-- One row: how many notices of an order nobody knows the end of.
select count(*)::bigint as notice_count
from notices
where shop_id = $shop_id and order_id = $order_id and state in ('sending', 'unconfirmed');

-- name: notices_of
-- One row per notice of an order, oldest first.
select *
from notices
where shop_id = $shop_id and order_id = $order_id
order by notice_id;

-- name: notices_open
-- One row per notice nobody knows the end of; one that may still be on the wire is left to whoever tells it.
select *
from notices
where state = 'unconfirmed' or (state = 'sending' and made_at <= $over_at)
order by notice_id;

-- name: order_left
-- One row per order line with what nobody holds and nobody shipped (left_quantity), and what lies in living
-- shipments that are not declared (under_way).
select
    balance.line_no,
    balance.sku,
    line.title,
    line.quantity,
    balance.left_quantity,
    coalesce(under_way.quantity, 0)::bigint as under_way
from line_balances as balance
inner join order_lines as line
    on line.shop_id = balance.shop_id and line.order_id = balance.order_id and line.line_no = balance.line_no
left join (
    select part.shop_id, part.order_id, part.line_no, sum(part.quantity)::bigint as quantity
    from shipment_lines as part
    inner join live_shipments as shipment
        on shipment.shipment_id = part.shipment_id and shipment.state <> 'declared'
    group by part.shop_id, part.order_id, part.line_no
) as under_way
    on under_way.shop_id = balance.shop_id
    and under_way.order_id = balance.order_id
    and under_way.line_no = balance.line_no
where balance.shop_id = $shop_id and balance.order_id = $order_id
order by balance.line_no;

-- name: shipment_renumber
-- One row: a shipment that has another tracking number by now.
update shipments
set tracking_number = $tracking_number, changed_at = $changed_at
where shop_id = $shop_id and order_id = $order_id and tracking_number = $old_tracking_number
returning shipment_id;
