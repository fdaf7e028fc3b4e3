-- Orders, what is in them, where they go; products; what was read from files; who did what.
-- Times are UTC. Amounts are whole minor units of the currency beside them.

-- One row per shop. file_zone is assumed for the zone-less times of its export files.
create table shops (
    shop_id varchar primary key,
    name varchar not null,
    file_zone varchar not null
);

insert into shops values ('default', 'Default shop', 'America/Los_Angeles');

-- One row per order of a buyer.
create table orders (
    shop_id varchar not null,
    order_id varchar not null,
    status varchar not null,
    status_label varchar not null,
    ordered_at timestamp,
    paid_at timestamp,
    ship_by_at timestamp,
    currency varchar not null,
    goods_minor bigint,
    shipping_minor bigint,
    total_minor bigint,
    buyer_name varchar,
    buyer_service varchar,
    buyer_plan_id varchar,
    note varchar,
    import_id bigint,
    loaded_at timestamp not null,
    changed_at timestamp not null,
    primary key (shop_id, order_id)
);

-- One row per product of an order. shipped_quantity is what went out elsewhere; null: not known until a sync.
create table order_lines (
    shop_id varchar not null,
    order_id varchar not null,
    line_no integer not null,
    child_order_id varchar,
    sku varchar not null,
    title varchar not null,
    attributes varchar not null,
    quantity bigint not null,
    unit varchar not null,
    shipped_quantity bigint,
    primary key (shop_id, order_id, line_no)
);

-- One row per order and version: 'received' as it came, 'corrected' as a person changed it. Both are kept.
create table receivers (
    shop_id varchar not null,
    order_id varchar not null,
    version varchar not null,
    name varchar not null,
    country varchar not null,
    country_label varchar not null,
    province varchar not null,
    city varchar not null,
    address varchar not null,
    postcode varchar not null,
    phone varchar not null,
    mobile varchar not null,
    tax_number varchar not null,
    changed_by varchar,
    changed_at timestamp not null,
    primary key (shop_id, order_id, version)
);

-- One row per SKU. weight_g is per unit sold. A paired SKU is `paired_quantity` of `paired_sku`.
create table products (
    sku varchar primary key,
    title varchar not null,
    weight_g bigint,
    length_mm bigint,
    width_mm bigint,
    height_mm bigint,
    cargo_class varchar not null,
    declared_name_zh varchar,
    declared_name_en varchar,
    declared_minor bigint,
    declared_currency varchar,
    purchase_minor bigint,
    purchase_currency varchar,
    hs_code varchar,
    shelf varchar,
    paired_sku varchar,
    paired_quantity bigint,
    changed_at timestamp not null
);

-- One row per weight band of the contents: what the packaging adds.
create table packaging (
    min_g bigint primary key,
    max_g bigint not null,
    packaging_g bigint not null
);

-- One row per finding of the check before shipping, as of the order's last change.
create table findings (
    shop_id varchar not null,
    order_id varchar not null,
    code varchar not null,
    field varchar not null,
    value varchar not null,
    primary key (shop_id, order_id, code, field)
);

-- One row per order whose receiver was checked, as it was at that time.
create table receiver_checks (
    shop_id varchar not null,
    order_id varchar not null,
    checked_at timestamp not null,
    primary key (shop_id, order_id)
);

create sequence hold_ids;

-- One row per time somebody put an order on hold; active until released or until `until_at`.
create table holds (
    hold_id bigint primary key default nextval('hold_ids'),
    shop_id varchar not null,
    order_id varchar not null,
    reason varchar not null,
    until_at timestamp,
    held_by varchar not null,
    held_at timestamp not null,
    released_by varchar,
    released_at timestamp
);

-- One row per saved filter of the Orders page; query is its URL query text.
create table saved_filters (
    name varchar primary key,
    query varchar not null,
    saved_by varchar not null,
    saved_at timestamp not null
);

create sequence import_ids;

-- One row per file read. read = loaded + updated + unchanged + refused.
create table imports (
    import_id bigint primary key,
    file varchar not null,
    layout varchar not null,
    sha256 varchar not null,
    read_count bigint not null,
    loaded_count bigint not null,
    updated_count bigint not null,
    unchanged_count bigint not null,
    refused_count bigint not null,
    loaded_by varchar not null,
    loaded_at timestamp not null
);

-- One row per refused row of a file (异常行): what is wrong is a code, its sentence is made where it is shown.
create table problem_rows (
    import_id bigint not null,
    file varchar not null,
    sheet varchar not null,
    row_no bigint not null,
    column_name varchar not null,
    value varchar not null,
    code varchar not null
);

create sequence audit_ids;

-- One row per action of a person.
create table audit (
    audit_id bigint primary key default nextval('audit_ids'),
    done_at timestamp not null,
    done_by varchar not null,
    action varchar not null,
    subject varchar not null,
    detail varchar not null
);
