-- What is published: fact tables without personal data. docs/data.md tells of every column.

-- The beginning of a postcode that names an area and no house.
create or replace macro postcode_area(postcode) as
    left(bare_postcode(postcode), 3);

-- One row per order.
create or replace view published_orders as
select
    o.shop_id,
    o.order_id,
    o.status,
    o.ordered_at,
    o.paid_at,
    o.ship_by_at,
    o.currency,
    o.goods_minor,
    o.shipping_minor,
    o.total_minor,
    o.buyer_service,
    o.buyer_plan_id,
    receiver.country,
    receiver.province as region,
    postcode_area(receiver.postcode) as postcode_area,
    year(coalesce(o.ordered_at, o.loaded_at))::integer as year,
    month(coalesce(o.ordered_at, o.loaded_at))::integer as month
from orders as o
left join effective_receivers as receiver
    on receiver.shop_id = o.shop_id and receiver.order_id = o.order_id;

-- One row per parcel that was ever made, drafts aside, and what is worked out of its costs.
create or replace view published_shipments as
select
    shipment.shipment_id,
    shipment.shop_id,
    shipment.order_id,
    shipment.batch_id,
    shipment.state,
    shipment.plan_id,
    receiver.country,
    receiver.province as region,
    postcode_area(receiver.postcode) as postcode_area,
    way.warehouse_code,
    shipment.handover_mode,
    shipment.undeliverable,
    shipment.cargo_class,
    shipment.weight_g,
    shipment.weight_source,
    shipment.length_mm,
    shipment.width_mm,
    shipment.height_mm,
    shipment.declared_minor,
    shipment.declared_currency,
    shipment.created_at,
    cost.handed_on,
    cost.billed_on,
    cost.estimated_cny as estimated_cny_minor,
    cost.return_cny as return_cny_minor,
    cost.billed_cny as billed_cny_minor,
    cost.compensation_cny as compensation_cny_minor,
    cost.cost_cny as cost_cny_minor,
    cost.revenue_cny as revenue_cny_minor,
    cost.shipping_cny as shipping_cny_minor,
    year(shipment.created_at)::integer as year,
    month(shipment.created_at)::integer as month
from shipments as shipment
left join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
left join batch_plans as way
    on way.batch_id = shipment.batch_id and way.plan_id = shipment.plan_id
left join cost_parcels as cost
    on cost.shipment_id = shipment.shipment_id
where shipment.state <> 'draft';

-- One row per parcel and SKU in it, as costs are shared out over them.
create or replace view published_parcel_skus as
select
    shipment_id,
    sku,
    quantity,
    weight_g,
    cost_cny as cost_cny_minor,
    revenue_cny as revenue_cny_minor,
    shipping_cny as shipping_cny_minor,
    year(created_on)::integer as year,
    month(created_on)::integer as month
from cost_lines;

-- One row per fee: estimated or assumed when a batch was submitted, or a line of a bill ('actual').
create or replace view published_fees as
select
    fee.shipment_id,
    fee.kind,
    fee.stage,
    fee.fee_minor,
    fee.currency,
    converted(fee.fee_minor, rate.rate_e6) as fee_cny_minor,
    fee.known_on,
    fee.billed_g,
    fee.matched_how,
    year(fee.known_on)::integer as year,
    month(fee.known_on)::integer as month
from (
    select
        shipment_id, kind, stage, fee_minor, currency, recorded_at::date as known_on, null::bigint as billed_g,
        null::varchar as matched_how
    from fees
    where stage <> 'actual'
    union all
    select
        match.shipment_id, line.kind, 'actual', line.amount_minor, line.currency, line.charged_on, line.billed_g,
        match.how
    from bill_matches as match
    inner join bill_lines as line
        on line.line_key = match.line_key
) as fee
asof left join cny_rates as rate
    on rate.currency = fee.currency and rate.rate_on <= fee.known_on;

-- One row per step of a parcel here ('desk'), and per event that was told of it on its way ('carrier').
create or replace view published_events as
select
    shipment_id,
    'desk' as source,
    state as event,
    null::varchar as meaning,
    happened_at,
    year(happened_at)::integer as year,
    month(happened_at)::integer as month
from shipment_events
union all
select
    event.shipment_id,
    'carrier',
    code.code,
    code.meaning,
    coalesce(event.happened_at, event.seen_at),
    year(coalesce(event.happened_at, event.seen_at))::integer,
    month(coalesce(event.happened_at, event.seen_at))::integer
from tracking_events as event
inner join code_marks as code
    on code.code_id = event.code_id;

-- One row per parcel on the platform: what became of it.
create or replace view published_outcomes as
select
    told.shipment_id,
    told.outcome,
    told.outcome_at,
    told.trouble,
    told.first_event_at,
    told.last_event_at,
    told.event_count,
    told.delivered_at,
    told.failed_at,
    told.failed_attempts,
    told.return_kind,
    told.returned_at,
    told.destroyed_at,
    told.lost_at,
    told.final as is_final,
    year(shipment.created_at)::integer as year,
    month(shipment.created_at)::integer as month
from outcomes as told
inner join shipments as shipment
    on shipment.shipment_id = told.shipment_id;
