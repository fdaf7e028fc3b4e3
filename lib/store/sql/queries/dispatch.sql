-- name: dispatch_recover
-- One row per shipment whose request may be on the wire; with a moment, only those whose lease was over by then.
select shipment_id, batch_id, shop_id, order_id, plan_id, state, attempts, logistics_order_id, tracking_number
from shipments
where state in ('sending', 'declaring')
    and ($over_at is null or next_attempt_at is null or next_attempt_at <= $over_at);

-- name: dispatch_unlease
-- Nobody works on anything when the program starts: what only waited for its worker is due at once.
update shipments
set next_attempt_at = null
where state in ('queued', 'accepted', 'unconfirmed', 'handed_over', 'declare_unconfirmed')
    and next_attempt_at is not null;

-- name: dispatch_set_back
-- The clock was set back: no attempt lies in the future, or its logistics order would look older than itself; and
-- nothing waits for a moment of the clock as it was.
update shipments
set
    attempted_at = least(attempted_at, $now_at),
    doubted_at = least(doubted_at, $now_at),
    next_attempt_at = least(next_attempt_at, $now_at)
where state in ('queued', 'sending', 'accepted', 'unconfirmed', 'declaring', 'handed_over', 'declare_unconfirmed')
    and (attempted_at > $now_at or doubted_at > $now_at or next_attempt_at > $now_at);

-- name: dispatch_holds
-- One row per lane that is held after a moment.
select lane, until_at, why
from dispatch_holds
where until_at > $now_at;

-- name: dispatch_hold
-- Keep a hold of a lane over a restart.
insert or replace into dispatch_holds (lane, until_at, why)
values ($lane, $until_at, $why);

-- name: dispatch_holds_forget
-- No lane is held any more.
delete from dispatch_holds;

-- name: dispatch_queued
-- One row per queued shipment that is due, in batches that are not paused; soonest deadline first. Of an order's parcels
-- one is sent after the other: what the platform then has and nobody knows of is of the only one that is in doubt.
select
    shipment.shipment_id,
    shipment.batch_id,
    shipment.shop_id,
    shipment.order_id,
    shipment.plan_id,
    shipment.state,
    shipment.attempts,
    shipment.logistics_order_id,
    shipment.tracking_number
from shipments as shipment
inner join batches as batch
    on batch.batch_id = shipment.batch_id
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
anti join orders_in_doubt as doubt
    on doubt.shop_id = shipment.shop_id and doubt.order_id = shipment.order_id
where shipment.state = 'queued'
    and batch.paused_at is null
    and (shipment.next_attempt_at is null or shipment.next_attempt_at <= $now_at)
    and ($batch_id is null or shipment.batch_id = $batch_id)
qualify row_number() over (partition by shipment.shop_id, shipment.order_id order by shipment.shipment_id) = 1
order by o.ship_by_at nulls last, shipment.shipment_id
limit $lot;

-- name: dispatch_unfit
-- One row per chosen queued shipment that something has kept from being sent since it was queued: the first reason, and
-- what it is about. A shipment that goes first (on the platform already, on the way there, or queued with a lower id)
-- has its quantity; a draft has none yet. A deadline counts that passed while the shipment waited: a person who sends
-- it all the same is not asked again.
with mine as (
    select shipment.*, coalesce(conflict.offered, o.status) as order_status, o.ship_by_at
    from shipments as shipment
    inner join chosen
        on chosen.id = shipment.shipment_id
    inner join orders as o
        on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
    left join status_conflicts as conflict
        on conflict.shop_id = shipment.shop_id and conflict.order_id = shipment.order_id
),

