-- name: batch_next_number
-- One row: the number after the highest of the day's batch ids.
select coalesce(max(split_part(batch_id, '-', 2)::bigint), 0) + 1 as number
from batches
where starts_with(batch_id, $prefix || '-');

-- name: batch_add
-- A new draft batch.
insert into batches (batch_id, shop_id, created_by, created_at)
values ($batch_id, $shop_id, $created_by, $created_at);

-- name: batch_shops
-- One row per chosen order and shop that has it.
select o.order_id, o.shop_id
from orders as o
inner join chosen
    on chosen.id = o.order_id;

-- name: batch_candidates
-- One row per chosen order that can go into a batch now, in the list's order.
select o.order_id
from orders as o
inner join chosen
    on chosen.id = o.order_id
inner join order_parcels as parcel
    on parcel.shop_id = o.shop_id and parcel.order_id = o.order_id
anti join order_blocks as block
    on block.shop_id = o.shop_id and block.order_id = o.order_id
where o.shop_id = $shop_id
    and parcel.left_count > 0
    and not exists (
        select 1
        from holds as hold
        where hold.shop_id = o.shop_id
            and hold.order_id = o.order_id
            and hold.released_at is null
            and (hold.until_at is null or hold.until_at > $now_at)
    )
order by o.ship_by_at nulls last, o.order_id;

-- name: gone_in_state
-- One row per shipment of a batch in a state whose order does not await shipment any more.
select shipment.shipment_id, shipment.order_id, o.status
from shipments as shipment
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
where shipment.batch_id = $batch_id
    and shipment.state = $state
    and o.status not in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS');

-- name: batch_takers
-- One row per chosen order that is in live shipments: the batch that has it, and who made it.
select
    shipment.order_id,
    max(shipment.batch_id) as batch_id,
    max(batch.created_by) as created_by
from live_shipments as shipment
inner join chosen
    on chosen.id = shipment.order_id
inner join batches as batch
    on batch.batch_id = shipment.batch_id
group by shipment.order_id;

-- name: shipments_add
-- One row per order of `taken` (order_id, position): a draft shipment of everything left of it.
insert into shipments (
    shipment_id, shop_id, batch_id, order_id, position, state, weight_g, weight_source, length_mm, width_mm,
    height_mm, cargo_class, declared_minor, declared_currency, created_at, changed_at
)
select
    $batch_id || '-' || lpad(taken.position::varchar, 5, '0'),
    parcel.shop_id,
    $batch_id,
    parcel.order_id,
    taken.position,
    'draft',
    parcel.weight_g,
    parcel.weight_source,
    parcel.length_mm,
    parcel.width_mm,
    parcel.height_mm,
    parcel.cargo_class,
    parcel.declared_minor,
    parcel.declared_currency,
    $created_at,
    $created_at
from taken
inner join order_parcels as parcel
    on parcel.order_id = taken.order_id and parcel.shop_id = $shop_id;

-- name: shipment_lines_add
-- One row per line with something left of each shipment just added.
insert into shipment_lines
select
    shipment.shipment_id,
    balance.shop_id,
    balance.order_id,
    balance.line_no,
    balance.left_quantity
from shipments as shipment
inner join line_balances as balance
    on balance.shop_id = shipment.shop_id and balance.order_id = shipment.order_id
where shipment.batch_id = $batch_id and balance.left_quantity > 0;

-- name: shipment_events_of_new
-- One event row per shipment just added.
insert into shipment_events (shipment_id, from_state, state, happened_at, done_by, note)
select shipment_id, null, state, $happened_at, $done_by, ''
from shipments
where batch_id = $batch_id;

-- name: batch_by_id
-- One row: a batch.
select *
from batches
where batch_id = $batch_id;

-- name: batches_all
-- One row per batch, newest first, with its shipments counted by where they stand.
select
    batch.batch_id,
    batch.shop_id,
    batch.created_by,
    batch.created_at,
    batch.submitted_by,
    batch.submitted_at,
    batch.paused_at,
    count(shipment.shipment_id) filter (where shipment.state <> 'cancelled')::bigint as shipment_count,
    count(*) filter (where shipment.state = 'draft')::bigint as draft_count,
    count(*) filter (where shipment.state = 'refused')::bigint as refused_count,
    count(*) filter (where shipment.state in ('unconfirmed', 'declare_unconfirmed'))::bigint
        as unconfirmed_count,
    count(*) filter (where shipment.state in ('queued', 'sending', 'accepted'))::bigint as under_way_count,
    count(*) filter (where shipment.state = 'ready')::bigint as ready_count,
    count(*) filter (where shipment.state in ('handed_over', 'declaring'))::bigint as handed_over_count,
    count(*) filter (where shipment.state = 'declared')::bigint as declared_count,
    coalesce(sum(quote.fee_cny_minor) filter (where shipment.state <> 'cancelled'), 0)::bigint
        as fee_cny_minor
