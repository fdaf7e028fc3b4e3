-- Orders out of the rows of a Seller Center sheet. Python lends:
--   sheet           one row per filled row: row_no, and the layout's columns as texts
--   headers         one row per column the file has: its name here and its header there
--   status_labels   one row per label of a status
--   currency_signs  one row per way to write a currency: sign, currency, part (ten-thousandths in a minor unit)
--   country_names   one row per spelling of a country
--   clock           one row: now_there, the time of the file's zone now, and said_status, the status that a person
--                   said of rows without a known one ('': nobody said)
--   unchanged_rows  one row per row that was taken in before and is not in `sheet` now
--   product_rows    one row per product of a row that is not told in its products cell (lines.sql makes them)
-- and the variable `context`, and takes orders, fingerprints, lines, receivers, waybills, problems, doubts, warnings, newest and earlier_rows. Times stay as
-- written.

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

-- One row per way to write a charge among the products of an order: postage, a bank's charge, a difference the buyer
-- paid. Sellers keep such lines beside the goods; they weigh nothing and are never sent.
create temp table charges as
from (
    values
        ('post'), ('postage'), ('dotcom postage'), ('carriage'), ('shipping fee'), ('freight'), ('bank charge'),
        ('bank charges'), ('amazonfee'), ('amazon fee'), ('cruk'), ('cruk commission'), ('discount'), ('manual'),
        ('邮费'), ('运费'), ('快递费'), ('补邮费'), ('补运费'), ('补差价'), ('邮费补差价'), ('运费补差价'), ('差价'),
        ('手续费')
) as charge (word);

-- One row per line that is no product (is_charge), or whose quantity is none. Codes that may be a size or a model, or
-- a booklet that is sold, are a charge when the title says so alone.
create temp table odd_lines as
with named as (
    select
        row_no,
        line_no,
        quantity,
        is_whole,
        case
            when length(sku) <= 6 and lower(sku) in ('', 'm', 'd', 'dot', 'c2', 'manual')
                then coalesce(nullif(title, ''), sku)
            else sku
        end as name,
        coalesce(nullif(sku, ''), title) as written
    from blocks
)

select
    line.row_no,
    line.line_no,
    charge.word is not null as is_charge,
    not is_charge and coalesce(line.quantity < 0, false) as is_negative,
    line.written
from named as line
left join charges as charge
    on charge.word = lower(line.name)
where charge.word is not null or not line.is_whole;

-- One row per row that has charges alone. It is refused rather than loaded without a line: there is nothing to send,
-- and an order without goods would wait for a weight for ever.
create temp table only_charges as
select block.row_no
from blocks as block
inner join (
    select row_no, count(*) as line_count
    from odd_lines
    where is_charge
    group by row_no
) as charged
    on charged.row_no = block.row_no
group by block.row_no
having count(*) = any_value(charged.line_count);

-- One row per row that takes an order back instead of telling one: an amount or a quantity below zero, or the order's
-- number behind a C (is_numbered). Whatever else stands there, nothing is to be sent by it.
create temp table cancelled as
select
    row_no,
    regexp_replace(order_id, '^[Cc]', '') as order_id,
    left(order_id, 1) in ('C', 'c') as is_numbered,
    case
        when is_below_zero(total_unread) then 'total'
        when is_below_zero(goods_unread) then 'goods'
        else 'products'
    end as column_name
from cells
where (left(order_id, 1) in ('C', 'c') and regexp_full_match(order_id, '[Cc]\d{5,20}'))
    or (total_unread is not null and is_below_zero(total_unread))
    or (goods_unread is not null and is_below_zero(goods_unread))
    or row_no in (select row_no from odd_lines where is_negative);

-- A number whose digits past the 15th are all 0, as a spreadsheet leaves it: of 16 digits it has lost one.
create temp macro may_be_rounded(number) as ends_with(number, '0') and regexp_full_match(number, '\d{15}0+');

