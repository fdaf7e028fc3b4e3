-- Products: packaging of their own, and who paired a SKU.

-- packaging_g replaces the packaging of the weight band; paired_by and paired_at belong to paired_sku.
alter table products add column packaging_g bigint;
alter table products add column paired_by varchar;
alter table products add column paired_at timestamp;
