-- name: policy_plans
-- One row per rated parcel that a policy has a plan for.
select *
from policy_winners('quoted', 'parcels', $policy);

-- name: shipments_choose_policy
-- One row per shipment that got the plan a policy gives it. Locked ones keep theirs.
update shipments
set plan_id = winner.plan_id, rule_id = null, changed_at = $changed_at
from policy_winners('quoted', 'parcels', $policy) as winner
where winner.parcel_id = shipments.shipment_id and not shipments.locked
returning shipments.shipment_id;

-- name: shipments_choose_plan
-- One row per chosen shipment that got the named plan, because the plan can carry it.
update shipments
set plan_id = $plan_id, rule_id = null, locked = $locked, changed_at = $changed_at
from quoted
inner join chosen
    on chosen.id = quoted.parcel_id
where quoted.parcel_id = shipments.shipment_id
    and quoted.plan_id = $plan_id
    and quoted.obstacles = 0
    and shipments.state in ('draft', 'refused')
returning shipments.shipment_id;

-- name: quotes_able
-- One row per rated parcel and plan that can carry it; of a locked parcel only its own plan, where that one can.
select
    quote.parcel_id,
    quote.plan_id,
    quote.fee_cny_minor,
    quote.days_max,
    coalesce(quote.plan_id = parcel.buyer_plan_id, false) as matches
from quoted as quote
inner join parcels as parcel
    on parcel.parcel_id = quote.parcel_id
left join shipments as shipment
    on shipment.shipment_id = quote.parcel_id and shipment.locked
where quote.obstacles = 0
    and quote.fee_cny_minor is not null
    and (shipment.plan_id is null or shipment.plan_id = quote.plan_id);

-- name: shipments_choose_each
-- One row per shipment of `picked` (shipment_id, plan_id) that got its plan, because the plan can carry it.
update shipments
set plan_id = picked.plan_id, rule_id = null, changed_at = $changed_at
from picked
inner join quoted
    on quoted.parcel_id = picked.shipment_id and quoted.plan_id = picked.plan_id and quoted.obstacles = 0
where picked.shipment_id = shipments.shipment_id
    and shipments.state in ('draft', 'refused')
    and (not shipments.locked or shipments.plan_id = picked.plan_id)
returning shipments.shipment_id;

-- name: quotes_forget
-- Drop the kept quotes of a batch's undecided shipments, before they are decided anew.
delete from quotes
where shipment_id in (
    select shipment_id
    from shipments
    where batch_id = $batch_id and state in ('draft', 'refused')
);

-- name: quotes_keep
-- One row per undecided shipment with a plan: what the operator saw when deciding.
insert into quotes by name
select
    shipment.shipment_id,
    quote.plan_id,
    quote.card_id,
    card.valid_from as card_from,
    card.source as card_source,
    quote.chargeable_g,
    shipment.weight_g,
    shipment.weight_source,
    quote.fee_minor,
    quote.currency,
    quote.fee_cny_minor,
    exchange.rate_e6 as fx_e6,
    exchange.rate_on as fx_on,
    to_json({
        'item': quote.item_fee_minor,
        'weight': quote.weight_fee_minor,
        'first_weight': quote.first_fee_minor,
        'additional_weight': quote.step_fee_minor,
        'fuel': quote.fuel_fee_minor,
        'remote_area': quote.remote_fee_minor
    })::varchar as parts,
    quote.days_min,
    quote.days_max,
    o.buyer_service,
    o.buyer_plan_id,
    own.days_max as buyer_days_max,
    return_fee.fee_minor as return_fee_minor,
    return_fee.currency as return_fee_currency,
    shipment.rule_id,
    $decided_by as decided_by,
    $decided_at as decided_at
from shipments as shipment
inner join quoted as quote
    on quote.parcel_id = shipment.shipment_id and quote.plan_id = shipment.plan_id
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
inner join plans as plan
    on plan.plan_id = quote.plan_id
left join plans as own
    on own.plan_id = o.buyer_plan_id
left join rate_cards as card
    on card.card_id = quote.card_id
left join (
    select currency, max(rate_on) as rate_on, arg_max(rate_e6, rate_on) as rate_e6
    from fx_rates
    where rate_on <= $decided_at::date
    group by currency
) as exchange
    on exchange.currency = quote.currency
left join return_fees as return_fee
    on return_fee.plan_id = plan.plan_id and plan.return_supported
where shipment.batch_id = $batch_id
    and shipment.state in ('draft', 'refused')
    and quote.obstacles = 0;

-- name: choice_pairs
-- One row per pair of buyer's service and chosen plan that differ in a batch, with counts, cost and days.
-- known: somebody of the shop confirmed the same pair before.
select
    coalesce(quote.buyer_service, '') as buyer_service,
    quote.buyer_plan_id,
    service.class as buyer_class,
    quote.plan_id,
    plan.name_en,
    plan.name_zh,
    plan.class as plan_class,
    count(*)::bigint as shipment_count,
    sum(quote.fee_cny_minor)::bigint as fee_cny_minor,
    max(own.days_max) as buyer_days_max,
    max(quote.days_max) as plan_days_max,
    bool_or(earlier.plan_id is not null) as known
from quotes as quote
inner join shipments as shipment
    on shipment.shipment_id = quote.shipment_id
inner join plans as plan
    on plan.plan_id = quote.plan_id
left join services as service
    on service.service_key = quote.buyer_plan_id
left join plans as own
    on own.plan_id = quote.buyer_plan_id
left join (select distinct shop_id, buyer_service, plan_id from pair_confirmations) as earlier
    on earlier.shop_id = shipment.shop_id
    and earlier.buyer_service = coalesce(quote.buyer_service, '')
    and earlier.plan_id = quote.plan_id
where shipment.batch_id = $batch_id
    and shipment.state in ('draft', 'refused')
    and quote.plan_id is distinct from quote.buyer_plan_id
group by
    coalesce(quote.buyer_service, ''),
    quote.buyer_plan_id,
    service.class,
    quote.plan_id,
    plan.name_en,
    plan.name_zh,
    plan.class
order by shipment_count desc, buyer_service, quote.plan_id;

-- name: pair_confirmations_add
-- One row per pair of `confirmed` that a batch goes by.
insert into pair_confirmations
select
    batch.batch_id, batch.shop_id, pair.buyer_service, pair.plan_id, pair.kind, pair.shipment_count,
    pair.fee_cny_minor, pair.buyer_days_max, pair.plan_days_max, pair.was_known, pair.ticked, $confirmed_by,
    $confirmed_at
from confirmed as pair
cross join batches as batch
where batch.batch_id = $batch_id;

-- name: pair_confirmations_of
-- One row per pair confirmed for a batch, the latest time first.
select *
from pair_confirmations
where batch_id = $batch_id
order by confirmed_at desc, shipment_count desc, buyer_service, plan_id;