taken as (
    select
        mine.shipment_id,
        part.line_no,
        part.quantity,
        line.quantity - coalesce(line.shipped_quantity, 0) as open_quantity,
        coalesce(max(noticed.quantity), 0) as noticed_quantity,
        coalesce(sum(first_part.quantity), 0) as first_quantity,
        max(batch.batch_id || ' (' || coalesce(batch.submitted_by, batch.created_by) || ')') as taker
    from mine
    inner join shipment_lines as part
        on part.shipment_id = mine.shipment_id
    inner join order_lines as line
        on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
    left join noticed_lines as noticed
        on noticed.shop_id = part.shop_id and noticed.order_id = part.order_id and noticed.line_no = part.line_no
    left join live_shipments as other
        on other.shop_id = mine.shop_id
        and other.order_id = mine.order_id
        and other.shipment_id <> mine.shipment_id
        and (
            other.state not in ('draft', 'refused', 'queued')
            or (other.state = 'queued' and other.shipment_id < mine.shipment_id)
        )
    left join shipment_lines as first_part
        on first_part.shipment_id = other.shipment_id and first_part.line_no = part.line_no
    left join batches as batch
        on batch.batch_id = other.batch_id and first_part.quantity is not null
    group by mine.shipment_id, part.line_no, part.quantity, line.quantity, line.shipped_quantity
),

found as (
    select shipment_id, 1 as rank, 'order_status' as code, order_status as value
    from mine
    where order_status not in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    union all
    select
        shipment_id,
        2,
        case
            when first_quantity + quantity <= open_quantity then 'notice_unsettled'
            when first_quantity > 0 then 'taken'
            else 'shipped_elsewhere'
        end,
        coalesce(taker, '')
    from taken
    where first_quantity + noticed_quantity + quantity > open_quantity
    union all
    select mine.shipment_id, 3, 'address_incomplete', string_agg(distinct finding.code, ' ' order by finding.code)
    from mine
    inner join findings as finding
        on finding.shop_id = mine.shop_id and finding.order_id = mine.order_id
    inner join finding_rules as rule
        on rule.code = finding.code and rule.severity = 'error' and rule.subject = 'receiver'
    group by mine.shipment_id
    union all
    select mine.shipment_id, 4, 'plan_gone', mine.plan_id
    from mine
    inner join stopped_shipments($day_on) as stopped
        on stopped.shipment_id = mine.shipment_id
    union all
    select mine.shipment_id, 5, 'plan_gone', mine.plan_id
    from mine
    left join batch_plans as decided
        on decided.batch_id = mine.batch_id and decided.plan_id = mine.plan_id
    where decided.service_code is null
    union all
    select shipment_id, 6, 'deadline_passed', strftime(ship_by_at, '%Y-%m-%d %H:%M')
    from mine
    where ship_by_at <= $now_at and ship_by_at > changed_at
)

select shipment_id, code, value
from found
qualify row_number() over (partition by shipment_id order by rank, value) = 1;

-- name: dispatch_lease
-- Take the chosen shipments for one worker: nobody else sees them as due before the lease ends.
update shipments
set next_attempt_at = $leased_until_at, attempts = attempts + 1, attempted_at = coalesce($attempted_at, attempted_at)
from chosen
where chosen.id = shipments.shipment_id;

-- name: dispatch_unconfirmed
-- One row per unconfirmed shipment that is due, one per order at a time.
select
    shipment_id, batch_id, shop_id, order_id, plan_id, state, attempts, logistics_order_id, tracking_number,
    attempted_at, absent_at, doubted_at, undeliverable,
    (
        select decided.service_code
        from batch_plans as decided
        where decided.batch_id = shipments.batch_id and decided.plan_id = shipments.plan_id
    ) as service_code
from shipments
where state = 'unconfirmed'
    and (next_attempt_at is null or next_attempt_at <= $now_at)
    and ($batch_id is null or batch_id = $batch_id)
qualify row_number() over (partition by shop_id, order_id order by shipment_id) = 1
order by shipment_id
limit $lot;

-- name: dispatch_unnumbered
-- One row per accepted shipment without its tracking number that is due.
select shipment_id, batch_id, shop_id, order_id, plan_id, state, attempts, logistics_order_id, tracking_number
from shipments
where state = 'accepted'
    and tracking_number is null
    and (next_attempt_at is null or next_attempt_at <= $now_at)
    and ($batch_id is null or batch_id = $batch_id)
