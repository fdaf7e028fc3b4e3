-- Sheets with one row per product of an order, or with all products of a row in one cell of SKU*QTY, brought to one
-- row per order. Python lends:
--   line_rows   one row per filled row: row_no, and the columns of LINES as texts
--   options     one row: what the layout or a person says of the sheet
-- and makes sheet and product_rows for orders_cells.sql, and takes order_rows, extras and order_doubts.

-- 1 → yes; what programs write into a flag.
create temp macro said_yes(cell) as coalesce(lower(tidy(cell)) in ('是', 'yes', 'y', 'true', '1'), false);

-- 08/30/2026 in the order that is said of the sheet; other forms stay as they are.
create temp macro year_first(cell, date_order) as
    case date_order
        when 'mdy' then regexp_replace(tidy(cell), '^(\d{1,2})[-./](\d{1,2})[-./](\d{4})', '\3-\1-\2')
        when 'dmy' then regexp_replace(tidy(cell), '^(\d{1,2})[-./](\d{1,2})[-./](\d{4})', '\3-\2-\1')
        else tidy(cell)
    end;

-- An amount and its currency in one text, when the sheet has a column for the currency.
create temp macro with_currency(amount, currency) as
    case when tidy(amount) is not null then concat_ws(' ', upper(tidy(currency)), tidy(amount)) end;

-- One SKU*QTY with what parts it from the next one; a SKU may have blanks, and a * before its last one.
create temp macro pair_form() as '\s*(\S.*?)\s*[*×＊]\s*(-?\d{1,6})(?:\.0+)?\s*(?:[;；,，、|/\s]+|$)';

-- One row per row of the sheet: whose it is, and whether an earlier one says the same word for word. The parcels of
-- an order that was split or sent again have its number with -1, -2 behind it in some programs. A row that takes goods
-- or money back stands by itself, so that orders_refused.sql refuses it alone and the order is what its other rows tell.
create temp table placed as
select
    line_rows.*,
    case
        when options.cuts_suffix then regexp_replace(number, '^(\d+)-\d{1,2}$', '\1')
        else number
    end as order_number,
    coalesce(
        is_below_zero(tidy(total))
        or is_below_zero(tidy(goods))
        or regexp_matches(tidy(quantity), '^-0*[1-9]')
        or regexp_matches(sku_quantities, '[*×＊]\s*-0*[1-9]'),
        false
    ) as takes_back,
    case
        when takes_back then concat('-', row_no)
        else coalesce(order_number, concat('?', row_no))
    end as order_key,
    row_number() over (partition by row_hash order by row_no) > 1 and not takes_back as is_repeat,
    said_yes(is_resent) as resent,
    said_yes(is_merged) as merged,
    options
from (
    select *, bare_number(order_id) as number, hash(*columns(* exclude (row_no))) as row_hash
    from line_rows
) as line_rows
cross join options;

-- One row per row of the sheet: the first row of its order, and whether it is that one's repeat.
create temp table order_rows as
select
    row_no,
    min(row_no) over (partition by order_key) as first_row_no,
    is_repeat and order_number is not null as is_repeat
from placed;

-- One row per order, as orders_cells.sql reads it: the first cell that holds something stands for the order.
create temp table sheet as
with firsts as (
    select
        min(row_no) as row_no,
        order_key,
        min(options) as options,
        arg_min(columns(* exclude (row_no, order_key, options, products)), row_no),
        arg_min(products, row_no) as products,
        count(distinct tidy(total)) as total_count
    from placed
    group by order_key
)

select
    row_no,
    order_number as order_id,
    status,
    buyer_name,
    year_first(ordered_at, options.date_order) as ordered_at,
    year_first(paid_at, options.date_order) as paid_at,
    year_first(ship_by_at, options.date_order) as ship_by_at,
    year_first(shipped_at, options.date_order) as shipped_at,
    year_first(received_at, options.date_order) as received_at,
    with_currency(goods, currency) as goods,
    with_currency(shipping, currency) as shipping,
    null::varchar as discount,
    case when total_count <= 1 then with_currency(total, currency) end as total,
    products,
    note,
    receiver,
    coalesce(tidy(country_code), tidy(country), tidy(country_zh)) as country,
    province,
    city,
    concat_ws(
        ' ',
        coalesce(tidy(address_both), nullif(concat_ws(' ', tidy(address_1), tidy(address_2)), ''), tidy(address)),
        tidy(house_number)
    ) as address,
    postcode,
    phone,
    mobile,
    buyer_service,
    coalesce(
        tidy(waybills), concat_ws(':', coalesce(tidy(carrier), ''), nullif(trim(tidy(waybill), '.'), ''))
    ) as waybills,
    business_mode,
    tax_number
