-- Which shipment each line of a bill charges for.

-- One row per bill line whose shipment is known. how: 'number' (by one of the parcel's numbers) or 'accepted' (a person
-- accepted a guess by date, weight and amount, of which confidence says how near it was, in hundredths).
create table bill_matches (
    line_key varchar primary key,
    shipment_id varchar not null,
    how varchar not null,
    confidence bigint not null,
    matched_by varchar not null,
    matched_at timestamp not null
);

-- One row per billed parcel, as `bill_differences_of` works it out: amounts are minor units of CNY.
create table bill_differences (
    shipment_id varchar not null,
    shop_id varchar not null,
    order_id varchar not null,
    plan_id varchar not null,
    country varchar not null,
    tracking_number varchar,
    lp_number varchar,
    bill_number varchar,
    billed_on date not null,
    confidence bigint not null,
    sent_g bigint,
    quoted_g bigint,
    billed_g bigint,
    quoted_cny bigint not null,
    billed_cny bigint not null,
    weight_cny bigint not null,
    tier_cny bigint not null,
    volumetric_cny bigint not null,
    surcharge_cny bigint not null,
    currency_cny bigint not null,
    duplicate_cny bigint not null,
    price_cny bigint not null,
    return_cny bigint not null,
    assumed_return_minor bigint not null,
    compensation_cny bigint not null,
    difference_cny bigint not null
);
