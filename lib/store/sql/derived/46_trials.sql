-- Trial prices beside what our own cards say.

-- One row per undecided shipment of a batch: the estimate of its plan and the platform's trial price for it. standing:
-- 'waiting', 'troubled', 'fresh', 'stale' (older than stale_before, or asked with another weight or size), 'unoffered'
-- (asked, and this plan was not offered or had no price), 'planless' (asked, and no plan is chosen), 'missing' (never
-- asked). difference_minor: trial − estimate, where both are of one currency.
create or replace macro trials_in(batch, stale_before) as table
select
    shipment.shipment_id,
    shipment.order_id,
    shipment.position,
    shipment.plan_id,
    shipment.weight_g,
    quote.fee_minor,
    quote.currency,
    trial.price_minor as trial_minor,
    trial.currency as trial_currency,
    coalesce(trial.fetched_at, request.answered_at) as fetched_at,
    request.trouble,
    case when trial.currency = quote.currency then trial.price_minor - quote.fee_minor end as difference_minor,
    case
        when request.shipment_id is null then 'missing'
        when request.answered_at is null then 'waiting'
        when request.trouble <> '' then 'troubled'
        when shipment.plan_id is null then 'planless'
        when trial.price_minor is null then 'unoffered'
        when trial.fetched_at < stale_before
            or trial.weight_g is distinct from shipment.weight_g
            or trial.length_mm is distinct from shipment.length_mm
            or trial.width_mm is distinct from shipment.width_mm
            or trial.height_mm is distinct from shipment.height_mm
            then 'stale'
        else 'fresh'
    end as standing
from shipments as shipment
left join quotes as quote
    on quote.shipment_id = shipment.shipment_id and quote.plan_id = shipment.plan_id
left join trial_requests as request
    on request.shipment_id = shipment.shipment_id
left join trials as trial
    on trial.shipment_id = shipment.shipment_id and trial.plan_id = shipment.plan_id
where shipment.batch_id = batch and shipment.state in ('draft', 'refused');
