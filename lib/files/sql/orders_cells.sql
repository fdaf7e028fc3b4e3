-- Orders out of the rows of a Seller Center sheet, in four steps: what the cells say (here), what is refused
-- (orders_refused.sql), what the good rows make (orders.sql), and what has to be looked at of it (orders_doubts.sql).
-- Python lends:
--   sheet           one row per filled row: row_no, and the layout's columns as texts
--   headers         one row per column the file has: its name here and its header there
--   status_labels   one row per label of a status
--   currency_signs  one row per way to write a currency: sign, currency, part (ten-thousandths in a minor unit)
--   country_names   one row per spelling of a country
--   clock           one row: now_there, the time of the file's zone now, and said_status, the status that a person
--                   said of rows without a known one ('': nobody said)
--   unchanged_rows  one row per row that was taken in before and is not in `sheet` now
--   product_rows    one row per product of a row that is not told in its products cell (lines.sql makes them)
-- and the variable `context`, and takes orders, fingerprints, lines, receivers, waybills, problems, doubts, warnings,
-- newest and earlier_rows. Times stay as written.

create temp macro same_name(name) as lower(nfc_normalize(one_line(name)));

-- US $1,058.90, 58.90 USD. A comma that does not part thousands makes it unreadable.
create temp macro any_amount(parts) as
    {
        'sign': upper(replace(concat(parts.sign, parts.unit), ' ', '')),
        'number': (try_cast(concat(replace(parts.whole, ',', ''), parts.fraction) as decimal(14, 4)) * 10000)::bigint
    };

-- An amount: how its currency is written, and its number in ten-thousandths, for whole numbers are quick to divide.
-- 58.90 and $58.90, as most are written, are told at once.
create temp macro amount_parts(cell) as
    case
        when regexp_full_match(cell, '[$]?\d{1,12}(\.\d{1,4})?')
            then {
                'sign': case when starts_with(cell, '$') then '$' else '' end,
                'number': (try_cast(ltrim(cell, '$') as decimal(14, 4)) * 10000)::bigint
            }
        else any_amount(
            regexp_extract(
                tidy(cell),
                '^([^\d\s.,-]*(?:\s*[$€£¥￥])?)\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*([^\d\s.,-]*)$',
                ['sign', 'whole', 'fraction', 'unit']
            )
        )
    end;

-- Null when the text was no amount, or has more decimals than its currency.
create temp macro amount_minor(amount, part) as
    case when amount.number % part = 0 then amount.number // part end;

-- What was taken off an order: 0 when nothing stands there, null when it is no amount of the order's currency.
create temp macro amount_off(cell, sign, part) as
    case
        when cell is null then 0
        when amount_parts(ltrim(cell, '-')).sign in ('', sign) then amount_minor(amount_parts(ltrim(cell, '-')), part)
    end;

create temp macro shown_minor(minor, part) as
    case part when 10000 then minor::varchar when 10 then printf('%.3f', minor / 1000) else printf('%.2f', minor / 100) end;

-- 2026.08.30 10:05, 2026-8-30 10:05:00, 2026/8/30, 2026年8月30日. Forms that end in the year are not guessed at, and
-- no order is of another millennium: 9999.12.31 means that nobody knows.
create temp macro any_time(cell) as
    case
        when starts_with(tidy(cell), '20')
            then try_strptime(
                trim(
                    regexp_replace(
                        tidy(cell), '^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[T\s]+|$)', '\1-\2-\3 '
                    )
                ),
                ['%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M:%S', '%Y-%m-%d', '%Y-%m-%d %H:%M:%S.%f']
            )
    end;

-- The two forms exports have are looked for first: a list of forms costs ten times as much as one.
create temp macro written_time(cell) as
    coalesce(
        case
            when not starts_with(cell, '20') then null
            when cell[5] = '.' then try_strptime(cell, '%Y.%m.%d %H:%M')
            when cell[5] = '-' then try_strptime(cell, '%Y-%m-%d %H:%M')
        end,
        any_time(cell)
    );

-- Whether a moment is before one that it follows. A date without a time counts as the end of its day.
create temp macro is_too_early(moment, former) as
    case when moment < former then moment <> date_trunc('day', moment) or moment < date_trunc('day', former) end;

-- What stands between `label:` and the last bracket of its line.
create temp macro block_field(block, label) as
    tidy(regexp_extract(block, concat('(?m)^[ \t]*[(（]', label, '[:：](.*)[)）]'), 1));

create temp table countries as
select same_name(name) as name, min(country) as country
from country_names
group by same_name(name);

