-- name: import_next_id
-- One row: the next import's number.
select nextval('import_ids') as import_id;

-- name: import_add
-- One row: a file that was read.
insert into imports by name
select
    $import_id as import_id,
    $file as file,
    $kind as kind,
    $layout as layout,
    $sha256 as sha256,
    $sheet as sheet,
    $dialect as dialect,
    $zone as zone,
    $header as header,
    $ignored as ignored,
    $unread as unread,
    $missing as missing,
    $read_count as read_count,
    $loaded_count as loaded_count,
    $updated_count as updated_count,
    $unchanged_count as unchanged_count,
    $refused_count as refused_count,
    $conflict_count as conflict_count,
    $older_count as older_count,
    $as_of_at::timestamp as as_of_at,
    $loaded_by as loaded_by,
    $loaded_at as loaded_at;

-- name: import_not_read
-- One row: a file that could not be read, and why.
insert into imports by name
select
    $import_id as import_id,
    $file as file,
    $kind as kind,
    '' as layout,
    $sha256 as sha256,
    0 as read_count,
    0 as loaded_count,
    0 as updated_count,
    0 as unchanged_count,
    0 as refused_count,
    $error_code as error_code,
    $error_args as error_args,
    $loaded_by as loaded_by,
    $loaded_at as loaded_at;

-- name: imports_all
-- One row per file that came in, newest first, with how many of its refused rows are open still; only_read leaves
-- out those that could not be read.
select import.*, coalesce(waiting.row_count, 0)::bigint as open_count
from imports as import
left join (
    select import_id, count(*) as row_count
    from problem_rows
    where closed_at is null
    group by import_id
) as waiting
    on waiting.import_id = import.import_id
where not $only_read or import.error_code is null
order by import.import_id desc
limit $page_size
offset $skipped;

-- name: import_one
-- One row: a file that was read.
select *
from imports
where import_id = $import_id;

-- name: shop_zone
-- One row: the zone assumed for the times in a shop's files.
select file_zone
from shops
where shop_id = $shop_id;

-- name: country_names_all
-- One row per spelling of a country.
select name, country
from country_names;

-- name: loaded_rows_standing
-- One row per order that is as its row of a file told it. One that is in conflict is looked at anew every time.
select loaded.order_id, loaded.row_hash, loaded.moment_at
from loaded_rows as loaded
inner join orders as o
    on o.shop_id = loaded.shop_id and o.order_id = loaded.order_id and o.changed_at = loaded.changed_at
where loaded.shop_id = $shop_id
    and loaded.order_id not in (
        select order_id
        from order_conflicts
        where shop_id = $shop_id and settled_at is null
    );

-- name: loaded_rows_forget
-- One row per order of the file whose row was known; the file tells it otherwise.
delete from loaded_rows
using incoming
where loaded_rows.shop_id = $shop_id and loaded_rows.order_id = incoming.order_id;

-- name: loaded_rows_keep
-- One row per order that the file tells, and that is kept as it tells it.
insert into loaded_rows
select $shop_id, file.order_id, file.row_hash, file.moment_at, o.changed_at
from file_fingerprints as file
inner join incoming
    on incoming.order_id = file.order_id and not incoming.only_fills
inner join orders as o
    on o.shop_id = $shop_id and o.order_id = file.order_id;

-- name: problem_rows_add
-- One row per refused row of `refused`.
insert into problem_rows by name
select
    $import_id as import_id,
    $file as file,
    sheet,
    row_no,
    column_name,
    value,
    code,
    concat('R', left(uuid()::varchar, 13)) as problem_id,
    $kind as kind,
    identity,
    cells
from refused;

-- name: problem_rows_mended
-- One row per open refused row that came in with this file: it is named by its number, or by what it is of.
update problem_rows
set closed_at = $closed_at, closed_by = $closed_by, closed_how = 'mended', closed_import_id = $import_id
where closed_at is null
    and import_id < $import_id
    and (
        problem_id in (select problem_id from came_in where problem_id <> '')
        or (kind = $kind and identity in (select identity from came_in where identity <> ''))
    )
returning problem_id;

-- name: problem_rows_repeated
-- One row per open refused row of an earlier file that this file has again, refused again.
update problem_rows
set closed_at = $closed_at, closed_by = $closed_by, closed_how = 'repeated', closed_import_id = $import_id
where closed_at is null
    and import_id < $import_id
    and kind = $kind
    and (
        problem_id in (select problem_id from refused where problem_id <> '')
        or identity in (select identity from refused where identity <> '')
        or (identity = '' and cells in (select cells from refused where identity = ''))
    )
returning problem_id;

-- name: problem_rows_dismissed
-- One row per open refused row of an import that a person puts aside.
update problem_rows
set closed_at = $closed_at, closed_by = $closed_by, closed_how = 'dismissed'
where closed_at is null
    and import_id = $import_id
returning problem_id;

-- name: problem_rows_page
-- One row per refused row, of one import or of all, the newest import first; only_open leaves out the closed ones.
select problem.*, import.loaded_at
from problem_rows as problem
inner join imports as import
    on import.import_id = problem.import_id
where ($import_id is null or problem.import_id = $import_id)
    and (not $only_open or problem.closed_at is null)
order by problem.import_id desc, problem.row_no
limit $page_size
offset $skipped;

-- name: problem_rows_by_code
-- One row per thing that was wrong with refused rows that are open, of one import or of all, with how many.
select code, column_name, count(*)::bigint as row_count
from problem_rows
where closed_at is null
    and ($import_id is null or import_id = $import_id)
group by code, column_name
order by row_count desc, code, column_name;

-- name: problem_rows_open
-- One row: how many refused rows are open.
select count(*)::bigint as row_count
from problem_rows
where closed_at is null;
