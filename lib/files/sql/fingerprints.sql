-- Which rows of a sheet say word for word what was taken in of their order before. Python lends:
--   rows         one row per filled row: row_no, and the layout's columns as texts
--   loaded_rows  one row per order: order_id, row_hash, moment_at
-- and the variable `context`, and takes unchanged_rows. An order that stands in several rows is read again.

create temp table fingerprints as
select row_no, hash(getvariable('context'), *columns(* exclude (row_no))) as row_hash, bare_number(order_id) as order_id
from rows;

create temp table unchanged_rows as
select row.row_no, row.order_id, loaded.moment_at
from fingerprints as row
inner join loaded_rows as loaded
    on loaded.order_id = row.order_id and loaded.row_hash = row.row_hash
where row.order_id not in (
    select order_id
    from fingerprints
    where order_id is not null
    group by order_id
    having count(*) > 1
)
order by row.row_no;
