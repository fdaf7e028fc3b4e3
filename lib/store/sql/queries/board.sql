-- name: board_make
-- One row per failing parcel, for the queries that follow; kinds: only these.
create temp table failing as
select *
from failing_parcels($now_at);

-- name: board_drop
-- The board is read.
drop table if exists failing;

-- name: board_counts
-- One row per kind of failure: parcels, how many nobody looks after, and the oldest of them.
select
    one.kind,
    count(*)::bigint as shipment_count,
    count(*) filter (where coalesce(looked.owner, '') = '')::bigint as unowned_count,
    min(one.since_at) as since_at
from failing as one
left join parcel_cases as looked
    on looked.shipment_id = one.shipment_id
group by one.kind;

-- name: board_page
-- One row per failing parcel that matches, the longest failing first, with what it holds, who looks after it, and until
-- when something can be done.
with page as (
    select
        one.*,
        coalesce(looked.owner, '') as owner,
        coalesce(looked.note, '') as note
    from failing as one
    left join parcel_cases as looked
        on looked.shipment_id = one.shipment_id
    where ($kinds is null or list_contains($kinds, one.kind))
        and ($owner::varchar is null or coalesce(looked.owner, '') = $owner)
        and (
            $wanted::varchar is null
            or one.order_id like '%' || $wanted || '%'
            or one.tracking_number like '%' || $wanted || '%'
            or one.shipment_id = $wanted
        )
    order by one.since_at, one.shipment_id
    limit $page_size
    offset $skipped
),

-- Not by `effective_receivers`, which looks through all of them.
places as (
    select
        page.shipment_id,
        arg_max(receiver.country, receiver.version = 'corrected') as country
    from page
    inner join receivers as receiver
        on receiver.shop_id = page.shop_id and receiver.order_id = page.order_id
    group by page.shipment_id
),

contents as (
    select
        part.shipment_id,
        sum(part.quantity)::bigint as piece_count,
        string_agg(line.sku || ' × ' || part.quantity, ', ' order by part.line_no) as contents
    from shipment_lines as part
    semi join page
        on page.shipment_id = part.shipment_id
    inner join order_lines as line
        on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
    group by part.shipment_id
),

told as (
    select
        shipment_id,
        count(*)::bigint as complaint_count,
        max(complained_at) as complained_at,
        arg_max(answered_at, complained_at) as answered_at
    from complaints
    group by shipment_id
)

select
    page.*,
    places.country,
    coalesce(contents.piece_count, 0) as piece_count,
    coalesce(contents.contents, '') as contents,
    listed.abnormal_reason,
    listed.return_number,
    listed.is_insured,
    listed.decide_by_at,
    coalesce(told.complaint_count, 0) as complaint_count,
    told.complained_at,
    told.answered_at
from page
left join places
    on places.shipment_id = page.shipment_id
left join contents
    on contents.shipment_id = page.shipment_id
left join abnormal_orders as listed
    on listed.shipment_id = page.shipment_id
left join told
    on told.shipment_id = page.shipment_id
order by page.since_at, page.shipment_id;

-- name: board_owners
-- One row per person who looks after failing parcels.
select distinct looked.owner
from failing as one
inner join parcel_cases as looked
    on looked.shipment_id = one.shipment_id
where looked.owner <> ''
order by looked.owner;