-- One row: whether a spreadsheet rounded order numbers to 15 digits. Those that end otherwise are as they were.
--
-- A sound number of 16 digits ends so by chance once in 10 times, one of 17 once in 100: once in 10 to the power of the
-- digits past the 15th. That of `number_count` sound numbers at least `zero_count` do, which have `digit_count` such
-- digits together, has a chance of at most (number_count over zero_count) / 10^digit_count = 10^-rarity. Four in five
-- of them at 10^-6 or less are taken for rounded, and refused: from six of six on (10^-6), or eight of ten (4.5 × 10^-7).
-- Fewer, from four of four (10^-4) or four of five (at most 5 × 10^-4) on, are doubtful: they are loaded and wait until
-- somebody compared them, so that neither a sound small file is refused nor a damaged one shipped. Of three or fewer
-- numbers of 16 digits nobody can tell.
create temp table rounding as
with numbers as (
    select order_id
    from (select order_id from cells union all select order_id from unchanged_rows)
    where regexp_full_match(order_id, '\d{16,20}')
),

counted as (
    select
        (select count(distinct hash(order_id)) from numbers) as number_count,
        count(*) as zero_count,
        coalesce(sum(length(order_id) - 15), 0) as digit_count
    from (select distinct order_id from numbers where may_be_rounded(order_id))
)

select
    digit_count
        - (lgamma(number_count + 1) - lgamma(zero_count + 1) - lgamma(number_count - zero_count + 1)) / ln(10)
        as rarity,
    zero_count > 0 and zero_count >= number_count * 0.8 as is_common,
    -- The logarithms are no whole numbers to the last digit.
    is_common and rarity > 5.999999 as is_rounded,
    is_common and rarity > 3.000001 and not is_rounded as is_doubtful
from counted;

-- One row per row of which something is wrong that keeps it out: the first thing.
create temp table faulty as
with judged as (
    select
        cell.row_no,
        case
            when cell.order_id is null then 'order_number_blank'
            when not regexp_full_match(cell.order_id, '\d{1,20}')
                then case
                    when regexp_full_match(cell.order_id, '\d+(\.\d+)?[eE]\+?\d+') then 'order_number_damaged'
                    when cell.row_no in (select row_no from cancelled where is_numbered)
                        then 'order_number_cancelled'
                    else 'order_number_not_digits'
                end
            when ltrim(cell.order_id, '0') = '' then 'order_number_zero'
            when rounding.is_rounded and may_be_rounded(cell.order_id)
                then 'order_number_rounded'
            when cell.row_no in (select row_no from cancelled) then 'row_cancelled'
            when cell.country_label <> '' and cell.country = '' then 'country_unknown'
            when cell.row_no not in (select row_no from blocks) then 'products_blank'
            when cell.row_no in (select row_no from odd_lines where not is_charge) then 'products_unreadable'
            when cell.row_no in (select row_no from only_charges) then 'products_no_goods'
        end as fault
    from cells as cell
    cross join rounding
)

select *
from judged
where fault is not null;

-- One row per fault: the column it is reported under, when it is always the same.
create temp table faults as
from (
    values
        ('order_number_blank', 'order_id'),
        ('order_number_damaged', 'order_id'),
        ('order_number_not_digits', 'order_id'),
        ('order_number_cancelled', 'order_id'),
        ('order_number_zero', 'order_id'),
        ('order_number_rounded', 'order_id'),
        ('country_unknown', 'country'),
        ('row_cancelled', null),
        ('products_blank', 'products'),
        ('products_unreadable', 'products'),
        ('products_no_goods', 'products')
) as fault (code, column_name);

-- One row per refused row. What takes an order back is not mended by the order coming in.
create temp table problems as
with placed as (
    select faulty.*, coalesce(faults.column_name, cancelled.column_name) as field
    from faulty
    inner join faults
        on faults.code = faulty.fault
    left join cancelled
        on cancelled.row_no = faulty.row_no
)

select
    faulty.row_no,
    headers.header as column_name,
    case faulty.field
        when 'order_id' then coalesce(cells.order_id, '')
        when 'country' then cells.country_label
        when 'total' then cells.total_unread
        when 'goods' then cells.goods_unread
        when 'products' then coalesce(left(cells.products, 200), '')
    end as value,
    faulty.fault as code,
    case
        when faulty.fault not like 'order_number%' and faulty.fault <> 'row_cancelled' then cells.order_id
        else ''
    end as identity
from cells
inner join placed as faulty
    on faulty.row_no = cells.row_no
left join headers
    on headers.column_name = faulty.field
order by faulty.row_no;

