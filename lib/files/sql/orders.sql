-- Orders, lines, receivers and waybills out of the good rows: of several that tell one order, the last one does.

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
