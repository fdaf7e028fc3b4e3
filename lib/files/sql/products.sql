-- Products out of the rows of a seller's table. Python lends:
--   sheet          one row per filled row: row_no, and the layout's columns as texts
--   headers        one row per column the file has: its name here and its header there
--   cargo_words    one row per way to write a cargo class
-- and takes products, problems and earlier_rows.

create macro tidy(cell) as
    nullif(
        trim(
            regexp_replace(replace(cell, chr(160), ' '), '\s+', ' ', 'g'),
            concat(' ', chr(8203), chr(12288), chr(65279))
        ),
        ''
    );

-- 250, 250.0, 1,250, 250 g. Whole units, begun ones counted: a parcel is never lighter than it says.
create macro whole_units(cell, unit) as
    ceil(
        try_cast(
            replace(
                regexp_extract(
                    lower(tidy(cell)), concat('^(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?) ?(?:', unit, ')?$'), 1
                ),
                ',',
                ''
            ) as decimal(18, 4)
        )
    )::bigint;

-- Hundredths of a currency; a value of less than one is unreadable, as is one with parts of a hundredth.
create macro hundredths(cell) as
    case
        when (
            try_cast(
                replace(
                    regexp_extract(
                        tidy(cell), '^(?:US ?\$|[$¥￥])? ?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)$', 1
                    ),
                    ',',
                    ''
                ) as decimal(18, 4)
            )
            * 100
        )
        % 1
        = 0
            then (
                try_cast(replace(regexp_extract(tidy(cell), '(\d[\d,]*(?:\.\d+)?)', 1), ',', '') as decimal(18, 4))
                * 100
            )::bigint
    end;

create temp table cells as
select
    row_no,
    tidy(sku) as sku,
    coalesce(tidy(title), '') as title,
    whole_units(weight_g, 'g|克') as weight_g,
    whole_units(length_mm, 'mm|毫米') as length_mm,
    whole_units(width_mm, 'mm|毫米') as width_mm,
    whole_units(height_mm, 'mm|毫米') as height_mm,
    lower(tidy(cargo_class)) as cargo_word,
    tidy(declared_name_zh) as declared_name_zh,
    tidy(declared_name_en) as declared_name_en,
    hundredths(declared_value) as declared_minor,
    hundredths(purchase_cost) as purchase_minor,
    regexp_replace(tidy(hs_code), '^(\d+)\.0+$', '\1') as hs_code,
    tidy(shelf) as shelf,
    tidy(weight_g) as weight_text,
    tidy(length_mm) as length_text,
    tidy(width_mm) as width_text,
    tidy(height_mm) as height_text,
    tidy(declared_value) as declared_text,
    tidy(purchase_cost) as purchase_text
from sheet;

-- One row per row of the sheet, with the first thing that is wrong with it, if any.
create temp table judged as
select
    cell.*,
    words.cargo_class,
    hash(
        cell.title, cell.weight_text, cell.length_text, cell.width_text, cell.height_text, cell.cargo_word,
        cell.declared_name_zh, cell.declared_name_en, cell.declared_text, cell.purchase_text, cell.hs_code,
        cell.shelf
    ) as content,
    case
        when cell.sku is null then 'sku_blank'
        when cell.weight_text is not null and cell.weight_g is null then 'weight_unreadable'
        when cell.weight_g = 0 then 'weight_not_positive'
        when cell.length_text is not null and coalesce(cell.length_g, 0) = 0 then 'length_unreadable'
    end as fault
from cells as cell
left join cargo_words as words
    on words.word = cell.cargo_word;
