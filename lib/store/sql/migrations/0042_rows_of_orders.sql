-- The row of the file an order is known from (import_id), the first of its lines there; null: not known, or no file.
alter table orders add column row_no bigint;
