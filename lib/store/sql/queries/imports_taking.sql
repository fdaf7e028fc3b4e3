-- name: orders_incoming
-- One row per order of the file: as it will be kept, beside what is kept now. What a file leaves out does not
-- erase what is known. An older file (is_older) fills gaps and changes nothing: the platform's states only go one
-- way, and of two files that agree on the state the one that knows of the later moment is newer. An order in a
-- batch (is_placed) is filled likewise; its status follows once a parcel of it has left, for that is our doing. A
-- status that a person said of the file (is_said) takes the place of an unknown one, or of one that comes before it.
create or replace temp table incoming as
with ranks as (
    from (
        values
            ('PLACE_ORDER_SUCCESS', 1),
            ('PAYMENT_PROCESSING', 1),
            ('RISK_CONTROL', 2),
            ('RISK_CONTROL_HOLD', 2),
            ('WAIT_SELLER_SEND_GOODS', 3),
            ('SELLER_PART_SEND_GOODS', 4),
            ('WAIT_BUYER_ACCEPT_GOODS', 5),
            ('FUND_PROCESSING', 6),
            ('FINISH', 6),
            ('ARCHIVE', 7)
    ) as rank (status, place)
),

placed as (
    select
        order_id,
        bool_or(state in ('handed_over', 'declaring', 'declare_unconfirmed', 'declared')) as has_left,
        bool_or(state = 'declared') as is_declared,
        max(batch_id) as batch_id
    from live_shipments
    where shop_id = $shop_id
    group by order_id
),

services as (
    select lower(trim(name)) as name, min(service_key) as service_key
    from service_names
    group by lower(trim(name))
),

compared as (
    select
        file.*,
        kept.order_id is null as is_new,
        kept.order_id is not null and placed.order_id is not null as is_placed,
        placed.batch_id,
        coalesce(placed.is_declared, false) as is_declared,
        coalesce(placed.has_left, false) as has_left,
        coalesce(rank.place < kept_rank.place, false) as goes_back,
        coalesce(rank.place > kept_rank.place, false) as goes_on,
        not $newest
            and (
                coalesce(rank.place < kept_rank.place, false)
                or (
                    coalesce($as_of_at::timestamp < kept.as_of_at, false)
                    and not coalesce(rank.place > kept_rank.place, false)
                )
            ) as is_older,
        file.status = 'UNKNOWN' and (file.status_label = '' or coalesce(placed.is_declared, false)) as says_nothing,
        kept
    from file_orders as file
    left join orders as kept
        on kept.shop_id = $shop_id and kept.order_id = file.order_id
    left join placed
        on placed.order_id = file.order_id
    left join ranks as rank
        on rank.status = file.status
    left join ranks as kept_rank
        on kept_rank.status = kept.status
),

judged as (
    select
        *,
        is_older or is_placed as only_fills,
        not is_new
            and (
                says_nothing
                or is_older
                or (is_placed and not has_left)
                or (is_declared and goes_back)
                or (is_said and kept.status <> 'UNKNOWN' and not goes_on)
            ) as keeps_status
    from compared
)

