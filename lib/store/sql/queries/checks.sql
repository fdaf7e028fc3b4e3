-- name: receivers_unchecked
-- One row per awaiting order of a shop whose receiver changed since it was last checked.
select receiver.*
from orders as o
inner join effective_receivers as receiver
    on receiver.shop_id = o.shop_id and receiver.order_id = o.order_id
left join receiver_checks as done
    on done.shop_id = o.shop_id and done.order_id = o.order_id
where o.shop_id = $shop_id
    and o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    and (done.checked_at is null or done.checked_at < receiver.changed_at);

-- name: findings_forget
-- Drop the earlier findings of the chosen orders.
delete from findings
using chosen
where chosen.id = findings.order_id and findings.shop_id = $shop_id;

-- name: findings_add
-- One row per finding of `findings_found`.
insert or ignore into findings
select $shop_id, order_id, code, field, value
from findings_found;

-- name: receivers_checked
-- One row per chosen order: checked as it is now.
insert or replace into receiver_checks
select $shop_id, id, $checked_at
from chosen;
