-- name: tracking_incoming
-- One row per event that comes in, each once: with its code, and its place in time. A list whose first event is later than
-- its last stands newest first. An event without a time has that of its older neighbour, else of its newer one.
create temp table tracking_incoming as
with directions as (
    select
        shipment_id,
        coalesce(arg_min(happened_at, row_no) > arg_max(happened_at, row_no), false) as is_newest_first
    from told_events
    group by shipment_id
),

turned as (
    select
        told.*,
        case when direction.is_newest_first then -told.row_no else told.row_no end as place_no
    from told_events as told
    inner join directions as direction
        on direction.shipment_id = told.shipment_id
),

timed as (
    select
        *,
        coalesce(
            happened_at,
            last_value(happened_at ignore nulls) over older,
            first_value(happened_at ignore nulls) over newer,
            $seen_at
        ) as moment_at
    from turned
    window
        older as (partition by shipment_id order by place_no rows between unbounded preceding and current row),
        newer as (partition by shipment_id order by place_no rows between current row and unbounded following)
),

placed as (
    select
        *,
        row_number() over (partition by shipment_id, moment_at order by place_no) as tie
    from timed
)

select
    shipment_id,
    vocabulary,
    code,
    happened_at,
    epoch_ms(moment_at) * 4096 + least(tie, 4096) - 1 as sort_key,
    raw_code,
    zone,
    text,
    place,
    status,
    row_no
from placed
qualify row_number() over (
    partition by
        shipment_id, vocabulary, code, happened_at, case when code = '' or happened_at is null then text end
    order by place_no
) = 1;

-- name: tracking_incoming_drop
-- The events that came in are kept.
drop table if exists tracking_incoming;

-- name: tracking_codes_add
-- One row per code that was never met before.
insert into tracking_codes (vocabulary, code, first_seen_at)
select vocabulary, code, $seen_at
from (select distinct vocabulary, code from tracking_incoming)
where (vocabulary, code) not in (select vocabulary, code from tracking_codes);

-- name: tracking_events_add
-- One row per event that is not here yet.
insert into tracking_events
select
    came.shipment_id,
    code.code_id,
    came.happened_at,
    came.sort_key,
    came.raw_code,
    came.zone,
    came.text,
    came.place,
    came.status,
    $source,
    $import_id,
    $seen_at
from tracking_incoming as came
inner join tracking_codes as code
    on code.vocabulary = came.vocabulary and code.code = came.code
where not exists (
    select 1
    from tracking_events as kept
    where kept.shipment_id = came.shipment_id
        and kept.code_id = code.code_id
        and kept.happened_at is not distinct from came.happened_at
        and (kept.text = came.text or (came.code <> '' and came.happened_at is not null))
)
returning shipment_id;

-- name: tracking_touched
-- One row per event of a chosen shipment.
create temp table touched_events as
select event.*
from tracking_events as event
semi join chosen
    on chosen.id = event.shipment_id;

-- name: tracking_touched_drop
-- The chosen shipments' outcomes are derived.
drop table if exists touched_events;

-- name: outcomes_forget
-- The chosen shipments' outcomes, before they are derived anew.
delete from tracked_outcomes
where shipment_id in (select id from chosen);

-- name: outcomes_derive
-- One row per chosen shipment with events: its outcome.
insert into tracked_outcomes
select *
from derived_outcomes('touched_events');

-- name: outcomes_forget_all
-- All outcomes, before they are derived anew.
delete from tracked_outcomes;

-- name: outcomes_derive_all
-- One row per shipment with events: its outcome.
insert into tracked_outcomes
select *
from derived_outcomes('tracking_events');

-- name: outcomes_with_code
-- One row per shipment of which something is said in a code.
select distinct event.shipment_id
from tracking_events as event
inner join tracking_codes as code
    on code.code_id = event.code_id
where code.vocabulary = $vocabulary and code.code = $code;

-- name: tracking_of_shipment
-- One row per event of a shipment, the newest first, with what it means; meaning null: nobody knows.
select
    event.happened_at,
    event.raw_code,
    code.vocabulary,
    code.code,
    code.meaning,
    event.zone,
    event.text,
    event.place,
    event.status,
    event.source,
    event.seen_at
from tracking_events as event
inner join code_marks as code
    on code.code_id = event.code_id
where event.shipment_id = $shipment_id
order by event.sort_key desc, event.source;

