-- Outcomes: what became of parcels, derived from what was said of them.

-- One row per meaning a code can have: the words of `Meaning`, numbered in its order. leg: where it puts the parcel.
create or replace view meanings as
select *
from (
    values
        (0, 'no_news', 'unknown', '', ''),
        (1, 'pre_shipment', 'pre_shipment', '', ''),
        (2, 'china', 'in_transit', '', 'china'),
        (3, 'customs_china', 'customs', '', 'china'),
        (4, 'abroad', 'in_transit', '', 'abroad'),
        (5, 'transit', 'in_transit', '', ''),
        (6, 'customs_abroad', 'customs', '', 'abroad'),
        (7, 'customs', 'customs', '', ''),
        (8, 'pre_shipment_problem', 'pre_shipment', 'problem', ''),
        (9, 'china_problem', 'in_transit', 'problem', 'china'),
        (10, 'china_refused', 'in_transit', 'refused', 'china'),
        (11, 'customs_china_problem', 'customs', 'customs', 'china'),
        (12, 'abroad_problem', 'in_transit', 'problem', 'abroad'),
        (13, 'problem', 'in_transit', 'problem', ''),
        (14, 'customs_abroad_problem', 'customs', 'customs', 'abroad'),
        (15, 'customs_problem', 'customs', 'customs', ''),
        (16, 'collection', 'in_transit', 'collection', 'abroad'),
        (17, 'address', 'in_transit', 'address', 'abroad'),
        (18, 'attempt', 'in_transit', 'attempt', ''),
        (19, 'attempt_abroad', 'in_transit', 'attempt', 'abroad'),
        (20, 'undeliverable', 'undeliverable', '', ''),
        (21, 'undeliverable_abroad', 'undeliverable', '', 'abroad'),
        (22, 'expired', 'expired', '', ''),
        (23, 'china_signed', 'in_transit', '', 'china'),
        (24, 'returning', 'returning', '', ''),
        (25, 'returning_abroad', 'returning', '', 'abroad'),
        (26, 'returned', 'returned', '', ''),
        (27, 'destroyed', 'destroyed', '', ''),
        (28, 'destroyed_abroad', 'destroyed', '', 'abroad'),
        (29, 'lost', 'lost', '', ''),
        (30, 'lost_doubtful', 'lost', '', ''),
        (31, 'cancelled', 'cancelled', '', ''),
        (32, 'delivered', 'delivered', '', '')
) as meaning (mark, meaning, outcome, trouble, leg);

-- One row per code ever met: what it means, as somebody said, else as it comes with the program; null: nobody knows.
create or replace view code_marks as
select
    met.code_id,
    met.vocabulary,
    met.code,
    coalesce(mapped.meaning, known.meaning) as meaning,
    mapped.meaning is not null as is_mapped,
    meaning.mark
from tracking_codes as met
left join code_meanings as mapped
    on mapped.vocabulary = met.vocabulary and mapped.code = met.code
left join known_codes as known
    on known.vocabulary = met.vocabulary and known.code = met.code
left join meanings as meaning
    on meaning.meaning = coalesce(mapped.meaning, known.meaning);

-- When a key of `derived_outcomes` happened: its last 6 bits are a mark, the 12 before them a place.
create or replace macro key_moment(key) as
    make_timestamp_ms(key >> 18);

-- How many attempts a list of sort keys in order tells of: nearer than ten minutes to the one before, it is the same one,
-- told by another source.
create or replace macro attempt_keys(keys) as
    list_filter(keys, lambda key, place: place = 1 or key - keys[place - 1] >= 600000::bigint * 4096);

-- One row per shipment of a table like `tracking_events`: the outcome of its events, by eight rules.
--
--   1 They go by their instant, those of one moment by their place in the source: sort_key.
--   2 A later one wins, but a late scan does not undo an end. Only a return undoes a delivery, and is flagged.
--   3 Once a return began, a signature is the seller's: returned, flagged when nothing says so itself.
--   4 Signed by a station is waiting for collection: so the codes say.
--   5 One failed attempt is no failure; a second is, as long as nothing later speaks for the parcel.
--   6 What fails before it left China is not undeliverable, and its return is domestic.
--   7 An unknown code changes nothing.
--   8 Signed inside China says that a warehouse has it: so the codes say.
--
-- Grouped once, without sorting: a key holds when, in which place, and as what (a mark), so that the last of a kind also says
-- which it was. What few parcels have is grouped by itself: the wider the group, the dearer for all. The numbers are those
-- of `meanings`: troubles 8 to 19, given up 20 and 21, on the way back 24 to 28, ends from 26 on.
create or replace macro derived_outcomes(events) as table
with marked as (
    select
        event.shipment_id,
        event.sort_key,
        code.mark,
        event.sort_key * 64 + code.mark as key
    from query_table(events) as event
    inner join code_marks as code
        on code.code_id = event.code_id
),

