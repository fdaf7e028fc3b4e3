-- name: shipments_of_batch
-- One row per shipment of a batch, in the list's order, with its fee and its receiver's country. is_corrected: the
-- receiver was corrected since the shipment came where it is.
select
    shipment.shipment_id,
    shipment.position,
    shipment.order_id,
    shipment.state,
    shipment.plan_id,
    shipment.undeliverable,
    receiver.name as receiver_name,
    receiver.country,
    receiver.version = 'corrected' and receiver.changed_at > shipment.changed_at as is_corrected,
    shipment.weight_g,
    shipment.weight_source,
    shipment.cargo_class,
    shipment.logistics_order_id,
    shipment.lp_number,
    shipment.tracking_number,
    quote.fee_minor,
    quote.currency,
    quote.fee_cny_minor,
    case when shipment.undeliverable = 'return' then quote.return_fee_minor end as return_fee_minor,
    quote.return_fee_currency,
    shipment.found_undeliverable,
    shipment.found_service_code,
    shipment.reason_code,
    shipment.reason_text,
    shipment.request_id,
    shipment.attempts,
    shipment.next_attempt_at,
    shipment.changed_at,
    shipment.declare_wanted_at is not null as is_declare_wanted,
    label.path as label_path,
    handover.handover_id
from shipments as shipment
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
left join quotes as quote
    on quote.shipment_id = shipment.shipment_id
left join labels as label
    on label.shipment_id = shipment.shipment_id
left join handover_shipments as handover
    on handover.shipment_id = shipment.shipment_id
where shipment.batch_id = $batch_id
order by shipment.position;

-- name: shipment_by_id
-- One row: a shipment with its batch, quote and label.
select
    shipment.*,
    batch.created_by,
    batch.submitted_by,
    batch.submitted_at,
    o.buyer_service,
    o.status as order_status,
    o.ship_by_at,
    quote.fee_minor,
    quote.currency,
    quote.fee_cny_minor,
    quote.parts,
    quote.card_id,
    quote.card_from,
    quote.card_source,
    quote.chargeable_g,
    quote.weight_g as decided_weight_g,
    quote.weight_source as decided_weight_source,
    quote.fx_e6,
    quote.fx_on,
    quote.buyer_service as decided_buyer_service,
    quote.buyer_days_max,
    quote.days_min,
    quote.days_max,
    quote.return_fee_minor,
    quote.return_fee_currency,
    quote.trial_minor,
    quote.trial_currency,
    quote.trial_at,
    quote.trial_weight_g,
    quote.decided_by,
    quote.decided_at,
    label.path as label_path,
    plan.name_en as plan_name_en,
    plan.name_zh as plan_name_zh
from shipments as shipment
inner join batches as batch
    on batch.batch_id = shipment.batch_id
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
left join quotes as quote
    on quote.shipment_id = shipment.shipment_id
left join labels as label
    on label.shipment_id = shipment.shipment_id
left join plans as plan
    on plan.plan_id = shipment.plan_id
where shipment.shipment_id = $shipment_id;

-- name: shipments_found
-- One row per shipment that a number names: its own id, order, logistics order, LP or tracking number.
select shipment_id, batch_id, order_id, state
from shipments
where $number in (shipment_id, order_id, logistics_order_id, lp_number, tracking_number)
order by shipment_id;

-- name: shipment_contents
-- One row per line in a shipment.
select
    part.line_no,
    part.quantity,
    line.sku,
    line.title,
    line.attributes,
    line.child_order_id,
    unit.weight_g,
    unit.cargo_class,
    unit.declared_name_zh,
    unit.declared_name_en,
    unit.declared_minor,
    unit.declared_currency,
    unit.hs_code
from shipment_lines as part
inner join order_lines as line
    on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
left join units as unit
    on unit.sku = line.sku
where part.shipment_id = $shipment_id
order by part.line_no;

