-- Batches, shipments and everything that happened to them.

-- One row per batch. It is a draft until submitted; what it shows beyond that is counted from its shipments.
create table batches (
    batch_id varchar primary key,
    shop_id varchar not null,
    created_by varchar not null,
    created_at timestamp not null,
    policy varchar,
    confirmed_by varchar,
    confirmed_at timestamp,
    confirmed_count bigint,
    undeliverable varchar,
    sender_address_id varchar,
    refund_address_id varchar,
    pickup_address_id varchar,
    courier varchar,
    courier_number varchar,
    agreed_by varchar,
    agreed_at timestamp,
    agreement_version varchar,
    submitted_by varchar,
    submitted_at timestamp,
    paused_by varchar,
    paused_at timestamp
);

-- One row per batch and plan: how its parcels reach the warehouse, and the plan's code for creating orders there.
create table batch_plans (
    batch_id varchar not null,
    plan_id varchar not null,
    handover_mode varchar,
    warehouse_code varchar,
    warehouse_name varchar,
    warehouse_address varchar,
    service_code varchar,
    pickup_agreed boolean not null default false,
    primary key (batch_id, plan_id)
);

-- One row per parcel of one order. position is its place in the batch's list, from 1.
create table shipments (
    shipment_id varchar primary key,
    shop_id varchar not null,
    batch_id varchar not null,
    order_id varchar not null,
    position bigint not null,
    state varchar not null,
    plan_id varchar,
    locked boolean not null default false,
    undeliverable varchar,
    handover_mode varchar,
    weight_g bigint,
    weight_source varchar not null,
    length_mm bigint,
    width_mm bigint,
    height_mm bigint,
    cargo_class varchar not null,
    declared_minor bigint,
    declared_currency varchar,
    logistics_order_id varchar,
    lp_number varchar,
    tracking_number varchar,
    reason_code varchar,
    reason_text varchar,
    request_id varchar,
    attempts bigint not null default 0,
    attempted_at timestamp,
    next_attempt_at timestamp,
    absent_at timestamp,
    declare_wanted_at timestamp,
    declare_wanted_by varchar,
    created_at timestamp not null,
    changed_at timestamp not null
);

-- One row per order line in a parcel, with how many of it.
create table shipment_lines (
    shipment_id varchar not null,
    shop_id varchar not null,
    order_id varchar not null,
    line_no integer not null,
    quantity bigint not null,
    primary key (shipment_id, line_no)
);

create sequence event_ids;

-- One row per state a shipment ever held, append only, written in the transaction that set it.
create table shipment_events (
    event_id bigint primary key default nextval('event_ids'),
    shipment_id varchar not null,
    from_state varchar,
    state varchar not null,
    happened_at timestamp not null,
    done_by varchar not null,
    note varchar not null
);

-- One row per shipment with a chosen plan: the quote the operator saw when deciding, kept for ever.
create table quotes (
    shipment_id varchar primary key,
    plan_id varchar not null,
    card_id varchar not null,
    chargeable_g bigint not null,
    fee_minor bigint not null,
    currency varchar not null,
    fee_cny_minor bigint not null,
    parts varchar not null,
    days_min bigint,
    days_max bigint,
    buyer_service varchar,
    buyer_plan_id varchar,
    return_fee_minor bigint,
    return_fee_currency varchar,
    decided_by varchar not null,
    decided_at timestamp not null
);

-- One row per shipment, part and stage (estimated, quoted, billed) of what it costs.
create table fees (
    shipment_id varchar not null,
    kind varchar not null,
    stage varchar not null,
    fee_minor bigint not null,
    currency varchar not null,
    recorded_at timestamp not null,
    primary key (shipment_id, kind, stage)
);

-- One row per label kept: the bytes are the file at path, under SHIPDESK_DATA.
create table labels (
    shipment_id varchar primary key,
    path varchar not null,
    sha256 varchar not null,
    size_bytes bigint not null,
    page_count bigint not null,
    fetched_at timestamp not null
);

create sequence print_run_ids;

-- One row per time labels were printed.
create table print_runs (
    print_run_id bigint primary key default nextval('print_run_ids'),
    batch_id varchar not null,
    paper varchar not null,
    label_count bigint not null,
    printed_by varchar not null,
    printed_at timestamp not null
);

create sequence handover_ids;

-- One row per time parcels left the desk (交接).
create table handovers (
    handover_id bigint primary key,
    shop_id varchar not null,
    batch_id varchar not null,
    pieces bigint not null,
    weight_g bigint not null,
    courier varchar,
    courier_number varchar,
    done_by varchar not null,
    done_at timestamp not null
);

-- One row per parcel in a hand-over.
create table handover_shipments (
    handover_id bigint not null,
    shipment_id varchar not null,
    primary key (handover_id, shipment_id)
);

-- One row per role and address the platform has for the shop.
create table seller_addresses (
    shop_id varchar not null,
    role varchar not null,
    address_id varchar not null,
    position bigint not null,
    name varchar not null,
    country varchar not null,
    province varchar not null,
    city varchar not null,
    street varchar not null,
    is_default boolean not null,
    fetched_at timestamp not null,
    primary key (shop_id, role, address_id)
);

-- One row per shop and topic synced from the platform.
create table syncs (
    shop_id varchar not null,
    topic varchar not null,
    synced_at timestamp not null,
    primary key (shop_id, topic)
);
