-- name: import_next_id
-- One row: the next import's number.
select nextval('import_ids') as import_id;

-- name: import_add
-- One row: a file that was read.
insert into imports
values (
    $import_id, $file, $layout, $sha256, $read_count, $loaded_count, $updated_count, $unchanged_count,
    $refused_count, $loaded_by, $loaded_at
);

-- name: problem_rows_add
-- One row per refused row of `refused`.
insert into problem_rows
select $import_id, $file, sheet, row_no, column_name, value, code
from refused;

-- name: imports_all
-- One row per file read, newest first.
select *
from imports
order by import_id desc
limit $page_size
offset $skipped;

-- name: problem_rows_page
-- One row per refused row, of one import or of all, the newest import first.
select problem.*, import.loaded_at
from problem_rows as problem
inner join imports as import
    on import.import_id = problem.import_id
where $import_id is null or problem.import_id = $import_id
order by problem.import_id desc, problem.row_no
limit $page_size
offset $skipped;

-- name: problem_rows_by_code
-- One row per thing that was wrong with refused rows, of one import or of all, with how many rows there were.
select code, column_name, count(*)::bigint as row_count
from problem_rows
where $import_id is null or import_id = $import_id
group by code, column_name
order by row_count desc, code, column_name;

-- name: shop_zone
-- One row: the zone assumed for the times in a shop's files.
select file_zone
from shops
where shop_id = $shop_id;

-- name: country_names_all
-- One row per spelling of a country.
select name, country
from country_names;

-- name: orders_incoming
-- One row per order of the file: as it will be kept, beside what is kept now. What a file leaves out does not
-- erase what is known, and an order that was declared from here does not fall back to awaiting shipment.
create or replace temp table incoming as
with ranks as (
    from (
        values
            ('UNKNOWN', 0),
            ('PLACE_ORDER_SUCCESS', 1),
            ('RISK_CONTROL', 2),
            ('WAIT_SELLER_SEND_GOODS', 3),
            ('SELLER_PART_SEND_GOODS', 4),
            ('WAIT_BUYER_ACCEPT_GOODS', 5)
    ) as rank (status, place)
),

placed as (
    select
        order_id,
        bool_or(state = 'declared') as is_declared
    from live_shipments
    where shop_id = $shop_id
    group by order_id
),

services as (
    select lower(trim(name)) as name, min(service_key) as service_key
    from service_names
    group by lower(trim(name))
),

judged as (
    select
        file.*,
        kept.order_id is null as is_new,
        placed.order_id is not null as is_placed,
        coalesce(placed.is_declared, false) as is_declared,
        kept.order_id is not null
            and (
                (file.status = 'UNKNOWN' and file.status_label = '')
                or (coalesce(placed.is_declared, false) and coalesce(rank.place < kept_rank.place, false))
            ) as keeps_status,
        kept.status as kept_status,
        kept.status_label as kept_label,
        kept.buyer_plan_id as kept_plan_id,
        kept.buyer_service as kept_service,
        service.service_key
    from file_orders as file
    left join orders as kept
        on kept.shop_id = $shop_id and kept.order_id = file.order_id
    left join placed
        on placed.order_id = file.order_id
    left join ranks as rank
        on rank.status = file.status
    left join ranks as kept_rank
        on kept_rank.status = kept.status
    left join services as service
        on service.name = lower(trim(file.buyer_service))
)

select
    judged.order_id,
    judged.is_new,
    judged.is_placed,
    judged.is_declared,
    case when judged.keeps_status then judged.kept_status else judged.status end as status,
    case when judged.keeps_status then judged.kept_label else judged.status_label end as status_label,
    judged.status = 'SELLER_PART_SEND_GOODS'
        and not judged.keeps_status
        and not judged.is_declared
        and judged.kept_status is distinct from judged.status as becomes_partly,
    coalesce(judged.ordered_at, kept.ordered_at) as ordered_at,
    coalesce(judged.paid_at, kept.paid_at) as paid_at,
    coalesce(judged.ship_by_at, kept.ship_by_at) as ship_by_at,
    judged.currency,
    coalesce(judged.goods_minor, kept.goods_minor) as goods_minor,
    coalesce(judged.shipping_minor, kept.shipping_minor) as shipping_minor,
    coalesce(judged.total_minor, kept.total_minor) as total_minor,
    coalesce(judged.buyer_name, kept.buyer_name) as buyer_name,
    coalesce(judged.buyer_service, kept.buyer_service) as buyer_service,
    case
        when judged.kept_plan_id is not null
            and (judged.buyer_service is null or judged.buyer_service = judged.kept_service)
            then judged.kept_plan_id
        else judged.service_key
    end as buyer_plan_id,
    coalesce(judged.note, kept.note) as note
