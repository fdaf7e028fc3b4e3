-- name: sync_incoming
-- One row per order the platform told of that may be taken over, beside what is kept. What changed here after the
-- platform was asked is left alone: the answer is older. An order declared from here never falls back.
create or replace temp table synced as
select
    told.*,
    kept.order_id is null as is_new,
    placed.order_id is not null as is_placed,
    case
        when coalesce(placed.is_declared, false)
            and kept.status in ('WAIT_BUYER_ACCEPT_GOODS', 'SELLER_PART_SEND_GOODS')
            and told.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
            then kept.status
        else told.status
    end as new_status
from told_orders as told
left join orders as kept
    on kept.shop_id = $shop_id and kept.order_id = told.order_id
left join (
    select order_id, bool_or(state = 'declared') as is_declared
    from live_shipments
    where shop_id = $shop_id
    group by order_id
) as placed
    on placed.order_id = told.order_id
where (kept.order_id is null and told.is_detailed) or kept.changed_at <= told.asked_at;

-- name: sync_lines_matched
-- One row per sub-order and the line here that it is: by SKU and quantity, the first by the first; what is left over
-- by its place, where the quantity is the same. Two that name no SKU are the same by their place: the platform and a
-- file word titles and attributes differently, and the SKUs made of them differ.
create or replace temp table matched_lines as
with ours as (
    select
        line.order_id,
        line.line_no,
        lower(trim(line.sku)) as sku,
        given_sku(line.sku) as given,
        line.quantity,
        row_number() over (
            partition by line.order_id, lower(trim(line.sku)), line.quantity order by line.line_no
        ) as nth
    from order_lines as line
    inner join synced
        on synced.order_id = line.order_id and not synced.is_new
    where line.shop_id = $shop_id
),

theirs as (
    select
        *,
        row_number() over (partition by order_id, bare_sku, quantity order by line_no) as nth
    from (
        select line.*, lower(trim(sku_here(line.sku, line.title, line.attributes))) as bare_sku
        from told_lines as line
        inner join synced
            on synced.order_id = line.order_id and not synced.is_new
    )
),

same as (
    select theirs.*, ours.line_no as our_line_no
    from theirs
    inner join ours
        on ours.order_id = theirs.order_id
        and ours.sku = theirs.bare_sku
        and ours.quantity = theirs.quantity
        and ours.nth = theirs.nth
)

select order_id, our_line_no, child_order_id, quantity, shipped_quantity, true as is_same
from same
union all
select
    theirs.order_id,
    ours.line_no,
    theirs.child_order_id,
    theirs.quantity,
    theirs.shipped_quantity,
    theirs.sku = '' and ours.given = ''
from theirs
inner join ours
    on ours.order_id = theirs.order_id and ours.line_no = theirs.line_no and ours.quantity = theirs.quantity
where (theirs.order_id, theirs.line_no) not in (select (order_id, line_no) from same)
    and (ours.order_id, ours.line_no) not in (select (order_id, our_line_no) from same);

-- name: sync_orders_update
-- One row per known order whose status, deadline or buyer's service changed. A deadline is told as the time left, so
-- two minutes are no difference.
update orders
set
    status = synced.new_status,
    status_label = case
        when synced.new_status = orders.status then orders.status_label
        else synced.status_label
    end,
    ship_by_at = case
        when orders.ship_by_at is null or abs(epoch(synced.ship_by_at - orders.ship_by_at)) > 120
            then coalesce(synced.ship_by_at, orders.ship_by_at)
        else orders.ship_by_at
    end,
    buyer_plan_id = coalesce(synced.buyer_plan_id, orders.buyer_plan_id),
    buyer_service = coalesce(nullif(orders.buyer_service, ''), synced.buyer_service),
    changed_at = $changed_at
from synced
where orders.shop_id = $shop_id
    and orders.order_id = synced.order_id
    and not synced.is_new
    and (
        synced.new_status is distinct from orders.status
        or (orders.ship_by_at is null and synced.ship_by_at is not null)
        or abs(epoch(synced.ship_by_at - orders.ship_by_at)) > 120
        or coalesce(synced.buyer_plan_id, orders.buyer_plan_id) is distinct from orders.buyer_plan_id
    )
returning orders.order_id;

-- name: sync_lines_update
-- One row per line whose sub-order id became known, or of which more went out elsewhere than was known.
update order_lines
set
    child_order_id = coalesce(nullif(matched.child_order_id, ''), order_lines.child_order_id),
    shipped_quantity = greatest(matched.shipped_quantity, order_lines.shipped_quantity)
from matched_lines as matched
where order_lines.shop_id = $shop_id
    and order_lines.order_id = matched.order_id
    and order_lines.line_no = matched.our_line_no
    and (
        coalesce(nullif(matched.child_order_id, ''), order_lines.child_order_id)
            is distinct from order_lines.child_order_id
        or greatest(matched.shipped_quantity, order_lines.shipped_quantity)
            is distinct from order_lines.shipped_quantity
    )
