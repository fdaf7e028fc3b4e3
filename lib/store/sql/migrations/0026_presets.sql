-- Presets (常用方案), and what stayed out of a batch.

-- One row per name. order_filter is JSON of the filter's fields. A preset saved again keeps its name; who and when are of the
-- last saving.
create table presets (
    name varchar primary key,
    order_filter varchar not null,
    policy varchar not null,
    handover_mode varchar,
    undeliverable varchar,
    paper varchar not null,
    print_order varchar not null,
    run_size bigint,
    saved_by varchar not null,
    saved_at timestamp not null
);

alter table batches add column preset_name varchar;
alter table batches add column order_filter varchar;

-- One row per order that was meant for a batch and stayed out, and why.
create table batch_excluded (
    batch_id varchar not null,
    order_id varchar not null,
    code varchar not null,
    value varchar not null
);