select
    judged.order_id,
    judged.row_no,
    judged.row_count,
    judged.is_new,
    judged.is_placed,
    judged.batch_id,
    judged.is_older,
    judged.only_fills,
    judged.is_declared,
    judged.is_placed and not judged.has_left and not (judged.says_nothing or judged.is_said) as minds_status,
    judged.status as file_status,
    judged.status_label as file_label,
    judged.ship_by_at as file_ship_by_at,
    judged.note as file_note,
    judged.buyer_service as file_service,
    case when judged.keeps_status then judged.kept.status else judged.status end as status,
    case when judged.keeps_status then judged.kept.status_label else judged.status_label end as status_label,
    judged.status = 'SELLER_PART_SEND_GOODS'
        and not judged.keeps_status
        and not judged.is_declared
        and judged.kept.status is distinct from judged.status as becomes_partly,
    known(judged.only_fills, judged.kept.ordered_at, judged.ordered_at) as ordered_at,
    known(judged.only_fills, judged.kept.paid_at, judged.paid_at) as paid_at,
    known(judged.only_fills, judged.kept.ship_by_at, judged.ship_by_at) as ship_by_at,
    coalesce(
        known(
            judged.only_fills,
            judged.kept.currency,
            case
                when coalesce(judged.total_minor, judged.goods_minor, judged.shipping_minor) is not null
                    then judged.currency
            end
        ),
        judged.currency
    ) as currency,
    known(judged.only_fills, judged.kept.goods_minor, judged.goods_minor) as goods_minor,
    known(judged.only_fills, judged.kept.shipping_minor, judged.shipping_minor) as shipping_minor,
    known(judged.only_fills, judged.kept.total_minor, judged.total_minor) as total_minor,
    known(judged.only_fills, judged.kept.buyer_name, judged.buyer_name) as buyer_name,
    known(judged.only_fills, judged.kept.buyer_service, judged.buyer_service) as buyer_service,
    case
        when judged.kept.buyer_plan_id is not null
            and (
                judged.only_fills
                or judged.buyer_service is null
                or judged.buyer_service = judged.kept.buyer_service
            )
            then judged.kept.buyer_plan_id
        else service.service_key
    end as buyer_plan_id,
    known(judged.only_fills, judged.kept.note, judged.note) as note,
    known(judged.only_fills, judged.kept.weighed_g, judged.weighed_g) as weighed_g,
    greatest(judged.kept.as_of_at, $as_of_at::timestamp) as as_of_at
from judged
left join services as service
    on service.name = lower(trim(judged.buyer_service));

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
    weighed_g = incoming.weighed_g,
    import_id = $import_id,
    row_no = incoming.row_no,
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
        or orders.weighed_g is distinct from incoming.weighed_g
    )
returning orders.order_id;

-- name: orders_as_of
-- One row per known order that the file confirms: what is kept of it is known as of a later moment.
update orders
set as_of_at = incoming.as_of_at
from incoming
where orders.shop_id = $shop_id
    and orders.order_id = incoming.order_id
    and not incoming.is_older
    and orders.as_of_at is distinct from incoming.as_of_at;

-- name: orders_of_unknown_status
-- One row per chosen order of the shop whose status is not known.
select o.order_id
from orders as o
inner join chosen
    on chosen.id = o.order_id
where o.shop_id = $shop_id and o.status = 'UNKNOWN';

-- name: orders_insert
-- One row per order the shop did not have.
insert into orders by name
select
    $shop_id as shop_id,
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
    weighed_g,
    as_of_at,
    $import_id as import_id,
    row_no,
    $loaded_at as loaded_at,
    $loaded_at as changed_at
from incoming
where is_new;

-- name: orders_differing
-- One row per known order that only has its gaps filled, and field of which the file says something else: those
-- in a batch are conflicts, the others know better from a newer file.
create or replace temp table differing as
with file_goods as (
    select
        line.order_id,
        string_agg(concat(line.sku, ' × ', line.quantity), ', ' order by line.line_no) as goods
    from file_lines as line
    inner join incoming
        on incoming.order_id = line.order_id and incoming.only_fills
    group by line.order_id
),

kept_goods as (
    select
        line.order_id,
        string_agg(concat(given_sku(line.sku), ' × ', line.quantity), ', ' order by line.line_no) as goods
    from order_lines as line
    inner join incoming
        on incoming.order_id = line.order_id and incoming.only_fills
    where line.shop_id = $shop_id
    group by line.order_id
),

