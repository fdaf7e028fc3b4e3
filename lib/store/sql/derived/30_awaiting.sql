-- Orders awaiting shipment, and what keeps them out of a batch.

-- One row per order that awaits shipment, SKU still open in it, and thing that is wrong with the SKU for it.
create or replace view goods_findings as
with goods as (
    select
        balance.shop_id,
        balance.order_id,
        balance.sku,
        max(balance.open_quantity) as quantity
    from line_balances as balance
    inner join orders as o
        on o.shop_id = balance.shop_id and o.order_id = balance.order_id
    where balance.open_quantity > 0 and o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    group by balance.shop_id, balance.order_id, balance.sku
),

limits as (
    select
        max(least) filter (where name = 'weight_g') as weight_least,
        max(most) filter (where name = 'weight_g') as weight_most,
        max(least) filter (where name = 'declared_minor') as declared_least,
        max(most) filter (where name = 'declared_minor') as declared_most,
        max(most) filter (where name = 'declared_name_zh') as name_zh_most,
        max(most) filter (where name = 'declared_name_en') as name_en_most,
        max(most) filter (where name = 'quantity') as quantity_most,
        max(least) filter (where name = 'hs_code') as hs_least,
        max(most) filter (where name = 'hs_code') as hs_most
    from field_limits
),

-- What is wrong with a SKU wherever it goes: one row per SKU.
skus as (
    select
        unit.sku,
        unit.hs_code,
        unit.hs_code is null as lacks_hs,
        list_filter(
            [
                case when unit.weight_g is null then 'missing_weight' end,
                case
                    when unit.weight_g not between limits.weight_least and limits.weight_most
                        then 'weight_out_of_range'
                end,
                case
                    when unit.declared_name_zh is null
                        or unit.declared_name_en is null
                        or unit.declared_minor is null
                        then 'missing_declaration'
                end,
                case
                    when unit.declared_minor not between limits.declared_least and limits.declared_most
                        then 'declared_out_of_range'
                end,
                case
                    when length(unit.declared_name_zh) > limits.name_zh_most
                        or length(unit.declared_name_en) > limits.name_en_most
                        then 'declared_name_too_long'
                end,
                case
                    when not (
                        regexp_full_match(unit.hs_code, '[0-9]*')
                        and length(unit.hs_code) between limits.hs_least and limits.hs_most
                    )
                        then 'odd_hs'
                end
            ],
            lambda code: code is not null
        ) as codes
    from units as unit
    cross join limits
)

select
    goods.shop_id,
    goods.order_id,
    unnest(
        list_filter(
            [
                case when goods.sku = '' then 'sku_blank' when sku.sku is null then 'unknown_sku' end,
                case when goods.quantity > (select quantity_most from limits) then 'quantity_out_of_range' end,
                case
                    when sku.lacks_hs and rule.needs is not null then 'missing_hs'
                    when sku.lacks_hs then 'lacking_hs'
                end
            ]
            || case when goods.sku = '' then [] else coalesce(sku.codes, []) end,
            lambda code: code is not null
        )
    ) as code,
    'sku' as field,
    goods.sku as value
from goods
inner join effective_receivers as receiver
    on receiver.shop_id = goods.shop_id and receiver.order_id = goods.order_id
left join skus as sku
    on sku.sku = goods.sku
left join destination_rules as rule
    on rule.country = receiver.country and rule.needs = 'hs_code';

-- One row per awaiting order of which far more, or far less, is declared than the buyer paid. Amounts of different
-- currencies are not compared.
create or replace view value_findings as
with declared as (
    select
        line.shop_id,
        line.order_id,
        sum(unit.declared_minor * line.quantity)::bigint as declared_minor,
        max(unit.declared_currency) as currency
    from order_lines as line
    inner join units as unit
        on unit.sku = line.sku
    group by line.shop_id, line.order_id
    having count(unit.declared_minor) = count(*)
)

select
    o.shop_id,
    o.order_id,
    case
        when declared.declared_minor * 100 > o.total_minor * percent.most then 'declared_high'
        else 'declared_low'
    end as code,
    'declared' as field,
    printf(
        '%d.%02d / %d.%02d %s',
        declared.declared_minor // 100,
        declared.declared_minor % 100,
        o.total_minor // 100,
        o.total_minor % 100,
        o.currency
    ) as value