from batches as batch
left join shipments as shipment
    on shipment.batch_id = batch.batch_id
left join quotes as quote
    on quote.shipment_id = shipment.shipment_id
group by
    batch.batch_id,
    batch.shop_id,
    batch.created_by,
    batch.created_at,
    batch.submitted_by,
    batch.submitted_at,
    batch.paused_at
having count(*) filter (where shipment.state <> 'cancelled') > 0 or batch.submitted_at is not null
order by batch.created_at desc, batch.batch_id desc;

-- name: batch_choose_policy
-- Remember the policy; a choice made anew is not confirmed yet.
update batches
set policy = $policy, confirmed_by = null, confirmed_at = null, confirmed_count = null
where batch_id = $batch_id;

-- name: batch_confirm
-- Record who confirmed how many shipments that differ from their buyers' choice.
update batches
set confirmed_by = $confirmed_by, confirmed_at = $confirmed_at, confirmed_count = $confirmed_count
where batch_id = $batch_id;

-- name: batch_addresses_set
-- Where the batch is sent from, returned to, and collected.
update batches
set
    sender_address_id = $sender_address_id,
    refund_address_id = $refund_address_id,
    pickup_address_id = $pickup_address_id
where batch_id = $batch_id;

-- name: batch_undeliverable_set
-- What becomes of the batch's undeliverable parcels.
update batches
set undeliverable = $undeliverable
where batch_id = $batch_id;

-- name: shipments_undeliverable_set
-- One row per undecided shipment of a batch: its own decision, its plan's, or the batch's; a plan that offers no return
-- destroys.
update shipments
set undeliverable = decided.undeliverable, changed_at = $changed_at
from shipment_decisions as decided
where decided.shipment_id = shipments.shipment_id
    and shipments.batch_id = $batch_id
    and shipments.state in ('draft', 'refused');

-- name: batch_plan_undeliverable_set
-- What becomes of one plan's undeliverable parcels; null: as the batch says.
insert into batch_plans (batch_id, plan_id, undeliverable)
values ($batch_id, $plan_id, $undeliverable)
on conflict (batch_id, plan_id) do update set undeliverable = excluded.undeliverable;

-- name: shipments_own_undeliverable_set
-- One row per chosen shipment with a decision of its own; null: as its plan or the batch says.
update shipments
set own_undeliverable = $undeliverable, changed_at = $changed_at
from chosen
where chosen.id = shipments.shipment_id
    and shipments.batch_id = $batch_id
    and shipments.state in ('draft', 'refused')
returning shipments.shipment_id;

-- name: plans_without_return
-- One row per plan of chosen shipments of a batch that offers no return.
select distinct plan.plan_id
from shipments as shipment
inner join chosen
    on chosen.id = shipment.shipment_id
inner join plans as plan
    on plan.plan_id = shipment.plan_id
where shipment.batch_id = $batch_id and not plan.return_supported
order by plan.plan_id;

-- name: undeliverable_counts
-- One row: how many undecided shipments of a batch would return, and of how many nobody decided.
select
    count(*) filter (where decided.undeliverable = 'return')::bigint as returning_count,
    count(*) filter (where decided.undeliverable is null)::bigint as undecided_count
from shipment_decisions as decided
inner join shipments as shipment
    on shipment.shipment_id = decided.shipment_id and shipment.state in ('draft', 'refused')
where shipment.batch_id = $batch_id;

-- name: batch_plan_pickup_set
-- With whom a pickup outside coverage was agreed, and who says so.
update batch_plans
set pickup_contact = $contact, pickup_phone = $phone, agreed_by = $agreed_by, agreed_at = $agreed_at
where batch_id = $batch_id and plan_id = $plan_id;

-- name: agreement_add
-- One row: a shop accepted the agreement for a batch.
insert into agreements
select shop_id, batch_id, $title, $version, $agreed_by, $agreed_at
from batches
where batch_id = $batch_id;

-- name: agreements_of
-- One row per time the agreement was accepted for a batch.
select shop_id, title, version, agreed_by, agreed_at
from agreements
where batch_id = $batch_id
order by agreed_at;

