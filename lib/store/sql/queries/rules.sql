-- name: plan_rules_all
-- One row per rule that holds, in the order in which they are tried.
select *
from plan_rules
where removed_at is null
order by position, rule_id;

-- name: plan_rule_add
-- A new rule, tried after all others.
insert into plan_rules (
    position, countries, min_g, max_g, min_value_minor, max_value_minor, value_currency, cargo_class, sku,
    buyer_service, plan_id, made_by, made_at
)
select
    coalesce(max(position), 0) + 1, $countries, $min_g, $max_g, $min_value_minor, $max_value_minor, $value_currency,
    $cargo_class, $sku, $buyer_service, $plan_id, $made_by, $made_at
from plan_rules
returning rule_id;

-- name: plan_rule_first
-- One row: a rule that is tried before all others now.
update plan_rules
set position = (select min(position) - 1 from plan_rules)
where rule_id = $rule_id and removed_at is null
returning rule_id;

-- name: plan_rule_remove
-- One row: a rule that is tried no more.
update plan_rules
set removed_by = $removed_by, removed_at = $removed_at
where rule_id = $rule_id and removed_at is null
returning rule_id;

-- name: rule_decisions_clear
-- Make room for decisions.
drop table if exists decided;

-- name: rule_decisions
-- One row per rated parcel that a rule matches: the first one, its plan, and whether that can carry it. A rule whose plan
-- is stopped to the parcel's country is passed over; one whose plan cannot carry the parcel still decides: no plan.
create temp table decided as
with contents as (
    select part.shipment_id as parcel_id, line.sku
    from shipment_lines as part
    inner join order_lines as line
        on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
    union all
    select unnest([order_id, concat(shop_id, ' ', order_id)]) as parcel_id, sku
    from order_lines
),

owners as (
    select shipment_id as parcel_id, shop_id, order_id
    from shipments
    union all
    select unnest([order_id, concat(shop_id, ' ', order_id)]) as parcel_id, shop_id, order_id
    from orders
),

facts as (
    select
        parcel.parcel_id,
        parcel.country,
        parcel.weight_g,
        parcel.cargo_class,
        parcel.declared_minor * worth.rate_e6 as declared_e6,
        o.order_id,
        o.buyer_service
    from parcels as parcel
    inner join owners as owner
        on owner.parcel_id = parcel.parcel_id
    inner join orders as o
        on o.shop_id = owner.shop_id and o.order_id = owner.order_id
    left join exchange_on($quoted_on::date) as worth
        on worth.currency = parcel.declared_currency
)

select
    fact.parcel_id,
    fact.order_id,
    rule.rule_id,
    rule.position,
    rule.plan_id,
    quote.obstacles = 0 as is_carried,
    case when quote.obstacles = 0 then quote.fee_cny_minor end as fee_cny_minor
from facts as fact
cross join plan_rules as rule
inner join quoted as quote
    on quote.parcel_id = fact.parcel_id and quote.plan_id = rule.plan_id
left join exchange_on($quoted_on::date) as bound
    on bound.currency = rule.value_currency
where rule.removed_at is null
    and quote.obstacles & 128 = 0
    and (rule.countries = '' or list_contains(string_split(rule.countries, ','), fact.country))
    and (rule.min_g is null or fact.weight_g >= rule.min_g)
    and (rule.max_g is null or fact.weight_g <= rule.max_g)
    and (rule.min_value_minor is null or fact.declared_e6 >= rule.min_value_minor * bound.rate_e6)
    and (rule.max_value_minor is null or fact.declared_e6 <= rule.max_value_minor * bound.rate_e6)
    and (rule.cargo_class = '' or rule.cargo_class = fact.cargo_class)
    and (rule.buyer_service = '' or rule.buyer_service = coalesce(fact.buyer_service, ''))
    and (
        rule.sku = ''
        or exists (
            select 1
            from contents as content
            where content.parcel_id = fact.parcel_id and content.sku = rule.sku
        )
    )
qualify row_number() over (partition by fact.parcel_id order by rule.position, rule.rule_id) = 1;

-- name: rule_plans
-- One row per rated parcel that a rule has a plan for.
select parcel_id, plan_id
from decided
where is_carried;

-- name: shipments_choose_rules
-- One row per shipment that got the plan of its rule. Locked ones keep theirs.
update shipments
set plan_id = decided.plan_id, rule_id = decided.rule_id, changed_at = $changed_at
from decided
where decided.parcel_id = shipments.shipment_id and decided.is_carried and not shipments.locked
returning shipments.shipment_id;

-- name: rules_reach
-- One row per rule that holds: how many rated parcels it decides, and how many of these its plan can carry.
select
    rule.rule_id,
    count(decided.parcel_id)::bigint as decided_count,
    count(*) filter (where decided.is_carried)::bigint as carried_count
from plan_rules as rule
left join decided
    on decided.rule_id = rule.rule_id
where rule.removed_at is null
group by rule.rule_id, rule.position
order by rule.position, rule.rule_id;

-- name: rules_dry_run
-- One row per rated parcel: the rule that decides it (null: none matches), its plan, and the plan it went on.
select
    parcel.parcel_id,
    parcel.order_id,
    parcel.country,
    parcel.weight_g,
    parcel.plan_id as was_plan_id,
    coalesce(shipment.locked, false) as locked,
    decided.rule_id,
    decided.plan_id,
    coalesce(decided.is_carried, false) as is_carried,
    decided.fee_cny_minor,
    was.fee_cny_minor as was_cny_minor
from parcels as parcel
left join shipments as shipment
    on shipment.shipment_id = parcel.parcel_id
left join decided
    on decided.parcel_id = parcel.parcel_id
left join quoted as was
    on was.parcel_id = parcel.parcel_id and was.plan_id = parcel.plan_id and was.obstacles = 0
order by decided.position nulls last, parcel.parcel_id;
