-- name: shipment_happenings
-- One row per thing that happened to a shipment beside its states, oldest first.
select kind, happened_at, done_by, what, detail
from happenings
where shipment_id = $shipment_id
order by happened_at;

-- name: batch_timeline
-- One row per state a batch's shipments held and per thing that happened to them beside, in the list's order and the
-- oldest first. kind: state (what: the state, detail: its note), or as in `happenings`.
select shipment.position, shipment.shipment_id, shipment.order_id, told.happened_at, told.done_by, told.kind, told.what,
    told.detail
from (
    select shipment_id, 'state' as kind, happened_at, done_by, state as what, note as detail, event_id as place
    from shipment_events
    union all
    select shipment_id, kind, happened_at, done_by, what, detail, 0
    from happenings
) as told
inner join shipments as shipment
    on shipment.shipment_id = told.shipment_id
where shipment.batch_id = $batch_id
order by shipment.position, told.happened_at, told.place;

-- name: batch_audit
-- One row per action on a batch or one of its shipments, the newest first.
select done_at, done_by, action, subject, detail
from audit
where subject = $batch_id or starts_with(subject, $batch_id || '-')
order by audit_id desc;

-- name: batch_export
-- One row per shipment of a batch, as a table for other programs: what went where, at what cost, and when it moved.
select
    shipment.position,
    shipment.shipment_id,
    shipment.order_id,
    shipment.state,
    shipment.plan_id,
    receiver.country,
    shipment.undeliverable,
    shipment.weight_g,
    shipment.logistics_order_id,
    shipment.lp_number,
    shipment.tracking_number,
    quote.fee_minor,
    quote.currency,
    case when shipment.undeliverable = 'return' then quote.return_fee_minor end as return_fee_minor,
    case when shipment.undeliverable = 'return' then quote.return_fee_currency end as return_fee_currency,
    event.queued_at,
    event.accepted_at,
    event.ready_at,
    event.handed_over_at,
    event.declared_at,
    printed.print_run_id,
    printed.page_no,
    shipment.reason_code,
    shipment.reason_text
from shipments as shipment
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
left join quotes as quote
    on quote.shipment_id = shipment.shipment_id
left join (
    select
        shipment_id,
        min(happened_at) filter (where state = 'queued') as queued_at,
        max(happened_at) filter (where state = 'accepted') as accepted_at,
        max(happened_at) filter (where state = 'ready') as ready_at,
        max(happened_at) filter (where state = 'handed_over') as handed_over_at,
        max(happened_at) filter (where state = 'declared') as declared_at
    from shipment_events
    group by shipment_id
) as event
    on event.shipment_id = shipment.shipment_id
left join (
    select shipment_id, max(print_run_id) as print_run_id, arg_max(page_no, print_run_id) as page_no
    from print_pages
    group by shipment_id
) as printed
    on printed.shipment_id = shipment.shipment_id
where shipment.batch_id = $batch_id
order by shipment.position;

-- name: batch_cost
-- One row per currency: freight of the shipments that have a logistics order, and return-service fees of those.
select
    quote.currency,
    count(*)::bigint as shipment_count,
    sum(quote.fee_minor)::bigint as fee_minor,
    coalesce(sum(quote.return_fee_minor) filter (where shipment.undeliverable = 'return'), 0)::bigint as return_fee_minor,
    max(quote.return_fee_currency) as return_fee_currency
from shipments as shipment
inner join quotes as quote
    on quote.shipment_id = shipment.shipment_id
where shipment.batch_id = $batch_id and shipment.logistics_order_id is not null
group by quote.currency
order by quote.currency;
