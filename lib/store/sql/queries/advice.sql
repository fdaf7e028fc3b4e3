-- name: advice_settings
-- One row: what the advice rests on now.
select *
from advice_settings_now;

-- name: advice_settings_set
-- One row: what somebody set it to rest on from now on.
insert into advice_settings
    (recovery_e4, handling_minor, fail_e4, fail_parcels, back_e4, back_parcels, set_by, set_at)
values ($recovery_e4, $handling_minor, $fail_e4, $fail_count, $back_e4, $back_count, $set_by, $set_at);

-- name: failure_history
-- One row per plan, country, day of sending and days until the parcel failed abroad (null: it did not, so far): parcels.
select
    shipment.plan_id,
    receiver.country,
    shipment.sent_at::date as sent_on,
    case
        when told.return_kind is distinct from 'domestic'
            then date_diff('day', shipment.sent_at::date, told.failed_at::date)
    end as wait,
    count(*)::bigint as parcel_count
from decided_shipments as shipment
inner join outcomes as told
    on told.shipment_id = shipment.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.sent_at < $until_at
group by all;

-- name: return_history
-- One row per plan, country, day on which parcels that paid for return failed, and days until they were back with the
-- seller (null: they are not, so far): parcels.
select
    shipment.plan_id,
    receiver.country,
    told.failed_at::date as failed_on,
    date_diff('day', told.failed_at::date, told.returned_at::date) as wait,
    count(*)::bigint as parcel_count
from decided_shipments as shipment
inner join outcomes as told
    on told.shipment_id = shipment.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.decision = 'return'
    and told.failed_at < $until_at
    and told.return_kind is distinct from 'domestic'
group by all;

-- name: batch_lanes
-- One row per plan and country of a batch's undecided shipments.
select distinct shipment.plan_id, receiver.country
from shipments as shipment
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.batch_id = $batch_id and shipment.state in ('draft', 'refused') and shipment.plan_id is not null
order by shipment.plan_id, receiver.country;

-- name: advice_of_batch
-- One row per undecided shipment of a batch with a plan: what is advised, and every number it rests on, as in `advice`.
with advised_parcels as (
    select shipment.shipment_id, shipment.plan_id, receiver.country
    from shipments as shipment
    inner join effective_receivers as receiver
        on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
    where shipment.batch_id = $batch_id and shipment.state in ('draft', 'refused') and shipment.plan_id is not null
),

reckoned as (
    select
        parcel.*,
        plan.return_supported,
        setting.setting_id,
        worth.worth_source,
        recoverable(worth.worth_minor, setting.recovery_e4, setting.handling_minor) as value_minor,
        in_cny(fee.fee_minor, fee.currency, rate.rate_e6) as fee_cny_minor,
        chance.* exclude (plan_id, country)
    from advised_parcels as parcel
    inner join plans as plan
        on plan.plan_id = parcel.plan_id
    cross join advice_settings_now as setting
    left join goods_worth('advised_parcels', $counted_on::date) as worth
        on worth.shipment_id = parcel.shipment_id
    left join return_fees as fee
        on fee.plan_id = parcel.plan_id and plan.return_supported
    left join exchange_on($counted_on::date) as rate
        on rate.currency = fee.currency
    left join chances as chance
        on chance.plan_id = parcel.plan_id and chance.country = parcel.country
),

weighed as (
    select
        *,
        round(both_mean * value_minor)::bigint - fee_cny_minor as gain_minor,
        round(both_low * value_minor)::bigint - fee_cny_minor as gain_low_minor,
        round(both_high * value_minor)::bigint - fee_cny_minor as gain_high_minor
    from reckoned
)

select
    shipment_id,
    plan_id,
    country,
    case when return_supported and gain_minor > 0 then 'return' else 'destroy' end as advised,
    case
        when not return_supported then 'no_return'
        when fee_cny_minor is null then 'no_fee'
        when value_minor is null then 'no_value'
        else basis
    end as basis,
    worth_source as value_source,
    value_minor,
    fee_cny_minor as fee_minor,
    fail_mean,
    fail_low,
    fail_high,
    back_mean,
    back_low,
    back_high,
    case when return_supported then gain_minor end as gain_minor,
    case when return_supported then gain_low_minor end as gain_low_minor,
    case when return_supported then gain_high_minor end as gain_high_minor,
    case when value_minor > 0 then fee_cny_minor / (value_minor * back_mean) end as break_even,
    setting_id
from weighed
order by gain_minor desc nulls last, shipment_id;

-- name: advice_keep
-- One row per shipment that was advised: the newest advice stands.
insert or replace into advice by name
select advised.*, $advised_at as advised_at, null::varchar as chosen, false as followed
from advised;

-- name: advice_chosen
-- One row per shipment of a batch that is being submitted: what was chosen, beside what was advised.
update advice
set
    chosen = shipment.undeliverable,
    followed = how.decided_how = 'advised'
from shipments as shipment
inner join choices as how
    on how.shipment_id = shipment.shipment_id
where advice.shipment_id = shipment.shipment_id
    and shipment.batch_id = $batch_id
    and shipment.state in ('draft', 'refused', 'queued')
    and advice.chosen is null;

-- name: advice_kept
-- One row per shipment of a batch that was advised, with what was chosen.
select advice.*
from advice
inner join shipments as shipment
    on shipment.shipment_id = advice.shipment_id
where shipment.batch_id = $batch_id
order by advice.gain_minor desc nulls last, advice.shipment_id;

-- name: advice_followed
-- One row per what was advised and what was chosen: parcels, those that chose it because it was advised, expected gain of
-- what was chosen over destroying, in CNY.
select
    advised,
    chosen,
    count(*)::bigint as shipment_count,
    count(*) filter (where followed)::bigint as followed_count,
    coalesce(sum(gain_minor) filter (where chosen = 'return'), 0)::bigint as gain_minor
