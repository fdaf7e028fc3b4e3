-- Packaging bands out of the rows of a seller's table. Python lends:
--   sheet          one row per filled row: row_no, and the layout's columns as texts
--   headers        one row per column the file has: its name here and its header there
-- and takes bands and problems.

-- One row per row of the sheet and cell: whole grams.
create temp table cells as
select
    row_no,
    column_name,
    trim(coalesce(cell, '')) as written,
    try_cast(
        regexp_extract(replace(trim(coalesce(cell, '')), ',', ''), '^(\d+)(?:\.0+)? ?(?:g|克)?$', 1) as bigint
    ) as grams
from (
    select row_no, 'min_g' as column_name, min_g as cell
    from sheet
    union all
    select row_no, 'max_g', max_g
    from sheet
    union all
    select row_no, 'packaging_g', packaging_g
    from sheet
);

-- One row per row of the sheet.
create temp table judged as
with read as (
    select
        row_no,
        max(grams) filter (where column_name = 'min_g') as min_g,
        max(grams) filter (where column_name = 'max_g') as max_g,
        max(grams) filter (where column_name = 'packaging_g') as packaging_g,
        arg_min(column_name, column_name) filter (where grams is null) as bad_column,
        arg_min(written, column_name) filter (where grams is null) as bad_value
    from cells
    group by row_no
)

select
    *,
    case
        when bad_column is not null then 'number_unreadable'
        when min_g > max_g then 'band_reversed'
        when min_g <= max(max_g) over (order by min_g, row_no rows between unbounded preceding and 1 preceding)
            then 'band_overlaps'
        when min_g > 1 + coalesce(
                max(max_g) over (order by min_g, row_no rows between unbounded preceding and 1 preceding), 0
            )
            then 'band_gap'
    end as fault
from read;

-- Bands are replaced as a whole: beside one that cannot be taken no other is.
create temp table kept as
select judged.* replace (coalesce(judged.fault, case when any_fault then 'band_beside_fault' end) as fault)
from judged
cross join (
    select bool_or(fault is not null) as any_fault
    from judged
);

-- One row per refused row.
create temp table problems as
select
    kept.row_no,
    headers.header as column_name,
    coalesce(kept.bad_value, kept.min_g::varchar) as value,
    kept.fault as code,
    '' as identity
from kept
left join headers
    on headers.column_name = coalesce(kept.bad_column, 'min_g')
where kept.fault is not null
order by kept.row_no;

-- One row per band.
create temp table bands as
select min_g, max_g, packaging_g
from kept
where fault is null
order by min_g;