from orders as o
inner join declared
    on declared.shop_id = o.shop_id and declared.order_id = o.order_id and declared.currency = o.currency
inner join field_limits as percent
    on percent.name = 'declared_percent'
where o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    and o.total_minor > 0
    and declared.declared_minor * 100 not between o.total_minor * percent.least and o.total_minor * percent.most;

-- One row per draft or refused shipment and thing its chosen plan does not take.
create or replace view plan_findings as
select
    shipment.shop_id,
    shipment.order_id,
    unnest(
        list_filter(
            [
                case when cargo.plan_id is null then 'plan_cargo' end,
                case
                    when greatest(shipment.length_mm, shipment.width_mm, shipment.height_mm) > plan.max_longest_mm
                        or shipment.length_mm + shipment.width_mm + shipment.height_mm > plan.max_sum_mm
                        then 'plan_size'
                end,
                case when shipment.weight_g > plan.max_weight_g then 'plan_weight' end
            ],
            lambda code: code is not null
        )
    ) as code,
    shipment.shipment_id as field,
    shipment.plan_id as value
from shipments as shipment
inner join plans as plan
    on plan.plan_id = shipment.plan_id
left join plan_cargo as cargo
    on cargo.plan_id = shipment.plan_id and cargo.cargo_class = shipment.cargo_class
where shipment.state in ('draft', 'refused');

-- One row per order and finding, whatever the time: what it does to the order, and who accepted it. Holds and
-- deadlines depend on the time and are added where it is known.
create or replace view order_findings as
with found as (
    select
        shop_id,
        order_id,
        case when status = 'UNKNOWN' then 'status_unknown' else 'status' end as code,
        'status' as field,
        case when status = 'UNKNOWN' then coalesce(nullif(status_label, ''), '–') else status_label end as value,
        '' as seen
    from orders
    where status not in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    union all
    select shop_id, order_id, 'unknown_rest', 'quantity', '', ''
    from line_balances
    group by shop_id, order_id
    having bool_or(rest_unknown)
    union all
    select
        shop_id,
        order_id,
        case
            when sum(noticed_quantity) > 0 then 'notice_unsettled'
            when bool_and(is_charge) then 'nothing_to_ship'
            else 'taken'
        end,
        'quantity',
        '',
        ''
    from line_balances
    group by shop_id, order_id
    having sum(greatest(left_quantity, 0)) = 0
    union all
    select *, ''
    from goods_findings
    union all
    select *, ''
    from value_findings
    union all
    select *, ''
    from plan_findings
    union all
    select *
    from findings
    union all
    select *, ''
    from load_blocks
    union all
    select *
    from load_doubts
)

select
    found.*,
    coalesce(rule.severity, 'error') as severity,
    coalesce(rule.subject, 'order') as subject,
    coalesce(rule.severity, 'error') = 'error' or (rule.asks and accepted.accepted_at is null) as blocks,
    accepted.accepted_by,
    accepted.accepted_at
from found
left join finding_rules as rule
    on rule.code = found.code
left join accepted_findings as accepted
    on accepted.shop_id = found.shop_id
    and accepted.order_id = found.order_id
    and accepted.code = found.code
    and accepted.field = found.field
    and accepted.value = found.value
    and accepted.seen = found.seen;

-- One row per order that a file or the platform told of: which import, its file and sheet, and the row there, the first
-- one of several. is_synced: the platform told it.
create or replace view order_sources as
select
    o.shop_id,
    o.order_id,
    import.layout = 'platform' as is_synced,
    case when import.layout <> 'platform' then import.file end as file,
    case when import.layout <> 'platform' then import.sheet end as sheet,
    o.row_no
from orders as o
inner join imports as import
    on import.import_id = o.import_id;

-- One row per order and thing that keeps it out of a batch, whatever the time.
create or replace view order_blocks as
select shop_id, order_id, code, field, value
from order_findings
where blocks;