from judged
left join orders as kept
    on kept.shop_id = $shop_id and kept.order_id = judged.order_id;

-- name: orders_incoming_drop
-- The file is in.
drop table incoming;

-- name: orders_update
-- One row per known order that the file changes.
update orders
set
    status = incoming.status,
    status_label = incoming.status_label,
    ordered_at = incoming.ordered_at,
    paid_at = incoming.paid_at,
    ship_by_at = incoming.ship_by_at,
    currency = incoming.currency,
    goods_minor = incoming.goods_minor,
    shipping_minor = incoming.shipping_minor,
    total_minor = incoming.total_minor,
    buyer_name = incoming.buyer_name,
    buyer_service = incoming.buyer_service,
    buyer_plan_id = incoming.buyer_plan_id,
    note = incoming.note,
    import_id = $import_id,
    changed_at = $loaded_at
from incoming
where orders.shop_id = $shop_id
    and orders.order_id = incoming.order_id
    and (
        orders.status is distinct from incoming.status
        or orders.status_label is distinct from incoming.status_label
        or orders.ordered_at is distinct from incoming.ordered_at
        or orders.paid_at is distinct from incoming.paid_at
        or orders.ship_by_at is distinct from incoming.ship_by_at
        or orders.currency is distinct from incoming.currency
        or orders.goods_minor is distinct from incoming.goods_minor
        or orders.shipping_minor is distinct from incoming.shipping_minor
        or orders.total_minor is distinct from incoming.total_minor
        or orders.buyer_name is distinct from incoming.buyer_name
        or orders.buyer_service is distinct from incoming.buyer_service
        or orders.buyer_plan_id is distinct from incoming.buyer_plan_id
        or orders.note is distinct from incoming.note
    )
returning orders.order_id;

-- name: orders_insert
-- One row per order the shop did not have.
insert into orders
select
    $shop_id,
    order_id,
    status,
    status_label,
    ordered_at,
    paid_at,
    ship_by_at,
    currency,
    goods_minor,
    shipping_minor,
    total_minor,
    buyer_name,
    buyer_service,
    buyer_plan_id,
    note,
    $import_id,
    $loaded_at,
    $loaded_at
from incoming
where is_new;

-- name: order_lines_kept_apart
-- One row per order in a shipment whose file has other lines or another receiver than the shop has: those stay.
select distinct incoming.order_id
from incoming
inner join receivers as kept
    on kept.shop_id = $shop_id and kept.order_id = incoming.order_id and kept.version = 'received'
inner join file_receivers as file
    on file.order_id = incoming.order_id
where incoming.is_placed
    and (
        (kept.name, kept.country, kept.province, kept.city, kept.address, kept.postcode, kept.phone, kept.mobile)
        is distinct from
        (file.name, file.country, file.province, file.city, file.address, file.postcode, file.phone, file.mobile)
    )
union
select distinct incoming.order_id
from incoming
inner join (
    select order_id, line_no, sku, quantity
    from file_lines
) as file
    on file.order_id = incoming.order_id
left join order_lines as kept
    on kept.shop_id = $shop_id and kept.order_id = file.order_id and kept.line_no = file.line_no
where incoming.is_placed
    and (kept.sku, kept.quantity) is distinct from (file.sku, file.quantity)
order by order_id;

-- name: order_lines_delete
-- One row per line that the file's order no longer has.
delete from order_lines
using incoming
where order_lines.shop_id = $shop_id
    and order_lines.order_id = incoming.order_id
    and not incoming.is_placed
    and (order_lines.order_id, order_lines.line_no) not in (select (order_id, line_no) from file_lines)
returning order_lines.order_id;