-- One row per order that stands in several good rows: the last one.
create temp table last_rows as
with repeated as (
    select order_id
    from cells
    group by order_id
    having count(*) > 1
)

select order_id, max(row_no) as row_no, arg_max(cells_hash, row_no) as cells_hash
from cells
where order_id in (select order_id from repeated)
    and row_no not in (select row_no from faulty)
group by order_id
having count(*) > 1;

-- One row per good row that a later one of its order repeats word for word (is_alike) or changes.
create temp table earlier as
select cells.row_no, last_rows.cells_hash = cells.cells_hash as is_alike
from cells
inner join last_rows
    on last_rows.order_id = cells.order_id and last_rows.row_no <> cells.row_no
where cells.row_no not in (select row_no from faulty);

-- One row per order: the last good row that tells it.
create temp view standing as
select * exclude (products)
from cells
where row_no not in (select row_no from faulty)
    and row_no not in (select row_no from earlier);

-- One row per order with good rows that a later one of it repeats word for word, or changes: how many.
create temp table earlier_rows as
select
    cells.order_id,
    count(*) filter (where earlier.is_alike)::bigint as repeated,
    count(*) filter (where not earlier.is_alike)::bigint as replaced
from cells
inner join earlier
    on earlier.row_no = cells.row_no
group by cells.order_id;

-- Whatever a person says of all rows: a label that nobody knows and that speaks of an end is no order to ship.
create temp macro tells_an_end(label) as regexp_matches(lower(label), '取消|关闭|退款|cancel|closed|refund');

create temp view orders as
select
    row.order_id,
    case
        when labels.status is not null then labels.status
        when clock.said_status <> '' and not tells_an_end(row.status_label) then clock.said_status
        else 'UNKNOWN'
    end as status,
    row.status_label,
    row.ordered_at,
    row.paid_at,
    row.ship_by_at,
    row.currency,
    row.goods_minor,
    row.shipping_minor,
    row.total_minor,
    row.buyer_name,
    row.buyer_service,
    row.note,
    labels.status is null and clock.said_status <> '' and not tells_an_end(row.status_label) as is_said,
    row.row_no
from standing as row
cross join clock
left join status_labels as labels
    on labels.label = row.status_label;

create temp view lines as
select
    order_id,
    line_no,
    sku,
    title,
    attributes,
    quantity,
    unit
from blocks
anti join (select row_no, line_no from odd_lines where is_charge) as charge
    using (row_no, line_no)
where row_no not in (select row_no from faulty)
    and row_no not in (select row_no from earlier);

create temp view receivers as
select
    order_id,
    receiver as name,
    country,
    country_label,
    province,
    city,
    address,
    postcode,
    phone,
    mobile,
    tax_number
from standing;

-- One row per NAME:NUMBER of a cell, cut at the last colon; a name may have colons, a number has a digit.
create temp table waybills as
with pairs as (
    select
        order_id,
        row_no,
        unnest(
            string_split(
                regexp_replace(
                    regexp_replace(waybills, '[\r;；、]', chr(10), 'g'),
                    '([:：]\s*[A-Za-z0-9-]*\d[A-Za-z0-9-]*)[,，\s]+',
                    '\1' || chr(10),
                    'g'
                ),
                chr(10)
            )
        ) as pair
    from standing
    where waybills is not null
)

select
    order_id,
    coalesce(tidy(regexp_extract(pair, '^(.*)[:：]', 1)), '') as service,
    tidy(regexp_extract(pair, '([^:：]*)$', 1)) as number
from pairs
where tidy(regexp_extract(pair, '([^:：]*)$', 1)) is not null;

-- One row per label that is no status known here, and of which nobody said, or may say, what it is: few or none.
create temp table unknown_labels as
select label
from (select distinct status_label as label from cells)
where label not in (select label from status_labels)
    and (tells_an_end(label) or (select said_status from clock) = '');

-- One row per order whose goods and shipping alone do not make its total, or which has a discount: what they make less
-- that. Only a file with a column for the discount tells all of them.
create temp view sums as
select
    order_id,
    row_no,
    currency,
    total_part,
    total_minor,
    goods_minor + shipping_minor - amount_off(discount, total_sign, total_part) as sum_minor
