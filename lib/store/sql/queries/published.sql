-- name: published_orders
-- One row per order, without personal data.
select *
from published_orders;

-- name: published_shipments
-- One row per parcel, without personal data.
select *
from published_shipments;

-- name: published_parcel_skus
-- One row per parcel and SKU in it.
select *
from published_parcel_skus;

-- name: published_fees
-- One row per fee of a parcel.
select *
from published_fees;

-- name: published_events
-- One row per step of a parcel here, and per event on its way.
select *
from published_events;

-- name: published_outcomes
-- One row per parcel on the platform: what became of it.
select *
from published_outcomes;

-- name: publishing_stamp
-- One row: what changed if this did, and how many batches are through, with nothing left to send.
select
    concat_ws(
        '|',
        (select concat_ws(' ', count(*), max(changed_at)) from shipments),
        (select concat_ws(' ', count(*), max(changed_at)) from orders),
        (select concat_ws(' ', count(*), max(recorded_at)) from fees),
        (select count(*) from shipment_events),
        (select count(*) from tracking_events)
    ) as stamp,
    (
        select count(*)
        from batches
        where submitted_at is not null
            and batch_id not in (
                select batch_id
                from shipments
                where state in ('queued', 'sending', 'unconfirmed', 'accepted')
            )
    )::bigint as batch_count;
