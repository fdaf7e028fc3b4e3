-- What is due at the destination besides freight: duties and taxes by dated rule, never part of a fee.

-- One row per order: under how many tariff headings (six digits, as the simplified import declaration has them) its
-- goods fall. Goods without a customs code count as one heading.
create or replace view order_headings as
select
    line.shop_id,
    line.order_id,
    count(distinct coalesce(left(unit.hs_code, 6), ''))::bigint as heading_count
from order_lines as line
left join units as unit
    on unit.sku = line.sku
where line.sku not in (select sku from charges)
group by line.shop_id, line.order_id;

-- One row per shipment, as it is rated, and where it stands.
create or replace view shipment_parcels as
select
    shipment.batch_id,
    shipment.state,
    shipment.plan_id,
    shipment.shipment_id as parcel_id,
    receiver.country,
    receiver.postcode,
    shipment.weight_g,
    shipment.length_mm,
    shipment.width_mm,
    shipment.height_mm,
    shipment.cargo_class,
    shipment.declared_minor,
    shipment.declared_currency,
    heading.heading_count,
    o.buyer_plan_id
from shipments as shipment
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
inner join orders as o
    on o.shop_id = shipment.shop_id and o.order_id = shipment.order_id
left join order_headings as heading
    on heading.shop_id = shipment.shop_id and heading.order_id = shipment.order_id;

-- One row per parcel of `parcels` (parcel_id, country, declared_minor, declared_currency, heading_count) and rule of its
-- destination on a day. amount_minor null: due, and not known beforehand. within_limit null: worth not known.
create or replace macro landed_for(parcels, quoted_on) as table
select
    parcel.parcel_id,
    due.rule,
    due.kind,
    due.valid_from,
    due.limit_minor,
    due.limit_currency,
    parcel.heading_count,
    parcel.declared_minor * worth.rate_e6 <= due.limit_minor * bound.rate_e6 as within_limit,
    case when within_limit is not false then due.amount_minor * parcel.heading_count end as amount_minor,
    due.currency
from query_table(parcels) as parcel
inner join landed_rules as due
    on due.country = parcel.country
    and due.valid_from <= quoted_on
    and (due.valid_to is null or quoted_on < due.valid_to)
left join exchange_on(quoted_on) as worth
    on worth.currency = parcel.declared_currency
left join exchange_on(quoted_on) as bound
    on bound.currency = due.limit_currency;
