-- name: trials_want
-- One row per chosen shipment that is asked for now: undecided, with a weight.
insert into trial_requests (shipment_id, wanted_by, wanted_at, next_attempt_at)
select shipment.shipment_id, $wanted_by, $wanted_at, $wanted_at
from shipments as shipment
inner join chosen
    on chosen.id = shipment.shipment_id
where shipment.state in ('draft', 'refused') and shipment.weight_g is not null
on conflict (shipment_id) do update set
    wanted_by = excluded.wanted_by,
    wanted_at = excluded.wanted_at,
    next_attempt_at = excluded.next_attempt_at,
    attempts = 0,
    answered_at = null,
    trouble = ''
returning shipment_id;

-- name: trials_due
-- One row per shipment that waits for its trial prices and may be asked for now, the first wanted first.
select
    request.shipment_id,
    request.attempts,
    shipment.shop_id,
    shipment.order_id,
    shipment.weight_g,
    shipment.length_mm,
    shipment.width_mm,
    shipment.height_mm
from trial_requests as request
inner join shipments as shipment
    on shipment.shipment_id = request.shipment_id and shipment.state in ('draft', 'refused')
where request.answered_at is null
    and request.next_attempt_at <= $now_at
    and ($batch_id::varchar is null or shipment.batch_id = $batch_id)
order by request.wanted_at, shipment.batch_id, shipment.position
limit $lot;

-- name: trials_next_at
-- One row: when the next shipment that waits may be asked for; null when none waits.
select min(request.next_attempt_at) as next_at
from trial_requests as request
inner join shipments as shipment
    on shipment.shipment_id = request.shipment_id and shipment.state in ('draft', 'refused')
where request.answered_at is null and ($batch_id::varchar is null or shipment.batch_id = $batch_id);

-- name: trials_forget
-- Drop what was offered before for the shipments of `answers`.
delete from trials
where shipment_id in (select shipment_id from answers where trouble = '' and next_attempt_at is null);

-- name: trials_add
-- One row per plan of `offers` that is sold here.
insert into trials
select
    offer.shipment_id, offer.plan_id, offer.price_minor, offer.currency, offer.days_min, offer.days_max, offer.weight_g,
    offer.length_mm, offer.width_mm, offer.height_mm, $fetched_at
from offers as offer
inner join plans as plan
    on plan.plan_id = offer.plan_id
on conflict do nothing;

-- name: trials_answer
-- One row per shipment of `answers`: answered, refused for good, or to be asked again later.
update trial_requests
set
    answered_at = case when answers.next_attempt_at is null then $fetched_at end,
    next_attempt_at = coalesce(answers.next_attempt_at, trial_requests.next_attempt_at),
    attempts = trial_requests.attempts + answers.attempted,
    trouble = answers.trouble
from answers
where answers.shipment_id = trial_requests.shipment_id and trial_requests.answered_at is null;

-- name: trials_hold
-- Nothing more of a shop is asked before a moment: what was turned away would be turned away again.
update trial_requests
set next_attempt_at = $until_at
from shipments
where shipments.shipment_id = trial_requests.shipment_id
    and shipments.shop_id = $shop_id
    and trial_requests.answered_at is null
    and trial_requests.next_attempt_at < $until_at;

-- name: trials_of_parcel
-- One row per plan the platform offered for a shipment.
select
    trial.*,
    trial.weight_g is not distinct from shipment.weight_g
    and trial.length_mm is not distinct from shipment.length_mm
    and trial.width_mm is not distinct from shipment.width_mm
    and trial.height_mm is not distinct from shipment.height_mm as fits
from trials as trial
inner join shipments as shipment
    on shipment.shipment_id = trial.shipment_id
where trial.shipment_id = $shipment_id
order by trial.plan_id;

-- name: trial_request_of
-- One row: the request for a shipment's trial prices.
select *
from trial_requests
where shipment_id = $shipment_id;

-- name: trials_of_batch
-- One row per undecided shipment of a batch, the largest difference first: see the macro trials_in. $asked: only those
-- asked for.
with page as (
    select shipment_id, position, abs(difference_minor) as gap
    from trials_in($batch_id, $stale_before::timestamp)
    where not $asked or standing <> 'missing'
    order by gap desc nulls last, position
    limit $page_size
)

select trial.*, plan.name_en, plan.name_zh
from trials_in($batch_id, $stale_before::timestamp) as trial
inner join page
    on page.shipment_id = trial.shipment_id
left join plans as plan
    on plan.plan_id = trial.plan_id
order by page.gap desc nulls last, page.position;

-- name: trials_counted
-- One row per standing of a batch's undecided shipments and currency (null: the two cannot be compared): how many, and
-- the sums of what can be compared.
select
    standing,
    case when difference_minor is not null then currency end as currency,
    count(*)::bigint as shipment_count,
    coalesce(sum(fee_minor), 0)::bigint as fee_minor,
    coalesce(sum(trial_minor), 0)::bigint as trial_minor,
    coalesce(sum(difference_minor), 0)::bigint as difference_minor
from trials_in($batch_id, $stale_before::timestamp)
group by all
order by all;

-- name: quotes_see_trials
-- The trial price that stands beside each undecided shipment's estimate is kept with its quote; none where there is none.
update quotes
set
    trial_minor = seen.price_minor,
    trial_currency = seen.currency,
    trial_at = seen.fetched_at,
    trial_weight_g = seen.weight_g
from (
    select shipment.shipment_id, trial.price_minor, trial.currency, trial.fetched_at, trial.weight_g
    from shipments as shipment
    left join trials as trial
        on trial.shipment_id = shipment.shipment_id
        and trial.plan_id = shipment.plan_id
        and trial.price_minor is not null
    where shipment.batch_id = $batch_id and shipment.state in ('draft', 'refused')
) as seen
where seen.shipment_id = quotes.shipment_id and quotes.trial_at is distinct from seen.fetched_at;