from firsts
order by row_no;

-- One row per SKU*QTY of a cell, or per row that has its SKU and quantity in cells of their own. A row that was sent
-- again (重发) adds nothing to its order when the order has other rows.
create temp table product_rows as
with counted as (
    select
        placed.*,
        order_rows.first_row_no,
        resent and count(*) filter (where not resent) over (partition by order_key) > 0 as adds_nothing
    from placed
    inner join order_rows
        on order_rows.row_no = placed.row_no
    where not placed.is_repeat
),

pairs as (
    select
        *,
        unnest(
            list_zip(
                regexp_extract_all(tidy(sku_quantities), pair_form(), 1),
                regexp_extract_all(tidy(sku_quantities), pair_form(), 2)
            )
        ) as pair
    from counted
    where tidy(sku_quantities) is not null
        and regexp_replace(tidy(sku_quantities), pair_form(), '', 'g') = ''
),

told as (
    select row_no, first_row_no, title, attributes, pair[1] as sku, pair[2] as quantity, unit, adds_nothing
    from pairs
    union all
    select row_no, first_row_no, title, attributes, sku, quantity, unit, adds_nothing
    from counted
    where tidy(products) is null
        and row_no not in (select row_no from pairs)
        and (tidy(sku_quantities) is not null or tidy(sku) is not null or tidy(quantity) is not null)
)

select
    first_row_no as row_no,
    row_number() over (partition by first_row_no order by row_no)::integer as line_no,
    coalesce(one_line(title), '') as title,
    coalesce(one_line(attributes), '') as attributes,
    coalesce(one_line(sku), '') as sku,
    try_cast(regexp_extract(tidy(told.quantity), '^(-?\d{1,9})(?:\.0+)?$', 1) as bigint) as quantity,
    coalesce(one_line(unit), '') as unit,
    coalesce(try_cast(regexp_extract(tidy(told.quantity), '^(-?\d{1,9})(?:\.0+)?$', 1) as bigint), 0) > 0 as is_whole
from told
where not adds_nothing
order by first_row_no, line_no;

-- One row per order: what orders_cells.sql does not read. Weights in the unit that is said of the sheet.
create temp table extras as
select
    min(order_rows.first_row_no) as row_no,
    count(*) filter (where not order_rows.is_repeat) as row_count,
    count(*) filter (where order_rows.is_repeat) as repeat_count,
    max(
        round(
            try_cast(
                replace(
                    regexp_extract(lower(tidy(weighed)), '^([\d,]+(?:\.\d+)?) ?(?:g|kg|克|千克)?$', 1), ',', ''
                ) as decimal(14, 4)
            )
            * case
                when regexp_matches(lower(tidy(weighed)), '(kg|千克)$') then 1000
                when regexp_matches(lower(tidy(weighed)), '(g|克)$') then 1
                else options.grams
            end
        )
    )::bigint as weighed_g
from placed
inner join order_rows
    on order_rows.row_no = placed.row_no
group by order_key;

-- One row per order and doubt that only the rows of the program tell of.
create temp table order_doubts as
select
    first_row_no as row_no,
    unnest(
        [
            {
                code: case when bool_or(merged) then 'goods_merged' end,
                field: 'is_merged',
                value: max(tidy(is_merged))
            },
            {code: case when bool_or(resent) then 'row_resent' end, field: 'is_resent', value: max(tidy(is_resent))},
            {
                code: case when count(distinct tidy(total)) > 1 then 'amounts_differ' end,
                field: 'total',
                value: string_agg(distinct tidy(total), '; ' order by tidy(total))
            },
            {
                code: case when bool_or(order_rows.is_repeat) then 'row_repeated' end,
                field: 'sku',
                value: coalesce(max(tidy(sku)) filter (where order_rows.is_repeat), '')
            },
            {
                code: case
                    when count(distinct one_line(concat_ws(' ', receiver, address, address_1))) > 1 then 'rows_differ'
                end,
                field: 'receiver',
                value: ''
            }
        ],
        recursive := true
    )
from placed
inner join order_rows
    on order_rows.row_no = placed.row_no
group by first_row_no;