-- What every parcel has: most arrive, and of them this is all.
usual as (
    select
        shipment_id,
        count(*) as event_count,
        min(sort_key) as first_key,
        max(sort_key) as last_key,
        max(case when mark > 0 then key end) as said,
        max(case when mark >= 26 then key end) as ended,
        min(case when mark = 32 then key end) as delivered,
        bit_or(1::ubigint << coalesce(mark, 40)) as seen
    from marked
    group by shipment_id
),

-- What only those have that fail, are troubled or come back.
unusual as (
    select
        shipment_id,
        min(case when mark between 24 and 28 then key end) as back,
        max(case when mark = 23 then key end) as signed,
        min(case when mark = 26 then key end) as returned,
        min(case when mark between 27 and 28 then key end) as destroyed,
        min(case when mark between 20 and 21 then key end) as given_up,
        min(case when mark between 12 and 17 then key end) as troubled,
        list(sort_key) filter (where mark between 18 and 19) as attempts
    from marked
    where mark between 12 and 28
    group by shipment_id
),

grouped as (
    select
        usual.*,
        unusual.* exclude (shipment_id) replace (
            greatest(unusual.signed, case when usual.ended & 63 = 32 then usual.ended end) as signed
        )
    from usual
    left join unusual
        on unusual.shipment_id = usual.shipment_id
),

-- last_end: the end that stands, signatures after a return began included. was_abroad, was_in_china: some code says so.
-- may_fail: rule 6, for sources that do not say where a parcel is.
weighed as (
    select
        * replace (attempt_keys(list_sort(attempts)) as attempts),
        greatest(
            case when ended & 63 < 32 or back is null or ended > back then ended end,
            case when signed > back then signed end
        ) as last_end,
        seen & 304828496 <> 0 as was_abroad,
        seen & 8392204 <> 0 as was_in_china,
        seen & 304828496 <> 0 or seen & 8392204 = 0 as may_fail
    from grouped
),

judged as (
    select
        *,
        case
            when last_end & 63 in (27, 28) then 'destroyed'
            when last_end & 63 in (29, 30) then 'lost'
            when last_end & 63 = 31 then 'cancelled'
            when last_end & 63 = 32 and back is null then 'delivered'
            when last_end is not null then 'returned'
            when said & 63 = 22 then 'expired'
            when back is not null then 'returning'
            when said & 63 between 18 and 21 and may_fail and (given_up is not null or len(attempts) >= 2)
                then 'undeliverable'
            when said & 63 in (3, 6, 7, 11, 14, 15) then 'customs'
            when said & 63 in (1, 8) then 'pre_shipment'
            when said is null then 'unknown'
            else 'in_transit'
        end as outcome,
        case
            when said & 63 in (18, 19) then 'attempt'
            when said & 63 = 16 then 'collection'
            when said & 63 = 17 then 'address'
            when said & 63 in (11, 14, 15) then 'customs'
            when said & 63 = 10 then 'refused'
            when said & 63 in (8, 9, 12, 13, 20, 21) then 'problem'
            when attempts is not null and may_fail then 'attempt'
            else ''
        end as last_trouble,
        case
            when may_fail
                then least(given_up, attempts[2] * 64, back)
        end as failed
    from weighed
)

select
    shipment_id,
    outcome,
    case outcome
        when 'delivered' then key_moment(delivered)
        when 'returned' then key_moment(coalesce(returned, signed))
        when 'destroyed' then key_moment(destroyed)
        when 'returning' then key_moment(back)
        when 'undeliverable' then key_moment(failed)
        else key_moment(coalesce(last_end, said, last_key * 64))
    end as outcome_at,
    case when outcome in ('in_transit', 'customs', 'pre_shipment') then last_trouble else '' end as trouble,
    case
        when outcome not in ('in_transit', 'customs', 'pre_shipment') or last_trouble = '' then null
        when last_trouble = 'attempt' then key_moment(attempts[1] * 64)
        when said & 63 >= 12 then key_moment(troubled)
        else key_moment(said)
    end as trouble_at,
    key_moment(first_key * 64) as first_event_at,
    key_moment(last_key * 64) as last_event_at,
    event_count,
    case when back is null or delivered < back then key_moment(delivered) end as delivered_at,
    case
        when outcome in ('undeliverable', 'returning', 'returned', 'destroyed', 'expired', 'lost')
            then key_moment(failed)
    end as failed_at,
    coalesce(len(attempts), 0) as failed_attempts,
    case
        when back is null and not (outcome = 'in_transit' and last_trouble = 'refused') then null
        when was_abroad then 'overseas'
        when was_in_china then 'domestic'
    end as return_kind,
    case when back & 63 in (24, 25) then key_moment(back) end as returning_at,
    case
        when returned is not null or signed > back then key_moment(coalesce(returned, signed))
    end as returned_at,
    key_moment(destroyed) as destroyed_at,
    case when outcome = 'lost' then key_moment(last_end) end as lost_at,
    was_abroad as is_abroad,
    outcome in ('delivered', 'returned', 'destroyed', 'lost', 'cancelled') as is_final,
    list_filter(
        [
            case when outcome = 'returned' and returned is null then 'signed_after_return' end,
            case when delivered < back then 'delivered_then_returning' end,
            case when last_end is not null and said > last_end then 'late_scan' end,
            case when outcome = 'lost' and last_end & 63 = 30 then 'doubtful' end,
            case when seen & (1::ubigint << 40) <> 0 then 'unknown_code' end
        ],
        lambda flag: flag is not null
    ) as flags
