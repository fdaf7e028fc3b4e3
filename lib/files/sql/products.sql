-- Products out of the rows of a seller's table. Python lends:
--   sheet          one row per filled row: row_no, and the layout's columns as texts
--   headers        one row per column the file has: its name here and its header there
--   cargo_words    one row per way to write a cargo class
-- and takes products, problems and earlier_rows.

create temp macro tidy(cell) as
    nullif(
        trim(
            regexp_replace(replace(cell, chr(160), ' '), '\s+', ' ', 'g'),
            concat(' ', chr(8203), chr(12288), chr(65279))
        ),
        ''
    );

-- 250, 250.0, 1,250, 250 g, $1.90. A comma that does not part thousands makes it unreadable.
create temp macro written_number(cell) as
    try_cast(
        replace(
            regexp_extract(
                lower(tidy(cell)),
                '^[$¥￥]? ?(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?(?:g|克|mm|毫米)?$',
                1
            ),
            ',',
            ''
        ) as decimal(14, 4)
    );

-- One row per row of the sheet and cell that should hold a number and holds something.
create temp table numbers as
select
    row_no,
    column_name,
    tidy(cell) as written,
    written_number(cell) as number,
    case
        when number is null then 'number_unreadable'
        when number <= 0 and column_name = 'weight_g' then 'weight_not_positive'
        when number < 0 or (number = 0 and column_name not in ('purchase_cost', 'packaging_g')) then 'number_not_positive'
    end as fault
from (
    unpivot sheet
    on weight_g, length_mm, width_mm, height_mm, declared_value, purchase_cost, packaging_g
    into name column_name value cell
)
where tidy(cell) is not null;

-- One row per row of the sheet with a cell that is no number: the first such cell.
create temp table misfits as
select row_no, column_name, written, fault
from numbers
inner join (
    values
        ('weight_g', 1),
        ('length_mm', 2),
        ('width_mm', 3),
        ('height_mm', 4),
        ('declared_value', 5),
        ('purchase_cost', 6),
        ('packaging_g', 7)
) as place (column_name, position)
    using (column_name)
where fault is not null
qualify row_number() over (partition by row_no order by position) = 1;

-- One row per row of the sheet. Grams and millimetres begun count whole: no parcel is heavier than it was said.
create temp table cells as
with measures as (
    select
        row_no,
        max(ceil(number)) filter (where column_name = 'weight_g')::bigint as weight_g,
        max(ceil(number)) filter (where column_name = 'length_mm')::bigint as length_mm,
        max(ceil(number)) filter (where column_name = 'width_mm')::bigint as width_mm,
        max(ceil(number)) filter (where column_name = 'height_mm')::bigint as height_mm,
        max(round(number * 100)) filter (where column_name = 'declared_value')::bigint as declared_minor,
        max(round(number * 100)) filter (where column_name = 'purchase_cost')::bigint as purchase_minor,
        max(ceil(number)) filter (where column_name = 'packaging_g')::bigint as packaging_g
    from numbers
    group by row_no
)

select
    sheet.row_no,
    tidy(sheet.sku) as sku,
    coalesce(tidy(sheet.title), '') as title,
    measures.weight_g,
    measures.length_mm,
    measures.width_mm,
    measures.height_mm,
    tidy(sheet.cargo_class) as cargo_word,
    words.cargo_class,
    tidy(sheet.declared_name_zh) as declared_name_zh,
    tidy(sheet.declared_name_en) as declared_name_en,
    measures.declared_minor,
    case when measures.declared_minor is not null then 'USD' end as declared_currency,
    measures.purchase_minor,
    case when measures.purchase_minor is not null then 'CNY' end as purchase_currency,
    regexp_replace(tidy(sheet.hs_code), '^(\d+)\.0+$', '\1') as hs_code,
    tidy(sheet.shelf) as shelf,
    measures.packaging_g
from sheet
left join measures
    on measures.row_no = sheet.row_no
left join cargo_words as words
    on words.word = lower(tidy(sheet.cargo_class));

-- One row per row of the sheet, with the first thing that is wrong with it, if any. The first row of a SKU
-- stands; a later one that says something else is refused, for nobody knows which of them is right.
create temp table judged as
with faulty as (
    select
        cell.*,
        case
            when cell.sku is null then 'sku_blank'
            when misfit.fault is not null then misfit.fault
            when cell.cargo_word is not null and cell.cargo_class is null then 'cargo_class_unknown'
        end as fault,
        case
            when cell.sku is null then 'sku'
            when misfit.fault is not null then misfit.column_name
            else 'cargo_class'
        end as column_name,
        case
            when cell.sku is null then ''
            when misfit.fault is not null then misfit.written
            else cell.cargo_word
        end as written
    from cells as cell
    left join misfits as misfit
        on misfit.row_no = cell.row_no
),

sound as (
    select
        row_no,
        first_value(row_no) over same_sku as first_row_no,
        content = first_value(content) over same_sku as is_alike
    from (
        select row_no, sku, hash(*columns(* exclude (row_no, sku, fault, column_name, written))) as content
        from faulty
        where fault is null
    )
    window same_sku as (partition by sku order by row_no)
)

select
    faulty.* replace (
        case when sound.is_alike is false then 'sku_twice' else faulty.fault end as fault,
        case when sound.is_alike is false then 'sku' else faulty.column_name end as column_name,
        case when sound.is_alike is false then faulty.sku else faulty.written end as written
    ),
    sound.first_row_no
from faulty
left join sound
    on sound.row_no = faulty.row_no;

-- One row per refused row.
create temp table problems as
select
    judged.row_no,
    headers.header as column_name,
    coalesce(judged.written, '') as value,
    judged.fault as code,
    coalesce(judged.sku, '') as identity
from judged
left join headers
    on headers.column_name = judged.column_name
where judged.fault is not null
order by judged.row_no;

-- One row: how many good rows say again what an earlier one of their SKU said.
create temp table earlier_rows as
select count(*)::bigint as repeated
from judged
where fault is null and row_no <> first_row_no;

create temp table products as
select
    sku,
    title,
    weight_g,
    length_mm,
    width_mm,
    height_mm,
    cargo_class,
    declared_name_zh,
    declared_name_en,
    declared_minor,
    declared_currency,
    purchase_minor,
    purchase_currency,
    hs_code,
    shelf,
    packaging_g
from judged
where fault is null and row_no = first_row_no
order by row_no;