-- name: shipment_timeline
-- One row per event of a shipment, oldest first.
select from_state, state, happened_at, done_by, note
from shipment_events
where shipment_id = $shipment_id
order by event_id;

-- name: states_of_batch
-- One row per state of a batch's shipments.
select state, count(*)::bigint as shipment_count
from shipments
where batch_id = $batch_id
group by state;

-- name: shipments_late
-- One row per shipment of a batch that has waited since before a moment for the platform's answer, its number or its
-- label, or whose label the platform refuses.
select
    shipment.shipment_id,
    shipment.state,
    shipment.tracking_number,
    shipment.reason_code,
    coalesce(shipment.reason_text, '') as reason_text
from shipments as shipment
inner join shipment_events as event
    on event.shipment_id = shipment.shipment_id
        and event.state = shipment.state
        and event.from_state is distinct from event.state
where shipment.batch_id = $batch_id and shipment.state in ('accepted', 'unconfirmed')
group by
    shipment.shipment_id,
    shipment.state,
    shipment.tracking_number,
    shipment.reason_code,
    shipment.reason_text,
    shipment.position
having max(event.happened_at) <= $before_at or (shipment.state = 'accepted' and shipment.reason_code is not null)
order by shipment.position;

-- name: batch_pace
-- One row: how many of the batch's shipments settled since a moment, and when the first and last event was.
select
    count(distinct event.shipment_id) filter (
        where event.state in ('ready', 'refused', 'declared') and event.happened_at >= $since_at
    )::bigint as settled_count,
    min(event.happened_at) filter (where event.state = 'queued') as started_at,
    max(event.happened_at) as last_at
from shipment_events as event
inner join shipments as shipment
    on shipment.shipment_id = event.shipment_id
where shipment.batch_id = $batch_id;

-- name: steps_take
-- One row per step of `steps` that found its shipment where it expected it, and moved it.
update shipments
set
    state = steps.state,
    logistics_order_id = coalesce(steps.logistics_order_id, shipments.logistics_order_id),
    lp_number = coalesce(steps.lp_number, shipments.lp_number),
    tracking_number = coalesce(steps.tracking_number, shipments.tracking_number),
    reason_code = steps.reason_code,
    reason_text = steps.reason_text,
    request_id = coalesce(steps.request_id, shipments.request_id),
    found_undeliverable = coalesce(steps.found_undeliverable, shipments.found_undeliverable),
    found_service_code = coalesce(steps.found_service_code, shipments.found_service_code),
    next_attempt_at = steps.next_attempt_at,
    attempts = case
        when steps.state in ('accepted', 'ready', 'refused', 'declared') and steps.state <> shipments.state then 0
        else shipments.attempts
    end,
    absent_at = case when steps.state = shipments.state then shipments.absent_at end,
    doubted_at = case
        when steps.state in ('unconfirmed', 'declare_unconfirmed') and steps.state <> shipments.state
            then steps.happened_at
        else shipments.doubted_at
    end,
    declare_wanted_at = case when steps.drops_wish then null else shipments.declare_wanted_at end,
    changed_at = steps.happened_at
from (
    select *, row_number() over (partition by logistics_order_id order by shipment_id) as claimant
    from steps
) as steps
where steps.shipment_id = shipments.shipment_id
    and steps.from_state = shipments.state
    and (
        steps.logistics_order_id is null
        or (
            steps.claimant = 1
            and not exists (
                select 1
                from shipments as other
                where other.logistics_order_id = steps.logistics_order_id
                    and other.shipment_id <> steps.shipment_id
            )
        )
    )
returning shipments.shipment_id;

-- name: steps_release
-- One row per step of `steps` that found its shipment where it expected it and was not taken, for another shipment has
-- the logistics order: the platform is asked again soon, not when the worker's lease is over.
update shipments
set next_attempt_at = steps.happened_at
from steps
anti join chosen
    on chosen.id = steps.shipment_id
