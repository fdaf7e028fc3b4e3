-- Advice on undeliverable parcels: what it rests on, and what was advised and chosen.

create sequence advice_setting_ids;

-- One row per time somebody set what the advice rests on; the newest holds. All of it is assumed, none is published.
-- recovery_e4: which share of its worth a returned parcel brings, in ten-thousandths; handling_minor: what taking one back
-- costs besides, in CNY. fail_e4, back_e4: believed share of parcels that fail, and of failed ones that come back, before
-- the shop has its own; …_parcels: how many parcels that belief is worth.
create table advice_settings (
    setting_id bigint primary key default nextval('advice_setting_ids'),
    recovery_e4 bigint not null,
    handling_minor bigint not null,
    fail_e4 bigint not null,
    fail_parcels bigint not null,
    back_e4 bigint not null,
    back_parcels bigint not null,
    set_by varchar,
    set_at timestamp
);

insert into advice_settings (recovery_e4, handling_minor, fail_e4, fail_parcels, back_e4, back_parcels)
values (7000, 300, 300, 50, 8000, 10);

-- One row per shipment: what was advised for it last, and what was chosen when it was submitted. Chances are between 0 and
-- 1; low and high hold the truth with 90 %; amounts are CNY. basis: whose parcels the chance of failing rests on: country,
-- plan, all, prior; no_return: the plan brings nothing back; no_fee, no_value: nobody knows the fee, or
-- what the goods are worth. chosen null:
-- not submitted yet. followed: it was chosen because it was advised.
create table advice (
    shipment_id varchar primary key,
    plan_id varchar not null,
    country varchar not null,
    advised varchar not null,
    basis varchar not null,
    value_source varchar,
    value_minor bigint,
    fee_minor bigint,
    fail_mean double,
    fail_low double,
    fail_high double,
    back_mean double,
    back_low double,
    back_high double,
    gain_minor bigint,
    gain_low_minor bigint,
    gain_high_minor bigint,
    break_even double,
    setting_id bigint not null,
    advised_at timestamp not null,
    chosen varchar,
    followed boolean not null default false
);
