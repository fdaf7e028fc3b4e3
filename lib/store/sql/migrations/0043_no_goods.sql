-- One row per SKU of which a person said that it is no goods: postage, a price difference. It is asked no weight for and
-- sent in no parcel, as long as the product table knows no weight of it.
create table no_goods (
    sku varchar primary key,
    said_by varchar not null,
    said_at timestamp not null
);