returning order_lines.order_id;

-- name: sync_tax_numbers
-- One row per receiver that got a tax number only the platform knew, in whichever version lacked one.
update receivers
set tax_number = told.tax_number, changed_at = $changed_at
from told_receivers as told
inner join synced
    on synced.order_id = told.order_id
where receivers.shop_id = $shop_id
    and receivers.order_id = told.order_id
    and receivers.tax_number = ''
    and told.tax_number <> ''
returning receivers.order_id;

-- name: sync_contradictions
-- One row per known order and field in which the platform contradicts the desk.
create or replace temp table contradictions as
with pairs as (
    unpivot (
        select
            told.order_id,
            [kept.name, told.name] as name,
            [kept.country, told.country] as country,
            [kept.province, told.province] as province,
            [kept.city, told.city] as city,
            [kept.address, told.address] as address,
            [kept.postcode, told.postcode] as postcode,
            [kept.phone, told.phone] as phone,
            [kept.mobile, told.mobile] as mobile
        from told_receivers as told
        inner join synced
            on synced.order_id = told.order_id and not synced.is_new
        inner join receivers as kept
            on kept.shop_id = $shop_id and kept.order_id = told.order_id and kept.version = 'received'
    )
    on name, country, province, city, address, postcode, phone, mobile
    into name field value pair
),

ours as (
    select
        line.order_id,
        string_agg(line.quantity || ' × ' || line.sku, '; ' order by line.line_no) as said,
        count(*) as line_count
    from order_lines as line
    inner join synced
        on synced.order_id = line.order_id
    where line.shop_id = $shop_id
    group by line.order_id
),

theirs as (
    select
        line.order_id,
        string_agg(line.quantity || ' × ' || line.sku, '; ' order by line.line_no) as said,
        count(*) as line_count
    from told_lines as line
    group by line.order_id
)

select order_id, field, pair[1] as ours, pair[2] as theirs
from pairs
where contradicts(pair[1], pair[2])
union all
select ours.order_id, 'lines', ours.said, theirs.said
from ours
inner join theirs
    on theirs.order_id = ours.order_id
inner join synced
    on synced.order_id = ours.order_id and synced.is_detailed
where ours.line_count <> theirs.line_count
    or ours.line_count <> (
        select count(*)
        from matched_lines as matched
        where matched.order_id = ours.order_id and matched.is_same
    )
union all
select
    matched.order_id,
    'shipped',
    string_agg(balance.open_quantity::varchar, '; ' order by matched.our_line_no),
    string_agg((matched.quantity - matched.shipped_quantity)::varchar, '; ' order by matched.our_line_no)
from matched_lines as matched
inner join line_balances as balance
    on balance.shop_id = $shop_id
    and balance.order_id = matched.order_id
    and balance.line_no = matched.our_line_no
where balance.left_quantity < 0 and matched.shipped_quantity > 0
group by matched.order_id;

-- name: sync_receivers_update
-- One row per receiver as received that the platform contradicts, of an order in no shipment: the platform is newer.
update receivers
set
    name = coalesce(nullif(told.name, ''), receivers.name),
    country = told.country,
    country_label = case when told.country = receivers.country then receivers.country_label else told.country end,
    province = coalesce(nullif(told.province, ''), receivers.province),
    city = coalesce(nullif(told.city, ''), receivers.city),
    address = coalesce(nullif(told.address, ''), receivers.address),
    postcode = coalesce(nullif(told.postcode, ''), receivers.postcode),
    phone = coalesce(nullif(told.phone, ''), receivers.phone),
    mobile = coalesce(nullif(told.mobile, ''), receivers.mobile),
    changed_at = $changed_at
from told_receivers as told
inner join synced
    on synced.order_id = told.order_id and not synced.is_placed
where receivers.shop_id = $shop_id
    and receivers.order_id = told.order_id
    and receivers.version = 'received'
    and told.order_id in (select order_id from contradictions where field not in ('lines', 'shipped'))
returning receivers.order_id;

-- name: sync_receivers_fill
-- One row per receiver as received, of an order in no shipment, of which the platform knows what is blank here. What
-- is known here stays as it is written: it may say more.
update receivers
set
    name = coalesce(nullif(receivers.name, ''), told.name),
    country = coalesce(nullif(receivers.country, ''), told.country),
    country_label = coalesce(nullif(receivers.country_label, ''), told.country),
    city = coalesce(nullif(receivers.city, ''), told.city),
    address = coalesce(nullif(receivers.address, ''), told.address),
    postcode = coalesce(nullif(receivers.postcode, ''), told.postcode),
    phone = case when concat(receivers.phone, receivers.mobile) = '' then told.phone else receivers.phone end,
    mobile = case when concat(receivers.phone, receivers.mobile) = '' then told.mobile else receivers.mobile end,
    changed_at = $changed_at
