-- name: reference_files
-- One row per reference file already loaded.
select name, sha256
from reference_files;

-- name: reference_file_record
-- Remember which version of a reference file is loaded.
insert into reference_files
values ($name, $sha256)
on conflict (name) do update set sha256 = excluded.sha256;

-- name: reference_plans
-- One row per plan of the file.
insert or replace into plans
select
    plan_id,
    name_zh,
    name_en,
    class,
    tracked::boolean,
    max_weight_g::bigint,
    max_longest_mm::bigint,
    max_sum_mm::bigint,
    volumetric_divisor::bigint,
    return_supported::boolean,
    days_min::bigint,
    days_max::bigint,
    days_kind,
    sources,
    confidence,
    channel,
    (max_declared::decimal(18, 2) * 100)::bigint,
    max_declared_currency
from file;

-- name: reference_plan_cargo
-- One row per plan and cargo class in the file's cargo column (general|battery).
insert or replace into plan_cargo
select plan_id, unnest(string_split(cargo, '|'))
from file;

-- name: reference_rate_cards
-- One row per rate card of the file. A card is active from its first day, unless a person already activated one of
-- its plan: then it waits for a person too. What was activated stays so.
insert into rate_cards
select
    card_id,
    plan_id,
    currency,
    valid_from::date,
    valid_to::date,
    source,
    confidence,
    coalesce(note, ''),
    volumetric_divisor::bigint,
    volumetric_from_mm::bigint,
    null,
    null,
    null,
    case
        when plan_id not in (select plan_id from rate_cards where activated_by is not null)
            then valid_from::date
    end,
    null,
    null
from file
on conflict (card_id) do update set
    plan_id = excluded.plan_id,
    currency = excluded.currency,
    valid_from = excluded.valid_from,
    valid_to = excluded.valid_to,
    source = excluded.source,
    confidence = excluded.confidence,
    note = excluded.note,
    volumetric_divisor = excluded.volumetric_divisor,
    volumetric_from_mm = excluded.volumetric_from_mm;

-- name: reference_rates_gone
-- Rates of the file's cards that an older version of it had.
delete from rates
where card_id in (select card_id from file)
    and (card_id, country, cargo_class, min_g) not in (
        select card_id, country, cargo_class, min_g::bigint
        from file
    );

-- name: reference_rates
-- One row per rate of the file; prices are decimals of the card's currency, which has hundredths.
insert or replace into rates
select
    card_id,
    country,
    cargo_class,
    min_g::bigint,
    max_g::bigint,
    (per_kg::decimal(18, 4) * 10000)::bigint,
    (item_fee::decimal(18, 2) * 100)::bigint,
    first_g::bigint,
    (first_fee::decimal(18, 2) * 100)::bigint,
    step_g::bigint,
    (step_fee::decimal(18, 2) * 100)::bigint,
    increment_g::bigint,
    min_billable_g::bigint,
    suspended::boolean
from file;

-- name: reference_return_fees
-- One row per plan with a return-service fee; a fee somebody edited stays.
insert into return_fees
select plan_id, (fee::decimal(18, 2) * 100)::bigint, currency, note
from file
on conflict do nothing;

-- name: reference_fx_rates
-- One row per currency and day.
insert or replace into fx_rates
select currency, rate_on::date, (rate_cny::decimal(18, 6) * 1000000)::bigint, source
from file;

-- name: reference_services
-- One row per service key.
insert or replace into services
select service_key, name_zh, class
from file;

-- name: reference_service_names
-- One row per display name of a service.
insert or replace into service_names
select name, service_key
from file;

-- name: reference_countries
-- One row per spelling of a country.
insert or replace into country_names
select name, country
from file;

-- name: reference_pickup_coverage
-- One row per plan and city where parcels are collected.
insert or replace into pickup_coverage
select plan_id, city, warehouse_code, warehouse_name
from file;

-- name: reference_transit_warehouses
-- One row per plan: where self-posted parcels go.
insert or replace into transit_warehouses
select plan_id, warehouse_code, warehouse_name, address
from file;

-- name: reference_packaging
-- One row per weight band of the contents; bands somebody has already, his own perhaps, stay.
insert into packaging
select min_g::bigint, max_g::bigint, packaging_g::bigint
from file
where not exists (select 1 from packaging);

-- name: reference_destination_rules
-- One row per country and thing its customs want.
insert or replace into destination_rules
select country, needs, since::date, source
from file;

-- name: reference_spot_prices
-- One row per published price that no parcel can be quoted by.
insert or replace into spot_prices
select
    list_id,
    service,
    coalesce(detail, ''),
    country,
    (price::decimal(18, 2) * 100)::bigint,
    (per_kg::decimal(18, 4) * 10000)::bigint,
    currency,
    days_min::bigint,
    days_max::bigint,
    battery::boolean,
    quoted_on::date,
    lacks,
    source,
    confidence
from file;

-- name: reference_list_codes
-- One row per code of a list that is no ISO code.
insert or replace into list_codes
select code, name
from file;

-- name: reference_landed_rules
-- One row per rule and country: what is due at the destination.
insert or replace into landed_rules
select
    rule,
    country,
    valid_from::date,
    valid_to::date,
    kind,
    (amount::decimal(18, 2) * 100)::bigint,
    currency,
    ("limit"::decimal(18, 2) * 100)::bigint,
    limit_currency,
    sources
from file;

-- name: reference_known_codes_gone
-- Codes an older version of the file had.
delete from known_codes
where (vocabulary, code) not in (select vocabulary, upper(code) from file);

-- name: reference_known_codes
-- One row per code of a tracking vocabulary, in its normal spelling.
insert or replace into known_codes
select vocabulary, upper(code), meaning, seen, source
from file;