-- name: order_lines_update
-- One row per known line that the file changes. Another product in its place is another sub-order.
update order_lines
set
    child_order_id = case when order_lines.sku = file.sku then order_lines.child_order_id end,
    sku = file.sku,
    title = file.title,
    attributes = file.attributes,
    quantity = file.quantity,
    unit = file.unit
from file_lines as file
inner join incoming
    on incoming.order_id = file.order_id
where order_lines.shop_id = $shop_id
    and order_lines.order_id = file.order_id
    and order_lines.line_no = file.line_no
    and not incoming.is_placed
    and (
        order_lines.sku is distinct from file.sku
        or order_lines.title is distinct from file.title
        or order_lines.attributes is distinct from file.attributes
        or order_lines.quantity is distinct from file.quantity
        or order_lines.unit is distinct from file.unit
    )
returning order_lines.order_id;

-- name: order_lines_rest_unknown
-- One row per line of an order that somebody began to ship elsewhere: what is left is known after a sync.
update order_lines
set shipped_quantity = null
from incoming
where order_lines.shop_id = $shop_id
    and order_lines.order_id = incoming.order_id
    and incoming.becomes_partly
    and order_lines.shipped_quantity is not null
returning order_lines.order_id;

-- name: order_lines_added
-- One row per known order to which the file adds lines.
select distinct file.order_id
from file_lines as file
inner join incoming
    on incoming.order_id = file.order_id and not incoming.is_placed and not incoming.is_new
anti join order_lines as kept
    on kept.shop_id = $shop_id and kept.order_id = file.order_id and kept.line_no = file.line_no;

-- name: order_lines_insert
-- One row per line the order did not have.
insert into order_lines
select
    $shop_id,
    file.order_id,
    file.line_no,
    null,
    file.sku,
    file.title,
    file.attributes,
    file.quantity,
    file.unit,
    case when incoming.status <> 'SELLER_PART_SEND_GOODS' then 0 end
from file_lines as file
inner join incoming
    on incoming.order_id = file.order_id and not incoming.is_placed
anti join order_lines as kept
    on kept.shop_id = $shop_id and kept.order_id = file.order_id and kept.line_no = file.line_no;

-- name: receivers_update
-- One row per known receiver that the file changes. A tax number the file does not have stays.
update receivers
set
    name = file.name,
    country = file.country,
    country_label = file.country_label,
    province = file.province,
    city = file.city,
    address = file.address,
    postcode = file.postcode,
    phone = file.phone,
    mobile = file.mobile,
    tax_number = coalesce(nullif(file.tax_number, ''), receivers.tax_number),
    changed_at = $loaded_at
from file_receivers as file
inner join incoming
    on incoming.order_id = file.order_id
where receivers.shop_id = $shop_id
    and receivers.order_id = file.order_id
    and receivers.version = 'received'
    and not incoming.is_placed
    and (
        receivers.name is distinct from file.name
        or receivers.country is distinct from file.country
        or receivers.country_label is distinct from file.country_label
        or receivers.province is distinct from file.province
        or receivers.city is distinct from file.city
        or receivers.address is distinct from file.address
        or receivers.postcode is distinct from file.postcode
        or receivers.phone is distinct from file.phone
        or receivers.mobile is distinct from file.mobile
        or (file.tax_number <> '' and receivers.tax_number is distinct from file.tax_number)
    )
returning receivers.order_id;

-- name: receivers_insert
-- One row per receiver of an order the shop did not have.
insert into receivers
select
    $shop_id,
    file.order_id,
    'received',
    file.name,
    file.country,
    file.country_label,
    file.province,
    file.city,
    file.address,
    file.postcode,
    file.phone,
    file.mobile,
    file.tax_number,
    null,
    $loaded_at
from file_receivers as file
inner join incoming
    on incoming.order_id = file.order_id and incoming.is_new;

-- name: orders_touch
-- Orders of which only the lines or the receiver changed count as changed too.
update orders
set import_id = $import_id, changed_at = $loaded_at
from chosen
where orders.shop_id = $shop_id and orders.order_id = chosen.id;

-- name: orders_new_count
-- One row: how many orders of the file are new, and how many lines they have.
select
    count(distinct incoming.order_id)::bigint as order_count,
    count(line.order_id)::bigint as line_count
from incoming
left join file_lines as line
    on line.order_id = incoming.order_id
where incoming.is_new;