-- name: board_clocks
-- One row per clock and parcel that runs out before a moment, the nearest first. clock: 'return' (the 180 days for a parcel
-- to come back), 'address' (a wrong return address inside China), 'complain', 'answer' (the carrier's, to a complaint),
-- 'appeal', 'decide' (about a detained parcel).
with clocks as (
    select shipment_id, 'return' as clock, return_by_at as runs_out_at
    from failing
    union all
    select shipment_id, 'address', address_by_at
    from failing
    union all
    select failing.shipment_id, 'complain', failing.complain_by_at
    from failing
    left join (select shipment_id, count(*) as n from complaints group by shipment_id) as told
        on told.shipment_id = failing.shipment_id
    where coalesce(told.n, 0) < 2
    union all
    select shipment_id, 'answer', complained_at + to_days(days_of('answer')::integer)
    from complaints
    where answered_at is null
    union all
    select shipment_id, 'appeal', answered_at + to_days(days_of('appeal')::integer)
    from complaints
    where answered_at is not null
    union all
    select listed.shipment_id, 'decide', listed.decide_by_at
    from abnormal_orders as listed
    semi join failing
        on failing.shipment_id = listed.shipment_id
)

select
    clocks.shipment_id,
    clocks.clock,
    clocks.runs_out_at,
    shipment.order_id,
    shipment.tracking_number,
    failing.kind
from clocks
inner join shipments as shipment
    on shipment.shipment_id = clocks.shipment_id
left join failing
    on failing.shipment_id = clocks.shipment_id
where clocks.runs_out_at between $now_at and $until_at
order by clocks.runs_out_at, clocks.shipment_id, clocks.clock;

-- name: case_put
-- One row per chosen shipment that somebody looks after; what is null stays as it was.
insert into parcel_cases
select
    chosen.id,
    coalesce($owner::varchar, ''),
    coalesce($note::varchar, ''),
    $done_at,
    $changed_by,
    $changed_at
from chosen
on conflict (shipment_id) do update set
    owner = coalesce($owner::varchar, parcel_cases.owner),
    note = coalesce($note::varchar, parcel_cases.note),
    done_at = coalesce(excluded.done_at, parcel_cases.done_at),
    changed_by = excluded.changed_by,
    changed_at = excluded.changed_at;

-- name: case_of
-- One row: who looks after a shipment.
select *
from parcel_cases
where shipment_id = $shipment_id;

-- name: complaints_of
-- One row per complaint about a shipment, the newest first.
select *
from complaints
where shipment_id = $shipment_id
order by complained_at desc, complaint_id desc;

-- name: complaint_counts
-- One row per chosen shipment: complaints made.
select chosen.id as shipment_id, count(told.complaint_id)::bigint as complaint_count
from chosen
left join complaints as told
    on told.shipment_id = chosen.id
group by chosen.id;

-- name: complaint_add
-- One row per chosen shipment: a complaint about it.
insert into complaints (shipment_id, kind, number, complained_at, note, done_by)
select id, $kind, $number, $complained_at, $note, $done_by
from chosen;

-- name: complaint_answered
-- The carrier answered a complaint.
update complaints
set answered_at = $answered_at
where complaint_id = $complaint_id and answered_at is null
returning shipment_id;

-- name: checkin_put
-- One row per chosen shipment that came back; one checked in before is corrected.
insert or replace into return_checkins
select id, $received_at, $condition, $restocked_minor, $currency, $note, $done_by, $done_at
from chosen;

-- name: checkin_of
-- One row: how a shipment came back.
select *
from return_checkins
where shipment_id = $shipment_id;

-- name: board_known
-- One row per chosen shipment that is on the platform.
select o.shipment_id, o.outcome, o.return_kind
from outcomes as o
semi join chosen
    on chosen.id = o.shipment_id;

-- name: outcome_of
-- One row: a shipment's outcome at a moment.
select *
from outcomes_at($now_at)
where shipment_id = $shipment_id;

-- name: outcome_days_known
-- One row per number of days that may be set.
select *
from outcome_days
order by name;

-- name: outcome_days_set
-- Set a number of days.
update outcome_days
set days = $days_count, changed_by = $changed_by, changed_at = $changed_at
where name = $name
returning name;

-- name: outcomes_by_plan
-- One row per plan, undeliverable decision and outcome at a moment: parcels, of how many only silence says so, and the
-- return-service fees assumed or billed for them.
select
    shipment.plan_id,
    shipment.undeliverable,
    one.outcome,
    count(*)::bigint as shipment_count,
    count(*) filter (where one.is_assumed)::bigint as assumed_count,
    count(*) filter (where one.failed_at is not null)::bigint as failed_count,
    coalesce(sum(fee.fee_minor), 0)::bigint as return_fee_minor,
    max(fee.currency) as currency
from outcomes_at($now_at) as one
inner join shipments as shipment
    on shipment.shipment_id = one.shipment_id
left join (
    select shipment_id, arg_max(fee_minor, stage = 'actual') as fee_minor, arg_max(currency, stage = 'actual') as currency
    from fees
    where kind = 'return_service'
    group by shipment_id
) as fee
    on fee.shipment_id = one.shipment_id
group by shipment.plan_id, shipment.undeliverable, one.outcome
order by shipment_count desc, shipment.plan_id, shipment.undeliverable, one.outcome;
