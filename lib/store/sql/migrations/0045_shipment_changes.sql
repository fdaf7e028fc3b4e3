-- What was decided otherwise for a parcel, or corrected, before it was sent.

create sequence shipment_change_ids;

-- One row per thing that was changed of a shipment, append only, written in the transaction that changed it. kind:
-- receiver (after: which fields, never what they said), plan, weight, declared, undeliverable, handover, sender,
-- refund, courier, split (after: the parcels made of it). before and after: what it was and became, codes and plain
-- numbers; null: nothing, or not for a timeline.
create table shipment_changes (
    change_id bigint primary key default nextval('shipment_change_ids'),
    shipment_id varchar not null,
    kind varchar not null,
    before varchar,
    after varchar,
    changed_by varchar not null,
    changed_at timestamp not null
);