order by shipment_id
limit $lot;

-- name: dispatch_unlabelled
-- One row per accepted shipment with its number and without its label that is due.
select shipment_id, batch_id, shop_id, order_id, plan_id, state, attempts, logistics_order_id, tracking_number
from shipments
where state = 'accepted'
    and tracking_number is not null
    and (next_attempt_at is null or next_attempt_at <= $now_at)
    and ($batch_id is null or batch_id = $batch_id)
order by shipment_id
limit $lot;

-- name: dispatch_unwish_stopped
-- What is on the stop list by now is not wanted declared any more.
update shipments
set declare_wanted_at = null, declare_wanted_by = null, next_attempt_at = null
where state = 'handed_over'
    and declare_wanted_at is not null
    and shipment_id in (select shipment_id from stop_list where not is_released);

-- name: dispatch_undeclared
-- One row per shipment wanted declared that is due, one per order at a time. `everything`: nothing of the
-- order stays behind once this one is declared.
with declared as (
    select part.shop_id, part.order_id, part.line_no, sum(part.quantity)::bigint as quantity
    from shipment_lines as part
    inner join shipments as shipment
        on shipment.shipment_id = part.shipment_id and shipment.state = 'declared'
    group by part.shop_id, part.order_id, part.line_no
)

select
    shipment.shipment_id,
    shipment.batch_id,
    shipment.shop_id,
    shipment.order_id,
    shipment.plan_id,
    shipment.state,
    shipment.attempts,
    shipment.logistics_order_id,
    shipment.tracking_number,
    not exists (
        select 1
        from order_lines as line
        left join declared
            on declared.shop_id = line.shop_id
            and declared.order_id = line.order_id
            and declared.line_no = line.line_no
        left join shipment_lines as part
            on part.shipment_id = shipment.shipment_id and part.line_no = line.line_no
        where line.shop_id = shipment.shop_id
            and line.order_id = shipment.order_id
            and line.sku not in (select sku from charges)
            and line.quantity
                - coalesce(line.shipped_quantity, 0)
                - coalesce(declared.quantity, 0)
                - coalesce(part.quantity, 0) > 0
    ) as everything
from shipments as shipment
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
where shipment.state = 'handed_over'
    and shipment.declare_wanted_at is not null
    and (shipment.next_attempt_at is null or shipment.next_attempt_at <= $now_at)
    and ($batch_id is null or shipment.batch_id = $batch_id)
    and not exists (
        select 1
        from shipments as other
        where other.shop_id = shipment.shop_id
            and other.order_id = shipment.order_id
            and other.state in ('declaring', 'declare_unconfirmed')
    )
qualify row_number() over (
    partition by shipment.shop_id, shipment.order_id
    order by shipment.shipment_id
) = 1
order by o.ship_by_at nulls last, shipment.shipment_id
limit $lot;

-- name: dispatch_declare_unconfirmed
-- One row per shipment whose declaration was not answered and that is due.
select
    shipment_id, batch_id, shop_id, order_id, plan_id, state, attempts, logistics_order_id, tracking_number,
    attempted_at, absent_at, doubted_at
from shipments
where state = 'declare_unconfirmed'
    and (next_attempt_at is null or next_attempt_at <= $now_at)
    and ($batch_id is null or batch_id = $batch_id)
order by shipment_id
limit $lot;

-- name: dispatch_absent
-- Remember when the platform first did not have it, and when to ask again.
update shipments
set absent_at = coalesce(absent_at, $absent_at), next_attempt_at = $next_attempt_at
where shipment_id = $shipment_id;