where steps.shipment_id = shipments.shipment_id and steps.from_state = shipments.state;

-- name: step_events_add
-- One event row per step taken: every state ever held, and notes along the way.
insert into shipment_events (shipment_id, from_state, state, happened_at, done_by, note)
select steps.shipment_id, steps.from_state, steps.state, steps.happened_at, steps.done_by, steps.note
from steps
inner join chosen
    on chosen.id = steps.shipment_id
where steps.from_state <> steps.state or steps.note <> '';

-- name: shipments_in_states
-- One row per shipment of a batch in one of the given states.
select shipment_id, batch_id, shop_id, order_id, plan_id, state, attempts, logistics_order_id, tracking_number
from shipments
where batch_id = $batch_id and list_contains($states, state)
order by position;

-- name: refused_groups
-- One row per reason, plan and country of a batch's refused shipments, the largest first.
select
    coalesce(shipment.reason_code, '') as reason_code,
    coalesce(max(shipment.reason_text), '') as reason_text,
    coalesce(shipment.plan_id, '') as plan_id,
    receiver.country,
    list(shipment.shipment_id order by shipment.position) as shipment_ids
from shipments as shipment
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.batch_id = $batch_id and shipment.state = 'refused'
group by all
order by count(*) desc, reason_code, plan_id, receiver.country;

-- name: shipments_by_ids
-- One row per chosen shipment.
select shipment_id, batch_id, shop_id, order_id, plan_id, state, attempts, logistics_order_id, tracking_number
from shipments
inner join chosen
    on chosen.id = shipments.shipment_id
order by shipment_id;

-- name: shipment_ids_of_batch
-- One row per living shipment of a batch, in the list's order.
select shipment_id
from live_shipments
where batch_id = $batch_id
order by position;

-- name: labels_add
-- One row per label of `fetched`.
insert or replace into labels
select shipment_id, path, sha256, size_bytes, page_count, $fetched_at
from fetched;

-- name: handover_add
-- One row: a hand-over of the chosen shipments.
insert into handovers (
    handover_id, shop_id, batch_id, pieces, weight_g, courier, courier_number, done_by, done_at, mode, warehouse_name,
    scale_g
)
select
    $handover_id,
    max(shipment.shop_id),
    $batch_id,
    count(*)::bigint,
    coalesce(sum(shipment.weight_g), 0)::bigint,
    $courier,
    $courier_number,
    $done_by,
    $done_at,
    string_agg(distinct decided.handover_mode, ',' order by decided.handover_mode),
    string_agg(distinct decided.warehouse_name, ', ' order by decided.warehouse_name),
    $scale_g::bigint
from shipments as shipment
left join batch_plans as decided
    on decided.batch_id = shipment.batch_id and decided.plan_id = shipment.plan_id
inner join chosen
    on chosen.id = shipment.shipment_id;

-- name: handover_shipments_add
-- One row per chosen shipment in a hand-over.
insert into handover_shipments
select $handover_id, id
from chosen;

-- name: handover_next_id
-- One row: the next hand-over's number.
select nextval('handover_ids') as handover_id;

-- name: declare_want
-- One row per chosen shipment that was handed over and is now wanted declared.
update shipments
set declare_wanted_at = $wanted_at, declare_wanted_by = $wanted_by, next_attempt_at = null
from chosen
where chosen.id = shipments.shipment_id and shipments.state = 'handed_over'
returning shipments.shipment_id;

-- name: handovers_of_batch
-- One row per hand-over of a batch, the newest first.
select
    handover_id, pieces, weight_g, scale_g, mode, warehouse_name, courier, courier_number, done_by, done_at
from handovers
where batch_id = $batch_id
order by handover_id desc;

-- name: shipments_left_behind
-- One row per shipment that stayed behind when others of its batch were handed over.
select
    shipment.shipment_id,
    shipment.batch_id,
    shipment.order_id,
    shipment.tracking_number,
    receiver.country,
    o.ship_by_at,
    batch.submitted_by