-- One row per order whose status is not known and of which something is left that no shipment of ours holds.
create or replace view orders_unknown as
select o.shop_id, o.order_id, coalesce(nullif(o.status_label, ''), '–') as status_label, o.ship_by_at
from orders as o
where o.status = 'UNKNOWN'
    and (o.shop_id, o.order_id) in (
        select (balance.shop_id, balance.order_id)
        from line_balances as balance
        inner join orders as unknown
            on unknown.shop_id = balance.shop_id
            and unknown.order_id = balance.order_id
            and unknown.status = 'UNKNOWN'
        where balance.left_quantity > 0
    );

-- One row per order that awaits shipment, with what an operator chooses by, whatever the time: holds that ended by
-- themselves are among it, and nothing is overdue. `awaiting_at` knows the time.
create or replace view orders_awaiting as
select
    o.shop_id,
    o.order_id,
    o.status,
    o.status = 'SELLER_PART_SEND_GOODS' as partly_shipped,
    o.ordered_at,
    o.paid_at,
    o.ship_by_at,
    false as overdue,
    receiver.name as receiver_name,
    receiver.country,
    receiver.city,
    o.buyer_service,
    o.buyer_plan_id,
    o.currency,
    o.total_minor,
    coalesce(o.note, '') as note,
    coalesce(parcel.line_count, 0) as line_count,
    coalesce(parcel.unit_count, 0) as unit_count,
    parcel.weight_g,
    parcel.cargo_class,
    hold.reason as hold_reason,
    hold.until_at as hold_until_at,
    coalesce(parcel.left_count, 0) = 0
        and not list_has_any(coalesce(block.codes, []), ['notice_unsettled', 'nothing_to_ship']) as in_batch,
    place.batch_id,
    place.state as shipment_state,
    coalesce(block.codes, []) as block_codes,
    coalesce(block.told_codes, []) as told_codes
from orders as o
inner join effective_receivers as receiver
    on receiver.shop_id = o.shop_id and receiver.order_id = o.order_id
left join order_parcels as parcel
    on parcel.shop_id = o.shop_id and parcel.order_id = o.order_id
left join (
    select shop_id, order_id, arg_max(reason, hold_id) as reason, arg_max(until_at, hold_id) as until_at
    from holds
    where released_at is null
    group by shop_id, order_id
) as hold
    on hold.shop_id = o.shop_id and hold.order_id = o.order_id
left join (
    select shop_id, order_id, max(batch_id) as batch_id, max(state) as state
    from live_shipments
    group by shop_id, order_id
) as place
    on place.shop_id = o.shop_id and place.order_id = o.order_id
left join (
    select
        shop_id,
        order_id,
        list(distinct code order by code) filter (where blocks) as codes,
        list(distinct code order by code) filter (where not blocks and accepted_at is null) as told_codes
    from order_findings
    where code not in ('status', 'taken')
    group by shop_id, order_id
) as block
    on block.shop_id = o.shop_id and block.order_id = o.order_id
where o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS');

-- One row per order of a table like `orders_awaiting`, as it is at a time.
create or replace macro awaiting_at(known, now_at) as table
select * replace (
    ship_by_at < now_at as overdue,
    case when hold_until_at is null or hold_until_at > now_at then hold_reason end as hold_reason,
    case when hold_until_at > now_at then hold_until_at end as hold_until_at
)
from query_table(known);

-- One row per order of a table as `awaiting_at` makes it that matches the Orders page's filters; a null filter lets
-- everything through.
create or replace macro matching_orders(
    awaiting, shops, countries, services, due_before, late, with_note, several, on_hold, blocked, partly, placed,
    wanted
) as table
select *
from query_table(awaiting)
where (shops is null or list_contains(shops, shop_id))
    and (countries is null or list_contains(countries, country))
    and (services is null or list_contains(services, coalesce(buyer_service, '')))
    and (due_before is null or ship_by_at < due_before)
    and (late is null or overdue = late)
    and (with_note is null or (note <> '') = with_note)
    and (several is null or (line_count > 1) = several)
    and (on_hold is null or (hold_reason is not null) = on_hold)
    and (blocked is null or (len(block_codes) > 0) = blocked)
    and (partly is null or partly_shipped = partly)
    and (placed is null or in_batch = placed)
    and (wanted is null or order_id like '%' || wanted || '%');
