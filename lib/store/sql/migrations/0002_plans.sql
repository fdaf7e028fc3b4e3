-- Plans, what they cost, and the assumptions used to compare them.

-- One row per plan the platform may offer. Null limits: not published.
create table plans (
    plan_id varchar primary key,
    name_zh varchar not null,
    name_en varchar not null,
    class varchar not null,
    tracked boolean not null,
    max_weight_g bigint,
    max_longest_mm bigint,
    max_sum_mm bigint,
    volumetric_divisor bigint,
    return_supported boolean not null,
    days_min bigint,
    days_max bigint,
    days_kind varchar,
    sources varchar not null,
    confidence varchar not null
);

-- One row per plan and cargo class it takes.
create table plan_cargo (
    plan_id varchar not null,
    cargo_class varchar not null,
    primary key (plan_id, cargo_class)
);

-- One row per published price list of one plan, in one currency, valid in [valid_from, valid_to).
create table rate_cards (
    card_id varchar primary key,
    plan_id varchar not null,
    currency varchar not null,
    valid_from date not null,
    valid_to date,
    source varchar not null,
    confidence varchar not null,
    note varchar not null
);

-- One row per card, destination, cargo class and interval of chargeable weight [min_g, max_g].
-- fee = item_fee + per_kg_e4 × kg (ten-thousandths of the currency unit per kg)
--       + first_fee for the first first_g, and step_fee for each further step_g begun.
create table rates (
    card_id varchar not null,
    country varchar not null,
    cargo_class varchar not null,
    min_g bigint not null,
    max_g bigint not null,
    per_kg_e4 bigint not null,
    item_fee_minor bigint not null,
    first_g bigint,
    first_fee_minor bigint,
    step_g bigint,
    step_fee_minor bigint,
    increment_g bigint not null,
    min_billable_g bigint not null,
    suspended boolean not null,
    primary key (card_id, country, cargo_class, min_g)
);

-- One row per plan that returns undeliverable parcels: the fixed fee for ticking return. An assumption, the seller's to edit.
create table return_fees (
    plan_id varchar primary key,
    fee_minor bigint not null,
    currency varchar not null,
    note varchar not null
);

-- One row per currency and day: 1 unit of currency = rate_e6 millionths of a CNY. An assumption, dated.
create table fx_rates (
    currency varchar not null,
    rate_on date not null,
    rate_e6 bigint not null,
    source varchar not null,
    primary key (currency, rate_on)
);

-- One row per service key of the platform, with its display name and class.
create table services (
    service_key varchar primary key,
    name_zh varchar not null,
    class varchar not null
);

-- One row per display name a file may use for a service.
create table service_names (
    name varchar primary key,
    service_key varchar not null
);

-- One row per spelling of a country in files; country is ISO 3166 alpha-2.
create table country_names (
    name varchar primary key,
    country varchar not null
);

-- One row per plan and Chinese city where parcels are collected. An assumption.
create table pickup_coverage (
    plan_id varchar not null,
    city varchar not null,
    warehouse_code varchar not null,
    warehouse_name varchar not null,
    primary key (plan_id, city)
);

-- One row per plan: the transit warehouse that self-posted parcels go to. An assumption until the platform names it.
create table transit_warehouses (
    plan_id varchar primary key,
    warehouse_code varchar not null,
    warehouse_name varchar not null,
    address varchar not null
);

-- One row per reference file that was loaded, so that a newer version of the program brings its newer tables.
create table reference_files (
    name varchar primary key,
    sha256 varchar not null
);