-- name: batch_courier_set
-- The domestic courier of a self-post and its number.
update batches
set courier = $courier, courier_number = $courier_number
where batch_id = $batch_id;

-- name: batch_submit
-- Record the agreement and who submitted.
update batches
set
    agreed_by = coalesce(agreed_by, $submitted_by),
    agreed_at = coalesce(agreed_at, $submitted_at),
    agreement_version = coalesce(agreement_version, $agreement_version),
    submitted_by = coalesce(submitted_by, $submitted_by),
    submitted_at = coalesce(submitted_at, $submitted_at)
where batch_id = $batch_id;

-- name: batch_pause
-- Pause a batch, or let it go on with nulls.
update batches
set paused_by = $paused_by, paused_at = $paused_at
where batch_id = $batch_id;

-- name: batch_plans
-- One row per plan used by a batch's live shipments, with its hand-over as far as it is decided.
select
    used.plan_id,
    plan.name_en,
    plan.name_zh,
    plan.return_supported,
    used.shipment_count,
    used.weight_g,
    used.sample_order_id,
    decided.handover_mode,
    decided.warehouse_code,
    decided.warehouse_name,
    decided.warehouse_address,
    decided.service_code,
    decided.offered_warehouse_code,
    decided.offered_warehouse_name,
    decided.offered_address,
    coalesce(decided.pickup_agreed, false) as pickup_agreed,
    decided.pickup_contact,
    decided.pickup_phone,
    decided.agreed_by as pickup_agreed_by,
    decided.undeliverable,
    covered.warehouse_name as pickup_warehouse_name,
    covered.warehouse_code as pickup_warehouse_code,
    transit.warehouse_name as transit_warehouse_name,
    transit.warehouse_code as transit_warehouse_code,
    transit.address as transit_address
from (
    select
        plan_id,
        count(*)::bigint as shipment_count,
        sum(weight_g)::bigint as weight_g,
        min(order_id) as sample_order_id
    from live_shipments
    where batch_id = $batch_id and plan_id is not null
    group by plan_id
) as used
inner join plans as plan
    on plan.plan_id = used.plan_id
left join batch_plans as decided
    on decided.batch_id = $batch_id and decided.plan_id = used.plan_id
left join pickup_coverage as covered
    on covered.plan_id = used.plan_id and covered.city = $sender_city
left join transit_warehouses as transit
    on transit.plan_id = used.plan_id
order by used.shipment_count desc, used.plan_id;

-- name: batch_plan_set
-- How a plan's parcels of a batch reach the warehouse. What the platform offered stays when it is not asked again.
insert into batch_plans (
    batch_id, plan_id, handover_mode, warehouse_code, warehouse_name, warehouse_address, service_code, pickup_agreed,
    offered_warehouse_code, offered_warehouse_name, offered_address
)
values (
    $batch_id, $plan_id, $handover_mode, $warehouse_code, $warehouse_name, $warehouse_address, $service_code,
    $pickup_agreed, $offered_warehouse_code, $offered_warehouse_name, $offered_address
)
on conflict (batch_id, plan_id) do update set
    handover_mode = excluded.handover_mode,
    warehouse_code = excluded.warehouse_code,
    warehouse_name = excluded.warehouse_name,
    warehouse_address = excluded.warehouse_address,
    service_code = coalesce(excluded.service_code, batch_plans.service_code),
    pickup_agreed = excluded.pickup_agreed,
    offered_warehouse_code = coalesce(excluded.offered_warehouse_code, batch_plans.offered_warehouse_code),
    offered_warehouse_name = coalesce(excluded.offered_warehouse_name, batch_plans.offered_warehouse_name),
    offered_address = coalesce(excluded.offered_address, batch_plans.offered_address);

-- name: plan_sample_orders
-- One row per order of a batch on a plan, a few of them, with what the platform wants to know to list plans.
select shipment.order_id, shipment.weight_g, shipment.length_mm, shipment.width_mm, shipment.height_mm
from live_shipments as shipment
where shipment.batch_id = $batch_id and shipment.plan_id = $plan_id
order by shipment.position
limit 3;

-- name: seller_addresses_clear
-- Forget a shop's addresses before the platform's are taken over.
delete from seller_addresses
where shop_id = $shop_id;

-- name: seller_addresses_add
-- One row per address of `found`.
insert into seller_addresses
select
    $shop_id, role, address_id, position, name, country, province, city, street, is_default, $fetched_at
from found;

-- name: seller_addresses_of
-- One row per address of a shop, the platform's default first within its role.
select *
from seller_addresses
where shop_id = $shop_id
order by role, is_default desc, position;