pairs as (
    select
        incoming.order_id,
        incoming.row_no,
        incoming.batch_id,
        incoming.is_placed,
        incoming.is_older,
        unnest(
            [
                {
                    field: 'status',
                    kept: case when incoming.minds_status or incoming.is_older then kept.status end,
                    offered: case when incoming.file_status <> 'UNKNOWN' then incoming.file_status
                        else nullif(incoming.file_label, '') end
                },
                {
                    field: 'ship_by_at',
                    kept: strftime(kept.ship_by_at, '%Y-%m-%d %H:%M UTC'),
                    offered: strftime(incoming.file_ship_by_at, '%Y-%m-%d %H:%M UTC')
                },
                {field: 'note', kept: kept.note, offered: incoming.file_note},
                {field: 'buyer_service', kept: kept.buyer_service, offered: incoming.file_service},
                {field: 'contents', kept: kept_goods.goods, offered: file_goods.goods},
                {field: 'name', kept: receiver.name, offered: file.name},
                {field: 'country', kept: receiver.country, offered: file.country},
                {field: 'province', kept: receiver.province, offered: file.province},
                {field: 'city', kept: receiver.city, offered: file.city},
                {field: 'address', kept: receiver.address, offered: file.address},
                {field: 'postcode', kept: receiver.postcode, offered: file.postcode},
                {field: 'phone', kept: receiver.phone, offered: file.phone},
                {field: 'mobile', kept: receiver.mobile, offered: file.mobile},
                {field: 'tax_number', kept: nullif(receiver.tax_number, ''), offered: file.tax_number}
            ],
            recursive := true
        )
    from incoming
    inner join orders as kept
        on kept.shop_id = $shop_id and kept.order_id = incoming.order_id
    left join receivers as receiver
        on receiver.shop_id = $shop_id
        and receiver.order_id = incoming.order_id
        and receiver.version = 'received'
    left join file_receivers as file
        on file.order_id = incoming.order_id
    left join file_goods
        on file_goods.order_id = incoming.order_id
    left join kept_goods
        on kept_goods.order_id = incoming.order_id
    where incoming.only_fills
)

select *
from pairs
where kept <> offered and offered <> '';

-- name: orders_differing_drop
-- The file is in.
drop table differing;

-- name: conflicts_agreed
-- One row per open conflict of an order of the file of which the file now says what the desk keeps.
update order_conflicts
set settled_at = $loaded_at, settled_by = $settled_by, settled_how = 'agreed'
from incoming
where order_conflicts.shop_id = $shop_id
    and order_conflicts.order_id = incoming.order_id
    and order_conflicts.settled_at is null
    and not incoming.is_older
    and not exists (
        select 1
        from differing
        where differing.order_id = order_conflicts.order_id
            and differing.field = order_conflicts.field
            and differing.offered = order_conflicts.offered
    );

-- name: conflicts_add
-- One row per field of an order in a batch of which the file says something new and else than the desk keeps.
insert into order_conflicts
select
    $import_id,
    $shop_id,
    order_id,
    field,
    kept,
    offered,
    row_no,
    $loaded_at,
    null,
    null,
    null
from differing
where is_placed
    and not is_older
    and not exists (
        select 1
        from order_conflicts as known
        where known.shop_id = $shop_id
            and known.order_id = differing.order_id
            and known.field = differing.field
            and known.offered = differing.offered
            and (known.settled_at is null or known.settled_how = 'kept')
    );

-- name: orders_conflicting
-- One row per field of an order in a batch of which the file says something else than the desk keeps.
select order_id, row_no, batch_id, field, kept, offered
from differing
where is_placed and not is_older
order by row_no, field;

-- name: orders_older
-- One row per order of which a newer source said something else than the file, with the fields.
select order_id, min(row_no) as row_no, string_agg(field, ', ' order by field) as fields
from differing
where is_older
group by order_id
order by row_no;

-- name: orders_older_fields
-- One row per order of which a newer source said something else than the file, and field: both values, and the batch
-- it is in, if any.
select order_id, row_no, coalesce(batch_id, '') as batch_id, field, kept, offered
from differing
where is_older
order by row_no, field;

-- name: load_findings_forget
-- One row per doubt with which an order of the file was loaded before.
delete from load_findings
using incoming
where load_findings.shop_id = $shop_id
    and load_findings.order_id = incoming.order_id
    and not incoming.is_older;

-- name: load_findings_add
-- One row per order of the file and doubt with which it is loaded.
insert into load_findings
select $shop_id, file.order_id, file.code, max(file.field), max(file.value)
from file_findings as file
inner join incoming
    on incoming.order_id = file.order_id and not incoming.is_older
group by file.order_id, file.code;