-- name: dispatch_next_due
-- One row per lane in which something waits: when there is something to do next in it.
select
    case
        when shipment.state = 'accepted' and shipment.tracking_number is null then 'unnumbered'
        when shipment.state = 'accepted' then 'unlabelled'
        when shipment.state = 'handed_over' then 'undeclared'
        else shipment.state
    end as lane,
    min(coalesce(shipment.next_attempt_at, $now_at)) as next_due_at
from shipments as shipment
inner join batches as batch
    on batch.batch_id = shipment.batch_id
left join orders_in_doubt as doubt
    on doubt.shop_id = shipment.shop_id and doubt.order_id = shipment.order_id
where (
    shipment.state in ('sending', 'unconfirmed', 'accepted', 'declaring', 'declare_unconfirmed')
    or (shipment.state = 'queued' and batch.paused_at is null and doubt.order_id is null)
    or (shipment.state = 'handed_over' and shipment.declare_wanted_at is not null)
)
    and ($batch_id is null or shipment.batch_id = $batch_id)
group by lane;

-- name: logistics_orders_known
-- One row per chosen logistics order that some shipment already has.
select logistics_order_id
from shipments
inner join chosen
    on chosen.id = shipments.logistics_order_id;

-- name: parcels_to_send
-- One row per chosen shipment: everything a create call needs besides its goods and receiver.
select
    shipment.shipment_id,
    shipment.shop_id,
    shipment.order_id,
    shipment.plan_id,
    shipment.undeliverable,
    batch.batch_id,
    batch.sender_address_id,
    batch.refund_address_id,
    batch.pickup_address_id,
    batch.courier,
    batch.courier_number,
    decided.service_code,
    decided.handover_mode,
    coalesce(shop.create_call, 'older') as create_call
from shipments as shipment
inner join chosen
    on chosen.id = shipment.shipment_id
inner join batches as batch
    on batch.batch_id = shipment.batch_id
left join batch_plans as decided
    on decided.batch_id = shipment.batch_id and decided.plan_id = shipment.plan_id
left join shops as shop
    on shop.shop_id = shipment.shop_id;

-- name: goods_to_send
-- One row per line in the chosen shipments, as it is declared.
select
    part.shipment_id,
    part.quantity,
    line.child_order_id,
    unit.weight_g,
    unit.cargo_class,
    unit.declared_name_zh,
    unit.declared_name_en,
    unit.declared_minor,
    unit.hs_code
from shipment_lines as part
inner join chosen
    on chosen.id = part.shipment_id
inner join order_lines as line
    on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
left join units as unit
    on unit.sku = line.sku
order by part.shipment_id, part.line_no;

-- name: receivers_to_send
-- One row per chosen shipment: where it goes.
select shipment.shipment_id, receiver.*
from shipments as shipment
inner join chosen
    on chosen.id = shipment.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id;

-- name: dispatch_lanes
-- One row: how many shipments are due in each lane, so that a lane without work costs nothing.
select
    count(*) filter (
        where shipment.state = 'queued' and batch.paused_at is null and doubt.order_id is null
    )::bigint as queued,
    count(*) filter (where shipment.state = 'unconfirmed')::bigint as unconfirmed,
    count(*) filter (where shipment.state = 'accepted' and shipment.tracking_number is null)::bigint
        as unnumbered,
    count(*) filter (where shipment.state = 'accepted' and shipment.tracking_number is not null)::bigint
        as unlabelled,
    count(*) filter (where shipment.state = 'handed_over' and shipment.declare_wanted_at is not null)::bigint
        as undeclared,
    count(*) filter (where shipment.state = 'declare_unconfirmed')::bigint as declare_unconfirmed,
    count(*) filter (where shipment.state in ('sending', 'declaring'))::bigint as lost
from shipments as shipment
inner join batches as batch
    on batch.batch_id = shipment.batch_id
left join orders_in_doubt as doubt
    on doubt.shop_id = shipment.shop_id and doubt.order_id = shipment.order_id
where (shipment.next_attempt_at is null or shipment.next_attempt_at <= $now_at)
    and ($batch_id is null or shipment.batch_id = $batch_id);
