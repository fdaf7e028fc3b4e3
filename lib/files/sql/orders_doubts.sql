-- With which doubts orders are loaded, how each row is known again, and how new the file is.

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