-- One row per country code, which some tools write in place of the name.
insert into countries
select distinct lower(country), country
from country_names
where lower(country) not in (select name from countries);

-- One row per row of the sheet: its cells, understood as far as they can be. The texts of cells that cannot be are
-- kept as such: most rows have none.
create temp table cells as
with understood as (
    select
        sheet.*,
        hash(getvariable('context'), *columns(sheet.* exclude (row_no))) as cells_hash,
        coalesce(one_line(country), '') as country_label,
        amount_parts(goods) as goods_parts,
        amount_parts(shipping) as shipping_parts,
        amount_parts(total) as total_parts,
        written_time(ordered_at) as order_time,
        written_time(paid_at) as paid_time,
        written_time(ship_by_at) as ship_by_time,
        written_time(shipped_at) as shipped_time,
        written_time(received_at) as received_time
    from sheet
)

select
    cell.row_no,
    cell.cells_hash,
    bare_number(cell.order_id) as order_id,
    coalesce(one_line(cell.status), '') as status_label,
    one_line(cell.business_mode) as business_mode,
    cell.country_label,
    coalesce(country.country, '') as country,
    with_line_feeds(tidy(cell.products)) as products,
    coalesce(total_sign.currency, goods_sign.currency, shipping_sign.currency, 'USD') as currency,
    amount_minor(cell.goods_parts, goods_sign.part) as goods_minor,
    amount_minor(cell.shipping_parts, shipping_sign.part) as shipping_minor,
    amount_minor(cell.total_parts, total_sign.part) as total_minor,
    case when goods_minor is null then tidy(cell.goods) end as goods_unread,
    case when shipping_minor is null then tidy(cell.shipping) end as shipping_unread,
    case when total_minor is null then tidy(cell.total) end as total_unread,
    -- Amounts of one currency can be added up; of the file's discount, if it has one, only the text is kept.
    goods_sign.currency = total_sign.currency
        and (shipping_minor = 0 or shipping_sign.currency = total_sign.currency) as is_one_currency,
    case when is_one_currency and cell.discount is not null then cell.total_parts.sign end as total_sign,
    case when is_one_currency then total_sign.part end as total_part,
    tidy(cell.discount) as discount,
    cell.order_time as ordered_at,
    cell.paid_time as paid_at,
    cell.ship_by_time as ship_by_at,
    greatest(cell.order_time, cell.paid_time, cell.shipped_time, cell.received_time) as moment_at,
    case when cell.paid_time is null then tidy(cell.paid_at) end as paid_unread,
    case when cell.ship_by_time is null then tidy(cell.ship_by_at) end as ship_by_unread,
    case
        when is_too_early(cell.paid_time, cell.order_time)
            then {'field': 'paid_at', 'value': tidy(cell.paid_at)}
        when is_too_early(cell.shipped_time, greatest(cell.order_time, cell.paid_time))
            then {'field': 'shipped_at', 'value': tidy(cell.shipped_at)}
        when is_too_early(cell.received_time, greatest(cell.order_time, cell.paid_time, cell.shipped_time))
            then {'field': 'received_at', 'value': tidy(cell.received_at)}
        when is_too_early(cell.ship_by_time, greatest(cell.order_time, cell.paid_time))
            then {'field': 'ship_by_at', 'value': tidy(cell.ship_by_at)}
    end as too_early,
    one_line(cell.buyer_name) as buyer_name,
    one_line(cell.buyer_service) as buyer_service,
    tidy(cell.note) as note,
    tidy(cell.waybills) as waybills,
    coalesce(one_line(cell.receiver), '') as receiver,
    coalesce(one_line(cell.province), '') as province,
    coalesce(one_line(cell.city), '') as city,
    coalesce(one_line(cell.address), '') as address,
    coalesce(bare_number(cell.postcode), '') as postcode,
    coalesce(bare_number(cell.phone), '') as phone,
    coalesce(bare_number(cell.mobile), '') as mobile,
    coalesce(bare_number(cell.tax_number), '') as tax_number
from understood as cell
left join countries as country
    on country.name = same_name(cell.country_label)
left join currency_signs as goods_sign
    on goods_sign.sign = cell.goods_parts.sign
left join currency_signs as shipping_sign
    on shipping_sign.sign = cell.shipping_parts.sign
left join currency_signs as total_sign
    on total_sign.sign = cell.total_parts.sign;

-- One row per product of a row, cut at every 【 that begins a line: true to the cell when each piece has the plain
-- shape, in which every line is what it seems to be. This road is there for speed alone; any other cell is read by
-- its grammar below.
create temp table pieces as
with cut as (
    select
        row_no,
        order_id,
        string_split(concat(chr(10), products), concat(chr(10), '【')) as pieces
    from cells
    where products is not null
),