from judged;

-- One row per shipment on the platform, or closed there: what became of it, whatever the time. outcome_at: since when;
-- for an end, its first telling. trouble: what is wrong on the way, since trouble_at. failed_at: when it first could not be
-- delivered abroad, of those whose last word is not that it was; a second failed attempt, giving up, or a return without
-- either. return_kind: 'overseas' (海外退件), 'domestic' (国内退件: it never left China), null where nobody said or
-- nothing comes back. A parcel its seller checked in is returned, whatever was said. flags: signed_after_return,
-- delivered_then_returning, late_scan, doubtful, unknown_code, checked_in.
create or replace view outcomes as
select
    shipment.shipment_id,
    case when checkin.shipment_id is not null then 'returned' else coalesce(told.outcome, 'unknown') end as outcome,
    case
        when checkin.shipment_id is not null then coalesce(told.returned_at, checkin.received_at)
        else told.outcome_at
    end as outcome_at,
    case when checkin.shipment_id is not null then '' else coalesce(told.trouble, '') end as trouble,
    case when checkin.shipment_id is null then told.trouble_at end as trouble_at,
    told.first_event_at,
    told.last_event_at,
    coalesce(told.event_count, 0) as event_count,
    told.delivered_at,
    told.failed_at,
    coalesce(told.failed_attempts, 0) as failed_attempts,
    case
        when told.return_kind is not null or checkin.shipment_id is null then told.return_kind
        when told.is_abroad then 'overseas'
        when told.first_event_at is not null then 'domestic'
    end as return_kind,
    told.returning_at,
    coalesce(told.returned_at, checkin.received_at) as returned_at,
    told.destroyed_at,
    told.lost_at,
    coalesce(told.is_abroad, false) as is_abroad,
    checkin.shipment_id is not null or coalesce(told.is_final, false) as final,
    case
        when checkin.shipment_id is not null then list_append(coalesce(told.flags, []), 'checked_in')
        else coalesce(told.flags, [])
    end as flags
from shipments as shipment
left join tracked_outcomes as told
    on told.shipment_id = shipment.shipment_id
left join return_checkins as checkin
    on checkin.shipment_id = shipment.shipment_id
where shipment.state
    in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared', 'closed');

-- A number of days of `outcome_days`.
create or replace macro days_of(wanted) as
    (select days from outcome_days where name = wanted);

-- One row per shipment as in `outcomes`, at a moment, after which news that do not come say something too: in no return
-- yet, without news for the days of 'expired' it is expired, for those of 'lost' it is lost; a return that began, or should
-- have, is expired when it did not arrive within the days of 'return' from the shipment's making. is_assumed: silence alone
-- says so.
create or replace macro outcomes_at(now_at) as table
with aged as (
    select
        o.*,
        case
            when o.final then ''
            when o.outcome in ('returning', 'undeliverable')
                and shipment.created_at + to_days(days_of('return')::integer) < now_at
                then 'expired'
            when o.outcome in ('returning', 'undeliverable') then ''
            when o.last_event_at + to_days(days_of('lost')::integer) < now_at then 'lost'
            when o.last_event_at + to_days(days_of('expired')::integer) < now_at then 'expired'
            else ''
        end as silence,
        shipment.created_at
    from outcomes as o
    inner join shipments as shipment
        on shipment.shipment_id = o.shipment_id
)

select
    * exclude (silence, created_at) replace (
        case when silence = '' then outcome else silence end as outcome,
        case
            when silence = 'lost' then last_event_at + to_days(days_of('lost')::integer)
            when silence = '' or outcome = 'expired' then outcome_at
            when outcome in ('returning', 'undeliverable') then created_at + to_days(days_of('return')::integer)
            else last_event_at + to_days(days_of('expired')::integer)
        end as outcome_at,
        case when silence = '' then trouble else '' end as trouble,
        case when silence = '' then trouble_at end as trouble_at,
        case
            when silence = 'lost' then last_event_at + to_days(days_of('lost')::integer)
            else lost_at
        end as lost_at,
        final or silence = 'lost' as final
    ),
    silence <> '' and silence <> outcome as is_assumed
