-- Rate cards in versions: loaded, looked at, then activated; surcharges; prices that no parcel can be quoted by; what
-- is due at the destination.

-- channel: 'online' is sold through the platform's online shipping; 'elsewhere' is published for another marketplace,
-- and only compared with. max_declared: the most a parcel may be worth.
alter table plans add column channel varchar default 'online';
alter table plans add column max_declared_minor bigint;
alter table plans add column max_declared_currency varchar;

-- A card without active_from is loaded and not active: nothing is quoted by it. volumetric_divisor is cm³ per kg (null:
-- the plan's own), counted only for parcels with a side of volumetric_from_mm or more (null: for all).
alter table rate_cards add column volumetric_divisor bigint;
alter table rate_cards add column volumetric_from_mm bigint;
alter table rate_cards add column file varchar;
alter table rate_cards add column loaded_by varchar;
alter table rate_cards add column loaded_at timestamp;
alter table rate_cards add column active_from date;
alter table rate_cards add column activated_by varchar;
alter table rate_cards add column activated_at timestamp;

update rate_cards set active_from = valid_from;

-- One row per card, kind ('fuel', 'remote_area'), country ('' for all) and postcode prefix ('' for all; letters and
-- digits only). percent_e2 is hundredths of a percent of the freight; per_kg_e4 as in rates.
create table surcharges (
    card_id varchar not null,
    kind varchar not null,
    country varchar not null,
    postcode_prefix varchar not null,
    percent_e2 bigint not null,
    amount_minor bigint not null,
    per_kg_e4 bigint not null,
    primary key (card_id, kind, country, postcode_prefix)
);

-- One row per published price that lacks what a parcel could be quoted by. lacks: 'weight' (of one parcel whose
-- weight nobody states), 'size_groups' (per group of sizes whose limits are not published).
create table spot_prices (
    list_id varchar not null,
    service varchar not null,
    detail varchar not null,
    country varchar not null,
    price_minor bigint not null,
    per_kg_e4 bigint,
    currency varchar not null,
    days_min bigint,
    days_max bigint,
    battery boolean,
    quoted_on date not null,
    lacks varchar not null,
    source varchar not null,
    confidence varchar not null,
    primary key (list_id, service, detail, country)
);

-- One row per code that published lists use for a place and that is no ISO 3166 code.
create table list_codes (
    code varchar primary key,
    name varchar not null
);

-- One row per dated rule of a destination: what is due there besides freight. amount null: not known beforehand.
create table landed_rules (
    rule varchar not null,
    country varchar not null,
    valid_from date not null,
    valid_to date,
    kind varchar not null,
    amount_minor bigint,
    currency varchar,
    limit_minor bigint,
    limit_currency varchar,
    sources varchar not null,
    primary key (rule, country, valid_from)
);
