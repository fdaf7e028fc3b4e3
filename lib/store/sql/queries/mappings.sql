-- name: mappings_all
-- One row per table a person taught the desk to read, the newest first.
select *
from mappings
order by saved_at desc, name;

-- name: mapping_save
-- One row: what is known of a table, under its name.
insert or replace into mappings
values ($name, $kind, $headers, $columns, $options, $saved_by, $saved_at);

-- name: mapping_forget
-- One row: the table that is forgotten.
delete from mappings
where name = $name
returning name;