-- name: order_lines_delete
-- One row per line that the file's order no longer has.
delete from order_lines
using incoming
where order_lines.shop_id = $shop_id
    and order_lines.order_id = incoming.order_id
    and not incoming.only_fills
    and (order_lines.order_id, order_lines.line_no) not in (select (order_id, line_no) from file_lines)
returning order_lines.order_id;

-- name: order_lines_update
-- One row per known line that the file changes. Another product in its place is another sub-order.
update order_lines
set
    child_order_id = case
        when given_sku(order_lines.sku) = file.sku then order_lines.child_order_id
    end,
    sku = sku_here(file.sku, file.title, file.attributes),
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
    and not incoming.only_fills
    and (
        order_lines.sku is distinct from sku_here(file.sku, file.title, file.attributes)
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
    on incoming.order_id = file.order_id and not incoming.only_fills and not incoming.is_new
anti join order_lines as kept
    on kept.shop_id = $shop_id and kept.order_id = file.order_id and kept.line_no = file.line_no;

-- name: order_lines_insert
-- One row per line the order did not have. Nearly all orders are new ones, so the others are looked up.
insert into order_lines
select
    $shop_id,
    file.order_id,
    file.line_no,
    null,
    sku_here(file.sku, file.title, file.attributes),
    file.title,
    file.attributes,
    file.quantity,
    file.unit,
    case
        when file.order_id not in (select order_id from incoming where status = 'SELLER_PART_SEND_GOODS')
            then 0
    end
from file_lines as file
anti join order_lines as kept
    on kept.shop_id = $shop_id and kept.order_id = file.order_id and kept.line_no = file.line_no
where file.order_id not in (select order_id from incoming where only_fills);

-- name: receivers_update
-- One row per known receiver that the file changes. An address is taken whole or not at all: a file without one
-- leaves what is known, and an older file, or one of an order in a batch, only gives one where there is none. A tax
-- number the file does not have stays.
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
    and case
        when receivers.name = '' and receivers.address = '' then true
        when incoming.only_fills then false
        else file.name <> '' or file.address <> ''
    end
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
-- One row per receiver of an order the shop did not have. Nearly all are such, so the others are looked up.
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
where file.order_id not in (select order_id from incoming where not is_new);

-- name: orders_touch
-- Orders of which only the lines or the receiver changed count as changed too.
update orders
set import_id = $import_id, row_no = incoming.row_no, changed_at = $loaded_at
from chosen
inner join incoming
    on incoming.order_id = chosen.id
where orders.shop_id = $shop_id and orders.order_id = chosen.id;

-- name: orders_unchanged_as_of
-- One row per order whose row came again word for word: what is kept of it is known as of a later moment.
update orders
set as_of_at = greatest(orders.as_of_at, $as_of_at::timestamp)
from file_unchanged as file
where orders.shop_id = $shop_id
    and orders.order_id = file.order_id
    and greatest(orders.as_of_at, $as_of_at::timestamp) is distinct from orders.as_of_at;

-- name: service_names_digest
-- One row: a text that changes with the names of services.
select coalesce(bit_xor(hash(name, service_key)), 0)::varchar as digest
from service_names;

-- name: orders_new_count
-- One row: how many orders of the file are new, how many rows they fill there, and how many lines they have.
select
    count(*)::bigint as order_count,
    coalesce(sum(row_count), 0)::bigint as row_count,
    (
        select count(*)::bigint
        from file_lines as line
        inner join incoming as fresh
            on fresh.order_id = line.order_id and fresh.is_new
    ) as line_count
from incoming
where is_new;

-- name: orders_row_count
-- One row: how many rows of the file the chosen orders fill.
select coalesce(sum(incoming.row_count), 0)::bigint as row_count
from incoming
inner join chosen
    on chosen.id = incoming.order_id;

-- name: orders_replaced_count
-- One row: how many rows of the file a later one changes, of orders that are new or among the chosen.
select coalesce(sum(replaced.row_count), 0)::bigint as row_count
from file_replaced as replaced
inner join incoming
    on incoming.order_id = replaced.order_id
where incoming.is_new or incoming.order_id in (select id from chosen);
