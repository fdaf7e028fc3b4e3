-- What of the rows in orders_cells.sql is refused, and why: charges alone, orders taken back, rounded numbers, faults.

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