from standing
where is_one_currency
    and (goods_minor + shipping_minor <> total_minor or discount is not null)
    and (select count(*) > 0 from headers where column_name = 'discount');

-- One row per order and doubt with which it is loaded: what cannot be read of it is not known, never guessed. Times
-- that contradict each other: another locale may have swapped day and month. The deadline is a time like the others.
create temp table doubts as
with found as (
    select
        order_id,
        row_no,
        unnest(
            [
                {
                    code: case when business_mode like '半托管%' then 'platform_ships' end,
                    field: 'business_mode',
                    value: business_mode
                },
                {code: case when country_label = '' then 'country_blank' end, field: 'country', value: ''},
                {
                    code: case when goods_unread is not null then 'amount_unreadable' end,
                    field: 'goods',
                    value: goods_unread
                },
                {
                    code: case when shipping_unread is not null then 'amount_unreadable' end,
                    field: 'shipping',
                    value: shipping_unread
                },
                {
                    code: case when total_unread is not null then 'amount_unreadable' end,
                    field: 'total',
                    value: total_unread
                },
                {
                    code: case when paid_unread is not null then 'paid_time_unreadable' end,
                    field: 'paid_at',
                    value: paid_unread
                },
                {
                    code: case when ship_by_unread is not null then 'deadline_unreadable' end,
                    field: 'ship_by_at',
                    value: ship_by_unread
                },
                {
                    code: case when too_early is not null then 'times_out_of_order' end,
                    field: too_early.field,
                    value: too_early.value
                }
            ],
            recursive := true
        )
    from standing
    where business_mode like '半托管%'
        or country_label = ''
        or too_early is not null
        or coalesce(goods_unread, shipping_unread, total_unread, paid_unread, ship_by_unread) is not null
)

select *
from found
where code is not null
union all
-- The rows that take back an order which another row tells: the order may be one that nobody wants any more.
select
    row.order_id,
    row.row_no,
    'cancelled_elsewhere' as code,
    'order_id' as field,
    string_agg(cancelled.row_no, ', ' order by cancelled.row_no) as value
from standing as row
inner join cancelled
    on cancelled.order_id = row.order_id
group by row.order_id, row.row_no
union all
-- The lines of an order that were left out.
select
    cells.order_id,
    cells.row_no,
    'line_no_goods' as code,
    coalesce(
        (
            select column_name
            from headers
            where column_name in ('products', 'sku', 'sku_quantities')
            order by column_name
            limit 1
        ),
        'products'
    ) as field,
    string_agg(charge.written, '; ' order by charge.line_no) as value
from cells
inner join (select * from odd_lines where is_charge) as charge
    on charge.row_no = cells.row_no
where cells.row_no not in (select row_no from faulty)
    and cells.row_no not in (select row_no from earlier)
group by cells.order_id, cells.row_no
union all
-- The orders whose total is another amount than goods and shipping less the discount. Each of the four is rounded by
-- itself, to half a unit at most: two units apart they may be.
select
    order_id,
    row_no,
    'total_differs',
    'total',
    concat(shown_minor(sum_minor, total_part), ' / ', shown_minor(total_minor, total_part), ' ', currency)
from sums
where abs(sum_minor - total_minor) > 2
union all
-- The orders whose number may have lost digits: of too few to tell.
select order_id, row_no, 'order_number_doubtful', 'order_id', order_id
from standing
where (select is_doubtful from rounding) and may_be_rounded(order_id)
union all
-- The orders of which nobody knows whether they are to be shipped.
select order_id, row_no, 'status_unknown', 'status', status_label
from standing
where status_label in (select label from unknown_labels);

-- One row per order: the row that tells it, and the newest moment that it speaks of.
create temp view fingerprints as
select
    order_id,
    cells_hash as row_hash,
    moment_at
from standing;

-- One row: the newest moment that a row speaks of, as it is written, not later than now. The file is not older.
create temp table newest as
select max(moment_at) as moment
from (select moment_at from fingerprints union all select moment_at from unchanged_rows), clock
where moment_at <= now_there;

-- One row per row that was loaded and deserves a look.
create temp table warnings as
select doubts.row_no, headers.header as column_name, coalesce(doubts.value, '') as value, doubts.code
from doubts
left join headers
    on headers.column_name = doubts.field
order by doubts.row_no;