from told_receivers as told
inner join synced
    on synced.order_id = told.order_id and not synced.is_placed
where receivers.shop_id = $shop_id
    and receivers.order_id = told.order_id
    and receivers.version = 'received'
    and (
        (receivers.name = '' and told.name <> '')
        or (receivers.country = '' and told.country <> '')
        or (receivers.city = '' and told.city <> '')
        or (receivers.address = '' and told.address <> '')
        or (receivers.postcode = '' and told.postcode <> '')
        or (concat(receivers.phone, receivers.mobile) = '' and concat(told.phone, told.mobile) <> '')
    )
returning receivers.order_id;

-- name: sync_conflicts_settled
-- Open conflicts a sync found that the platform no longer has ('agreed'), or whose order left its shipment ('taken').
-- What a file said of a status is no longer asked once the platform itself said it.
update order_conflicts
set
    settled_at = $changed_at,
    settled_by = $settled_by,
    settled_how = case when synced.is_placed then 'agreed' else 'taken' end
from synced
where order_conflicts.shop_id = $shop_id
    and order_conflicts.order_id = synced.order_id
    and order_conflicts.settled_at is null
    and (
        (order_conflicts.field = 'status' and order_conflicts.found_at < synced.asked_at)
        or (
            order_conflicts.import_id in (select import_id from imports where layout = 'platform')
            and (
                not synced.is_placed
                or (
                    synced.is_detailed
                    and (order_conflicts.order_id, order_conflicts.field, order_conflicts.offered) not in (
                        select (order_id, field, theirs) from contradictions
                    )
                )
            )
        )
    );

-- name: sync_conflicts_add
-- One row per new conflict: an order in a shipment whose receiver or lines are other ones on the platform by now.
insert into order_conflicts
select $import_id, $shop_id, contradiction.order_id, field, ours, theirs, 0, $found_at, null, null, null
from contradictions as contradiction
inner join synced
    on synced.order_id = contradiction.order_id and synced.is_placed
where not exists (
    select 1
    from order_conflicts as known
    where known.shop_id = $shop_id
        and known.order_id = contradiction.order_id
        and known.field = contradiction.field
        and known.offered = contradiction.theirs
        and (known.settled_at is null or known.settled_how = 'kept')
)
on conflict (import_id, shop_id, order_id, field) do update set
    kept = excluded.kept,
    offered = excluded.offered,
    settled_at = null,
    settled_by = null,
    settled_how = null;

-- name: sync_conflicting
-- One row per order in a shipment that was told of and that the platform contradicts, unsettled.
select distinct contradiction.order_id
from contradictions as contradiction
inner join synced
    on synced.order_id = contradiction.order_id and synced.is_placed
inner join order_conflicts as conflict
    on conflict.shop_id = $shop_id
    and conflict.order_id = contradiction.order_id
    and conflict.field = contradiction.field
    and conflict.settled_at is null;

-- name: sync_as_of
-- One row per known order that was told of: what is kept of it is as of the question.
update orders
set as_of_at = greatest(orders.as_of_at, synced.asked_at)
from synced
where orders.shop_id = $shop_id and orders.order_id = synced.order_id and not synced.is_new;

-- name: sync_left_alone
-- One row per order that was told of and not taken over, because it changed here meanwhile.
select told.order_id
from told_orders as told
anti join synced
    on synced.order_id = told.order_id;

-- name: sync_orders_insert
-- One row per order the desk did not know.
insert into orders by name
select
    $shop_id as shop_id,
    order_id,
    new_status as status,
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
    asked_at as as_of_at,
    $import_id as import_id,
    $changed_at as loaded_at,
    $changed_at as changed_at
from synced
where is_new
returning order_id;

-- name: sync_lines_insert
-- One row per line of an order the desk did not know.
insert into order_lines
select
    $shop_id,
    line.order_id,
    line.line_no,
    nullif(line.child_order_id, ''),
    sku_here(line.sku, line.title, line.attributes),
    line.title,
    line.attributes,
    line.quantity,
    line.unit,
    line.shipped_quantity
from told_lines as line
inner join synced
    on synced.order_id = line.order_id and synced.is_new;

-- name: sync_receivers_insert
-- One row per receiver of an order the desk did not know.
insert into receivers
select
    $shop_id,
    told.order_id,
    'received',
    told.name,
    told.country,
    told.country,
    told.province,
    told.city,
    told.address,
    told.postcode,
    told.phone,
    told.mobile,
    told.tax_number,
    null,
    $changed_at
from told_receivers as told
inner join synced
    on synced.order_id = told.order_id and synced.is_new;

-- name: sync_orders_touch
-- Orders of which only lines or receiver changed count as changed too.
update orders
set changed_at = $changed_at
from chosen
where orders.shop_id = $shop_id and orders.order_id = chosen.id;