piece_rows as (
    select
        row_no,
        order_id,
        pieces[1] = '' as starts_well,
        unnest(range(1, greatest(len(pieces), 2)))::integer as line_no,
        unnest(case when len(pieces) > 1 then pieces[2:] else [''] end) as piece
    from cut
),

lines_of as (
    select * exclude (piece), string_split(piece, chr(10)) as lines
    from piece_rows
),

placed as (
    select
        *,
        starts_with(lines[2], '(产品属性:') as has_attributes,
        1 + has_attributes::integer + starts_with(lines[2 + has_attributes::integer], '(商家编码:')::integer as sku_at,
        lines[sku_at + 1] as counted
    from lines_of
),

told as (
    select
        row_no,
        order_id,
        line_no,
        starts_well
            and regexp_matches(lines[1], '^\d{1,4}】[^\s(（\x{200b}\x{3000}\x{feff}\x{a0}]')
            and (not has_attributes or ends_with(lines[2], ')'))
            and (sku_at = 1 or ends_with(lines[sku_at], ')'))
            and regexp_full_match(counted, '\(产品数量:\d{1,9} [a-z]+\)')
            and (
                len(lines) = sku_at + 1
                or (len(lines) = sku_at + 2 and starts_with(lines[-1], '(物流等级') and ends_with(lines[-1], ')'))
            ) as is_plain,
        substring(lines[1], strpos(lines[1], '】') + 1) as title,
        case when has_attributes then substring(lines[2], 7, length(lines[2]) - 7) end as attributes,
        case
            when sku_at > 1 + has_attributes::integer
                then substring(lines[sku_at], 7, length(lines[sku_at]) - 7)
        end as sku,
        string_split(substring(counted, 7, length(counted) - 7), ' ') as counted
    from placed
)

select
    row_no,
    order_id,
    line_no,
    coalesce(one_line(title), '') as title,
    coalesce(tidy(attributes), '') as attributes,
    coalesce(tidy(sku), '') as sku,
    try_cast(counted[1] as bigint) as quantity,
    counted[2] as unit,
    is_plain,
    coalesce(quantity, 0) > 0 as is_whole
from told;

-- One row per cell that has another shape.
create temp table odd_cells as
select row_no, order_id, products
from cells
where row_no in (select row_no from pieces where not is_plain);

-- One row per product of such a cell. A block has a title, perhaps in several lines, and then its fields.
create temp table odd_blocks as
with parts as (
    select row_no, order_id, regexp_split_to_array(products, '(?m)^[ \t]*【\d+】') as parts
    from odd_cells
),

numbered as (
    select
        row_no,
        order_id,
        tidy(parts[1]) is null and len(parts) > 1 as starts_well,
        unnest(range(1, greatest(len(parts), 2))) as line_no,
        unnest(case when len(parts) > 1 then parts[2:] else parts end) as block
    from parts
)

select
    row_no,
    order_id,
    line_no::integer as line_no,
    coalesce(
        one_line(regexp_replace(block, '(?ms)^[ \t]*[(（](产品属性|商家编码|产品数量|物流等级)[^\n]*[:：].*', '')), ''
    ) as title,
    coalesce(block_field(block, '产品属性'), '') as attributes,
    coalesce(block_field(block, '商家编码'), '') as sku,
    regexp_extract(
        block_field(block, '产品数量'), '^(-?\d{1,9})\s*([^\d.,].*)?$', ['quantity', 'unit']
    ) as counted,
    try_cast(struct_extract(counted, 'quantity') as bigint) as quantity,
    coalesce(one_line(struct_extract(counted, 'unit')), '') as unit,
    starts_well
        and coalesce(quantity, 0) > 0
        and len(regexp_extract_all(block, '(?m)^[ \t]*[(（]产品数量')) = 1
        and len(regexp_extract_all(block, '(?m)^[ \t]*[(（]商家编码')) <= 1 as is_whole
from numbered;

-- One row per product of a row, however it is told.
create temp view blocks as
select row_no, order_id, line_no, sku, title, attributes, quantity, unit, is_whole
from pieces
where row_no not in (select row_no from odd_cells)
union all
select row_no, order_id, line_no, sku, title, attributes, quantity, unit, is_whole
from odd_blocks
union all
select product.row_no, cell.order_id, line_no, sku, title, attributes, quantity, unit, is_whole
from product_rows as product
inner join cells as cell
    on cell.row_no = product.row_no;
