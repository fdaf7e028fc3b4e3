-- Orders from the platform: how far each shop's list was read, what it listed, and where it contradicts the desk.

-- One row per shop. Everything modified on the platform before reached_at is known here. While a list is being read,
-- the window_ columns say which one, and next_page which page of it comes next (they are read from the last to the
-- first); the counts are of that reading. failed_kind is null while the newest try went well.
create table sync_states (
    shop_id varchar primary key,
    reached_at timestamp,
    swept_at timestamp,
    tried_at timestamp,
    failed_kind varchar,
    failed_code varchar,
    failed_at timestamp,
    failure_count bigint not null default 0,
    window_kind varchar,
    window_from timestamp,
    window_until timestamp,
    window_started_at timestamp,
    list_name varchar,
    next_page bigint,
    import_id bigint,
    asked_count bigint not null default 0,
    read_count bigint not null default 0,
    loaded_count bigint not null default 0,
    updated_count bigint not null default 0,
    unchanged_count bigint not null default 0,
    refused_count bigint not null default 0
);

-- One row per order the platform ever listed. modified_at is the platform's own, as of the details that were taken
-- over; null: no details yet. refused_code: why the desk could not take the order in.
create table listed_orders (
    shop_id varchar not null,
    order_id varchar not null,
    status varchar not null,
    modified_at timestamp,
    listed_at timestamp not null,
    refused_code varchar,
    primary key (shop_id, order_id)
);
