-- Rows of export files as they were last taken in whole, so that a row that comes again word for word is not read again.

-- One row per order that its row of a file tells in full: row_hash is of the row's cells and of all that decides how
-- they are read, moment_at the newest moment it speaks of, in the file's zone. It holds while the order's changed_at is
-- what it was then. Without a key: it is written as whole sets, and what is missing here is only read once more.
create table loaded_rows (
    shop_id varchar not null,
    order_id varchar not null,
    row_hash ubigint not null,
    moment_at timestamp,
    changed_at timestamp not null
);