from shipments as shipment
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
inner join batches as batch
    on batch.batch_id = shipment.batch_id
where shipment.state = 'ready'
    and exists (select 1 from handovers as handover where handover.batch_id = shipment.batch_id)
order by o.ship_by_at, shipment.shipment_id;

-- name: shipments_needing_people
-- One row per refused shipment, and per declaration the platform refused.
select
    shipment.shipment_id,
    shipment.batch_id,
    shipment.order_id,
    shipment.state,
    shipment.plan_id,
    shipment.reason_code,
    shipment.reason_text,
    shipment.changed_at
from shipments as shipment
where shipment.state = 'refused' or (shipment.state = 'handed_over' and shipment.reason_code is not null)
order by shipment.changed_at desc, shipment.shipment_id;

-- name: fees_record
-- One row per part of the carrier's fee of each shipment with a kept quote, at the estimated stage.
insert or replace into fees
select shipment.shipment_id, 'freight', 'estimated', quote.fee_minor, quote.currency, $recorded_at
from shipments as shipment
inner join quotes as quote
    on quote.shipment_id = shipment.shipment_id
where shipment.batch_id = $batch_id and shipment.state not in ('cancelled')
union all
select
    shipment.shipment_id,
    'return_service',
    'assumed',
    quote.return_fee_minor,
    quote.return_fee_currency,
    $recorded_at
from shipments as shipment
inner join quotes as quote
    on quote.shipment_id = shipment.shipment_id
where shipment.batch_id = $batch_id
    and shipment.state not in ('cancelled')
    and shipment.undeliverable = 'return'
    and quote.return_fee_minor is not null;

-- name: costs_by_plan
-- One row per plan, country and currency: shipments sent, and their fees at each stage.
select
    shipment.plan_id,
    receiver.country,
    fee.currency,
    fee.kind,
    fee.stage,
    count(*)::bigint as shipment_count,
    sum(fee.fee_minor)::bigint as fee_minor,
    sum(shipment.weight_g)::bigint as weight_g
from fees as fee
inner join shipments as shipment
    on shipment.shipment_id = fee.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.state in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared')
group by shipment.plan_id, receiver.country, fee.currency, fee.kind, fee.stage
order by fee_minor desc, shipment.plan_id, receiver.country;

-- name: decisions_by_plan
-- One row per plan and undeliverable decision of the shipments sent: parcels, and the return fees assumed for them.
select
    shipment.plan_id,
    shipment.undeliverable,
    shipment.state,
    count(*)::bigint as shipment_count,
    coalesce(sum(fee.fee_minor), 0)::bigint as return_fee_minor,
    max(fee.currency) as currency
from shipments as shipment
left join fees as fee
    on fee.shipment_id = shipment.shipment_id and fee.kind = 'return_service'
where shipment.state in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared')
group by shipment.plan_id, shipment.undeliverable, shipment.state
order by shipment_count desc, shipment.plan_id;

-- name: return_fees_of_batch
-- One row per currency of the return-service fees a batch would pay; the null currency counts parcels on plans
-- that offer no return.
select
    fee.currency,
    count(*)::bigint as shipment_count,
    coalesce(sum(fee.fee_minor), 0)::bigint as fee_minor,
    min(fee.fee_minor) as least_minor,
    max(fee.fee_minor) as highest_minor
from live_shipments as shipment
inner join plans as plan
    on plan.plan_id = shipment.plan_id
left join return_fees as fee
    on fee.plan_id = plan.plan_id and plan.return_supported
where shipment.batch_id = $batch_id
group by fee.currency
order by fee.currency;

-- name: shipments_waiting_to_declare
-- One row: how many handed-over shipments of a batch wait for their declaration to be sent.
select count(*)::bigint as shipment_count
from shipments
where batch_id = $batch_id and state = 'handed_over' and declare_wanted_at is not null;