-- name: codes_unknown
-- One row per code that was met and means nothing yet, or means what somebody said: how many events and parcels have it,
-- the newest of them, and an example of what stood beside it.
select
    code.vocabulary,
    code.code,
    code.meaning,
    code.is_mapped,
    mapped.mapped_by,
    mapped.mapped_at,
    count(event.shipment_id)::bigint as event_count,
    count(distinct event.shipment_id)::bigint as shipment_count,
    max(event.happened_at) as last_event_at,
    coalesce(arg_max(event.text, event.sort_key), '') as text
from code_marks as code
left join code_meanings as mapped
    on mapped.vocabulary = code.vocabulary and mapped.code = code.code
left join tracking_events as event
    on event.code_id = code.code_id
where code.is_mapped or code.mark is null
group by all
order by is_mapped, event_count desc, vocabulary, code;

-- name: code_known
-- One row: whether a code was ever met (0: no), and its meaning by the program's own list.
select
    count(*)::bigint as met_count,
    (select meaning from known_codes where vocabulary = $vocabulary and code = $code) as meaning
from tracking_codes
where vocabulary = $vocabulary and code = $code;

-- name: code_map
-- Give a code a meaning.
insert or replace into code_meanings
values ($vocabulary, $code, $meaning, $mapped_by, $mapped_at);

-- name: code_unmap
-- Let a code mean again what the program knows of it.
delete from code_meanings
where vocabulary = $vocabulary and code = $code;

-- name: tracking_owners
-- One row per number of `numbers` and the shipment it is of, by tracking number, LP number or logistics order id; the
-- newest where several have it.
select lent.number, arg_max(shipment.shipment_id, shipment.created_at) as shipment_id
from numbers as lent
inner join (
    select shipment_id, created_at, state, upper(trim(unnest([tracking_number, lp_number, logistics_order_id]))) as number
    from shipments
) as shipment
    on shipment.number = upper(trim(lent.number))
where shipment.state not in ('draft', 'queued', 'cancelled')
group by lent.number;

-- name: tracking_due
-- One row per live parcel that may be asked for now, that with the oldest news first: one never asked for is due a while
-- after it left. A parcel whose way is over is asked for no more; with everything, every other one is, once after a moment.
select
    shipment.shipment_id,
    shipment.shop_id,
    shipment.order_id,
    shipment.plan_id,
    shipment.tracking_number,
    receiver.country,
    coalesce(pull.tries, 0) as tries,
    coalesce(gone.left_at, shipment.changed_at) as left_at
from live_parcels as live
inner join shipments as shipment
    on shipment.shipment_id = live.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
left join tracking_pulls as pull
    on pull.shipment_id = shipment.shipment_id
left join (
    select shipment_id, min(happened_at) as left_at
    from shipment_events
    where state = 'handed_over'
    group by shipment_id
) as gone
    on gone.shipment_id = shipment.shipment_id
where ($shop_id::varchar is null or shipment.shop_id = $shop_id)
    and not list_contains($held_shops, shipment.shop_id)
    and case
        when $everything then pull.asked_at is null or pull.asked_at < $asked_before_at
        when pull.shipment_id is null then shipment.changed_at <= $left_before_at
        else pull.next_track_at <= $now_at
    end
order by pull.last_tracked_at nulls first, shipment.changed_at, shipment.shipment_id
limit $lot;

-- name: tracking_next
-- One row: when the next live parcel that was asked for is asked for again, and when the first of those never asked for
-- left; null when there is none.
select
    min(pull.next_track_at) as next_at,
    min(shipment.changed_at) filter (where pull.shipment_id is null) as left_at
from live_parcels as live
inner join shipments as shipment
    on shipment.shipment_id = live.shipment_id
left join tracking_pulls as pull
    on pull.shipment_id = shipment.shipment_id;

-- name: tracking_asked
-- One row per parcel of `asked`: when it is asked for next, and how the last time went.
insert into tracking_pulls (shipment_id, next_track_at, asked_at, last_tracked_at, news_at, tries, trouble)
select
    shipment_id,
    next_track_at,
    $asked_at,
    case when trouble = '' then $asked_at end,
    case when has_news then $asked_at end,
    tries,
    trouble
