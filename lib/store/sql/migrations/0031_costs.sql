-- What each parcel cost, worked out beforehand so that any question is one pass over it; and views kept under a name.

-- One row per parcel on the platform, as `cost_facts_of` works it out. Amounts end in _cny: minor units of CNY, each
-- fee converted by itself; null: not known, or no rate. band: the most grams of the weight band, '00000' while the weight is
-- not known; months are '2026-03', '' while there is none. No name, street or number of a person is in here.
create table cost_parcels (
    shipment_id varchar not null,
    shop_id varchar not null,
    order_id varchar not null,
    batch_id varchar not null,
    plan_id varchar not null,
    country varchar not null,
    region varchar not null,
    postcode varchar not null,
    warehouse varchar not null,
    state varchar not null,
    outcome varchar not null,
    cargo_class varchar not null,
    weight_g bigint,
    band varchar not null,
    length_mm bigint,
    width_mm bigint,
    height_mm bigint,
    declared_minor bigint,
    declared_currency varchar,
    buyer_plan_id varchar,
    created_on date not null,
    handed_on date,
    billed_on date,
    created_month varchar not null,
    handed_month varchar not null,
    billed_month varchar not null,
    estimated_minor bigint,
    estimated_currency varchar,
    estimated_cny bigint,
    return_cny bigint,
    billed_cny bigint,
    compensation_cny bigint not null,
    cost_cny bigint,
    revenue_cny bigint,
    shipping_cny bigint,
    unconverted varchar,
    order_place bigint not null,
    order_cost_cny bigint,
    is_alone boolean not null,
    part_count bigint not null
);

-- One row per parcel and SKU in it: the parcel's amounts shared out by weight; the shares of a parcel add up to it.
-- is_alone: no other parcel is of the same order; part_count: how many rows are of the same parcel.
create table cost_lines as
select *, ''::varchar as sku, 0::bigint as quantity
from cost_parcels
limit 0;

-- One row: up to where the two tables above are true. stamp is what the store looked like then.
create table cost_refreshes (
    refreshed_at timestamp not null,
    stamp varchar not null,
    rates varchar not null
);

-- One row per saved view of the Costs page; query is its URL query text.
create table cost_views (
    name varchar primary key,
    query varchar not null,
    saved_by varchar not null,
    saved_at timestamp not null
);