from advice
where chosen is not null
group by advised, chosen
order by advised, chosen;

-- name: backtest_lanes
-- One row per week in which parcels that could have been returned were sent, plan and country: what a chance is needed for.
select distinct
    date_trunc('week', shipment.sent_at)::date as known_on,
    shipment.plan_id,
    receiver.country
from decided_shipments as shipment
inner join outcomes as told
    on told.shipment_id = shipment.shipment_id
inner join plans as plan
    on plan.plan_id = shipment.plan_id and plan.return_supported
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.sent_at < $until_at
order by known_on, shipment.plan_id, receiver.country;

-- name: backtest
-- One row per month of sending and way to decide ('return', 'destroy', 'actual', 'advice'): what it would have come to for the
-- parcels that could have been returned, in CNY. recovered_seen_minor happened; …_assumed_, _low_ and _high_minor are
-- expected, with the 90 % range of the chances: of failed parcels nobody tried to bring back, or that are on their way, and of
-- those that may still fail at their age (open_count).
with tested as (
    select
        shipment.shipment_id,
        shipment.sent_at,
        shipment.decision,
        shipment.plan_id,
        receiver.country,
        told.failed_at is not null and told.return_kind is distinct from 'domestic' as is_failed,
        told.returned_at is not null and told.return_kind is distinct from 'domestic' as is_returned,
        told.final as is_final,
        greatest(date_diff('day', shipment.sent_at::date, $until_at::date), 0) as age,
        told.destroyed_at is not null
            or date_diff('day', told.failed_at::date, $until_at::date) > $horizon_count as is_gone,
        in_cny(fee.fee_minor, fee.currency, rate.rate_e6) as listed_minor
    from decided_shipments as shipment
    inner join outcomes as told
        on told.shipment_id = shipment.shipment_id
    inner join plans as plan
        on plan.plan_id = shipment.plan_id and plan.return_supported
    inner join effective_receivers as receiver
        on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
    inner join return_fees as fee
        on fee.plan_id = shipment.plan_id
    left join exchange_on($until_at::date) as rate
        on rate.currency = fee.currency
    where shipment.sent_at < $until_at
),

reckoned as (
    select
        one.*,
        coalesce(paid.fee_cny_minor, one.listed_minor) as fee_minor,
        paid.stage is not null and paid.stage <> 'assumed' as is_billed,
        coalesce(recoverable(worth.worth_minor, setting.recovery_e4, setting.handling_minor), 0) as value_minor,
        in_cny(checkin.restocked_minor, checkin.currency, rate.rate_e6) as counted_minor,
        chance.both_mean * value_minor > one.listed_minor as advises_return,
        case when one.is_failed then 1 else still_fails(hope.fail_mean, seen.share) end * hope.back_mean as mean,
        case when one.is_failed then 1 else still_fails(hope.fail_low, seen.share) end * hope.back_low as low,
        case when one.is_failed then 1 else still_fails(hope.fail_high, seen.share) end * hope.back_high as high
    from tested as one
    cross join advice_settings_now as setting
    left join fees_of('fees', 'return_service', $until_at::date) as paid
        on paid.shipment_id = one.shipment_id and one.decision = 'return'
    left join goods_worth('tested', $until_at::date) as worth
        on worth.shipment_id = one.shipment_id
    left join return_checkins as checkin
        on checkin.shipment_id = one.shipment_id
    left join exchange_on($until_at::date) as rate
        on rate.currency = checkin.currency
    inner join past_chances as chance
        on chance.known_on = date_trunc('week', one.sent_at)::date
        and chance.plan_id = one.plan_id
        and chance.country = one.country
    inner join chances as hope
        on hope.plan_id = one.plan_id and hope.country = one.country
    inner join shown as seen
        on seen.age = least(one.age, (select max(age) from shown))
),

-- is_known: nothing is left to expect: it arrived, or its return is over. seen_minor: what a return brought.
judged as (
    select
        *,
        case when is_failed then decision = 'return' and (is_returned or is_gone) else is_final end as is_known,
        case when is_failed and is_returned then coalesce(counted_minor, value_minor) else 0 end as seen_minor
    from reckoned
),

ways as (
    select 'return' as way, true as returns, judged.* from judged
    union all
    select 'destroy', false, judged.* from judged
    union all
    select 'actual', judged.decision = 'return', judged.* from judged
    union all
    select 'advice', judged.advises_return, judged.* from judged
)

select
    way,
    date_trunc('month', sent_at)::date as month,
    count(*)::bigint as parcel_count,
    count(*) filter (where returns)::bigint as returning_count,
    count(*) filter (where returns and is_failed)::bigint as failed_count,
    count(*) filter (where not is_final and not is_failed)::bigint as open_count,
    coalesce(sum(fee_minor) filter (where returns), 0)::bigint as fee_minor,
    coalesce(sum(fee_minor) filter (where returns and not (is_billed and decision = 'return')), 0)::bigint
        as fee_assumed_minor,
    coalesce(sum(seen_minor) filter (where returns and is_known), 0)::bigint as recovered_seen_minor,
    coalesce(round(sum(mean * value_minor) filter (where returns and not is_known)), 0)::bigint
        as recovered_assumed_minor,
    coalesce(round(sum(low * value_minor) filter (where returns and not is_known)), 0)::bigint as recovered_low_minor,
    coalesce(round(sum(high * value_minor) filter (where returns and not is_known)), 0)::bigint as recovered_high_minor
from ways
group by way, month
order by month, way;
