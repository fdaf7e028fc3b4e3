-- What was confirmed: pairs of buyer's service and plan.

-- One row per time somebody confirmed, and pair (buyer's service, '' when not known → plan): how many parcels of the
-- batch go another way than their buyers chose. ticked: it was new, or a downgrade, and got a tick of its own; false:
-- all were confirmed together, by a command.
create table pair_confirmations (
    batch_id varchar not null,
    shop_id varchar not null,
    buyer_service varchar not null,
    plan_id varchar not null,
    kind varchar not null,
    shipment_count bigint not null,
    fee_cny_minor bigint not null,
    buyer_days_max bigint,
    plan_days_max bigint,
    was_known boolean not null,
    ticked boolean not null,
    confirmed_by varchar not null,
    confirmed_at timestamp not null
);
