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