from asked
on conflict (shipment_id) do update set
    next_track_at = excluded.next_track_at,
    asked_at = excluded.asked_at,
    last_tracked_at = coalesce(excluded.last_tracked_at, tracking_pulls.last_tracked_at),
    news_at = coalesce(excluded.news_at, tracking_pulls.news_at),
    tries = excluded.tries,
    trouble = excluded.trouble;

-- name: tracking_standings
-- One row per chosen shipment: what its outcome is, for when it is asked for next.
select
    o.shipment_id,
    o.outcome,
    o.trouble,
    o.final,
    o.last_event_at
from outcomes as o
semi join chosen
    on chosen.id = o.shipment_id;

-- name: tracking_pull_of
-- One row: how a shipment is asked for.
select *
from tracking_pulls
where shipment_id = $shipment_id;

-- name: tracking_counts
-- One row: parcels on the platform, of how many something was heard, of how many that left the end is not known (those with
-- an end are taken to have left), those whose last question failed, and when the one asked longest ago was.
select
    placed.shipment_count,
    heard.heard_count,
    greatest(placed.left_count - heard.final_count, 0) as live_count,
    pulled.troubled_count,
    pulled.oldest_at,
    pulled.newest_at
from (
    select
        count(*)::bigint as shipment_count,
        count(*) filter (where state not in ('accepted', 'ready', 'closed'))::bigint as left_count
    from shipments
    where state in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared', 'closed')
) as placed
cross join (
    select count(*)::bigint as heard_count, count(*) filter (where is_final)::bigint as final_count
    from tracked_outcomes
) as heard
cross join (
    select
        count(*) filter (where trouble <> '')::bigint as troubled_count,
        min(last_tracked_at) filter (where next_track_at is not null) as oldest_at,
        max(last_tracked_at) as newest_at
    from tracking_pulls
) as pulled;

-- name: abnormal_put
-- One row per shipment of `abnormal`, as the platform lists it now; returned are those whose entry changed.
insert into abnormal_orders
select * exclude (logistics_order_id), $seen_at
from (
    select
        shipment.shipment_id,
        listed.abnormal_code,
        listed.abnormal_reason,
        listed.status_code,
        listed.status_name,
        listed.solution_name,
        listed.is_insured,
        listed.return_number,
        listed.decide_by_at,
        listed.changed_at,
        listed.logistics_order_id
    from abnormal as listed
    inner join shipments as shipment
        on shipment.logistics_order_id = listed.logistics_order_id
        or (shipment.tracking_number = listed.tracking_number and shipment.order_id = listed.order_id)
    qualify row_number() over (
        partition by shipment.shipment_id
        order by listed.changed_at desc nulls last, listed.logistics_order_id desc
    ) = 1
)
on conflict (shipment_id) do update set
    abnormal_code = excluded.abnormal_code,
    abnormal_reason = excluded.abnormal_reason,
    status_code = excluded.status_code,
    status_name = excluded.status_name,
    solution_name = excluded.solution_name,
    is_insured = excluded.is_insured,
    return_number = excluded.return_number,
    decide_by_at = excluded.decide_by_at,
    changed_at = excluded.changed_at,
    seen_at = excluded.seen_at
where abnormal_orders.changed_at is distinct from excluded.changed_at
    or abnormal_orders.return_number <> excluded.return_number
    or abnormal_orders.status_code <> excluded.status_code
returning shipment_id;

-- name: tracking_due_now
-- Have chosen parcels that are still asked for asked for at once.
update tracking_pulls
set next_track_at = $now_at
where shipment_id in (select id from chosen) and next_track_at > $now_at;

-- name: abnormal_of
-- One row: what the platform lists a shipment as.
select *
from abnormal_orders
where shipment_id = $shipment_id;

-- name: abnormal_synced
-- One row: since when a shop's abnormal orders are known.
select synced_at
from syncs
where shop_id = $shop_id and topic = 'abnormal';

-- name: codes_known
-- One row per code with a meaning, somebody's own included.
select known.vocabulary, known.code, coalesce(mapped.meaning, known.meaning) as meaning
from known_codes as known
left join code_meanings as mapped
    on mapped.vocabulary = known.vocabulary and mapped.code = known.code
union all
select mapped.vocabulary, mapped.code, mapped.meaning
from code_meanings as mapped
anti join known_codes as known
    on known.vocabulary = mapped.vocabulary and known.code = mapped.code
order by vocabulary, code;
