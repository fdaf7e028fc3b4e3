-- What was seen at a decision, and what a scale said.

-- card_from and card_source: the rate card as it was then. weight_source: where the weight came from ('sku', 'file',
-- 'scale'). fx: CNY for one unit of the card's currency, in millionths, and the day of that rate. buyer_days_max: what
-- the buyer's own service promised. Null in quotes kept before these were.
alter table quotes add column card_from date;
alter table quotes add column card_source varchar;
alter table quotes add column weight_g bigint;
alter table quotes add column weight_source varchar;
alter table quotes add column fx_e6 bigint;
alter table quotes add column fx_on date;
alter table quotes add column buyer_days_max bigint;

create sequence weighing_ids;

-- One row per time a parcel's weight was replaced by a weighed one. was_g: what was computed or weighed before.
create table weighings (
    weighing_id bigint primary key default nextval('weighing_ids'),
    shipment_id varchar not null,
    weight_g bigint not null,
    was_g bigint,
    source varchar not null,
    weighed_by varchar not null,
    weighed_at timestamp not null
);
