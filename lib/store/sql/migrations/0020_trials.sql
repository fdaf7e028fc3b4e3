-- Trial prices (试算): what the platform itself would charge for a parcel, asked in the background.

-- One row per undecided shipment somebody wants trial prices for. answered_at: null while it waits. trouble: why there is
-- no answer, the platform's code; '' when all is well. attempts: how often it was asked in vain.
create table trial_requests (
    shipment_id varchar primary key,
    wanted_by varchar not null,
    wanted_at timestamp not null,
    next_attempt_at timestamp not null,
    attempts bigint not null default 0,
    answered_at timestamp,
    trouble varchar not null default ''
);

-- One row per shipment and plan the platform offered for it, with the weight and sizes it was asked with. price_minor null:
-- offered without a price.
create table trials (
    shipment_id varchar not null,
    plan_id varchar not null,
    price_minor bigint,
    currency varchar,
    days_min bigint,
    days_max bigint,
    weight_g bigint,
    length_mm bigint,
    width_mm bigint,
    height_mm bigint,
    fetched_at timestamp not null,
    primary key (shipment_id, plan_id)
);

-- The trial price that stood beside the estimate when it was decided; null where there was none.
alter table quotes add column trial_minor bigint;
alter table quotes add column trial_currency varchar;
alter table quotes add column trial_at timestamp;
alter table quotes add column trial_weight_g bigint;