from aged;

-- One row per parcel that left the desk, has a number, and of which the end is not known: news of it may still come.
create or replace view live_parcels as
select shipment.shipment_id
from shipments as shipment
anti join tracked_outcomes as told
    on told.shipment_id = shipment.shipment_id and told.is_final
anti join return_checkins as checkin
    on checkin.shipment_id = shipment.shipment_id
where shipment.state in ('handed_over', 'declaring', 'declare_unconfirmed', 'declared')
    and shipment.tracking_number is not null;

-- One row per parcel that is failing at a moment, or came to a bad end not long ago: what is the matter (kind), since when,
-- and until when something can be done about it. kind: 'attempt', 'collection', 'address', 'customs', 'refused' (by a
-- warehouse in China), 'problem', 'undeliverable', 'returning', 'returned' (until it is checked in), 'destroyed', 'lost',
-- 'silent' (no news for the days of 'silent') and 'expired'. is_assumed: only silence says so. A parcel put aside comes back
-- with the next thing that is said of it. Built on the tables, not on `outcomes`: most parcels arrive, and are left out first.
create or replace macro failing_parcels(now_at) as table
with told as (
    select
        one.*,
        shipment.created_at,
        shipment.shop_id,
        shipment.order_id,
        shipment.batch_id,
        shipment.plan_id,
        shipment.tracking_number,
        shipment.undeliverable,
        case
            when one.is_final then ''
            when one.outcome in ('returning', 'undeliverable')
                then case
                    when shipment.created_at + to_days(days_of('return')::integer) < now_at then 'expired' else ''
                end
            when one.last_event_at + to_days(days_of('lost')::integer) < now_at then 'lost'
            when one.outcome = 'expired' then ''
            when one.last_event_at + to_days(days_of('expired')::integer) < now_at then 'expired'
            when one.trouble <> '' then ''
            when one.last_event_at + to_days(days_of('silent')::integer) < now_at then 'silent'
            else ''
        end as silence
    from tracked_outcomes as one
    inner join shipments as shipment
        on shipment.shipment_id = one.shipment_id
    where one.outcome not in ('delivered', 'cancelled')
        and shipment.state
            in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared', 'closed')
),

-- Those that left, were asked for, and of which nothing was ever heard.
unheard as (
    select shipment.*
    from tracking_pulls as pull
    inner join shipments as shipment
        on shipment.shipment_id = pull.shipment_id
    anti join tracked_outcomes as one
        on one.shipment_id = pull.shipment_id
    where pull.news_at is null
        and shipment.state in ('handed_over', 'declaring', 'declare_unconfirmed', 'declared')
        and shipment.changed_at + to_days(days_of('silent')::integer) < now_at
),

failing as (
    select
        shipment_id,
        case
            when silence <> '' then silence
            when outcome in ('in_transit', 'customs', 'pre_shipment') then trouble
            else outcome
        end as kind,
        case
            when silence = 'lost' then last_event_at + to_days(days_of('lost')::integer)
            when silence <> '' then last_event_at
            when outcome in ('in_transit', 'customs', 'pre_shipment') then trouble_at
            else outcome_at
        end as since_at,
        last_event_at,
        silence <> '' as is_assumed,
        failed_attempts,
        return_kind,
        created_at,
        shop_id,
        order_id,
        batch_id,
        plan_id,
        tracking_number,
        undeliverable
    from told
    union all
    select
        shipment_id, 'silent', changed_at, null, true, 0, null, created_at, shop_id, order_id, batch_id, plan_id,
        tracking_number, undeliverable
    from unheard
)

select
    failing.*,
    case
        when kind in ('undeliverable', 'returning') then created_at + to_days(days_of('return')::integer)
    end as return_by_at,
    case when kind = 'refused' then since_at + to_days(days_of('address')::integer) end as address_by_at,
    case
        when kind in ('problem', 'customs', 'undeliverable', 'destroyed', 'lost', 'silent', 'expired')
            then since_at + to_days(days_of('complain')::integer)
    end as complain_by_at
from failing
left join parcel_cases as looked
    on looked.shipment_id = failing.shipment_id
anti join return_checkins as checkin
    on checkin.shipment_id = failing.shipment_id
where kind in (
        'attempt', 'collection', 'address', 'customs', 'refused', 'problem', 'undeliverable', 'returning', 'returned',
        'destroyed', 'lost', 'silent', 'expired'
    )
    and (looked.done_at is null or looked.done_at < coalesce(last_event_at, since_at))
    and (
        kind not in ('destroyed', 'lost', 'returned')
        or since_at + to_days(days_of('shown')::integer) >= now_at
    );
