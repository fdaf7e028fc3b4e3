-- Costs: one row per parcel with everything that is asked of it, and the words in which it is asked.

-- A minor amount in minor CNY, rounded half up away from zero.
create or replace macro converted(amount_minor, rate_e6) as
    (sign(amount_minor) * ((abs(amount_minor) * rate_e6 + 500000) // 1000000))::bigint;

-- What one of several parts gets of an amount, when parts are laid end to end: `upto` is the sum of their sizes with
-- this one, `own` its size, `whole` that of all. The parts of an amount add up to it.
create or replace macro shared_upto(amount, upto, whole) as
    sign(amount) * ((2 * abs(amount)::hugeint * upto + whole) // (2 * whole));

create or replace macro shared_out(amount, upto, own, whole) as
    (shared_upto(amount, upto, whole) - shared_upto(amount, upto - own, whole))::bigint;

-- The weight bands costs are told by: the most grams of the band a weight is in; '00000' while it is not known.
create or replace macro weight_band(weight_g) as
    case
        when weight_g is null then '00000'
        when weight_g <= 100 then '00100'
        when weight_g <= 250 then '00250'
        when weight_g <= 500 then '00500'
        when weight_g <= 1000 then '01000'
        when weight_g <= 2000 then '02000'
        when weight_g <= 5000 then '05000'
        else '30000'
    end;

-- One row per currency and day on which its rate changed: CNY itself is always one.
create or replace view cny_rates as
select currency, rate_on, rate_e6
from fx_rates
where currency <> 'CNY'
union all
select 'CNY', date '0001-01-01', 1000000;

-- One row per parcel on the platform of the orders in `touched` (shop_id, order_id). Estimates are converted by the rate
-- kept in the quote, bills by that of the day of the charge, what the buyer paid by that of the payment. A parcel costs
-- what its bills say once they charge anything for carrying it, else what was estimated; the same for the return
-- service; less what was paid back as compensation. What the buyer paid is shared over the parcels of an order by weight.
create or replace macro cost_facts_of(touched) as table
with sent as (
    select shipment.*
    from shipments as shipment
    semi join query_table(touched) as touch
        on touch.shop_id = shipment.shop_id and touch.order_id = shipment.order_id
    where shipment.state in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared')
),

estimates as (
    select
        fee.shipment_id,
        fee.kind,
        fee.fee_minor,
        fee.currency,
        fee.recorded_at::date as known_on,
        case when quote.currency = fee.currency then quote.fx_e6 end as fx_e6
    from fees as fee
    semi join sent
        on sent.shipment_id = fee.shipment_id
    left join quotes as quote
        on quote.shipment_id = fee.shipment_id
    where fee.stage <> 'actual'
),

estimated as (
    select
        fee.shipment_id,
        sum(fee.fee_minor) filter (where fee.kind = 'freight')::bigint as estimated_minor,
        max(fee.currency) filter (where fee.kind = 'freight') as estimated_currency,
        sum(converted(fee.fee_minor, coalesce(fee.fx_e6, rate.rate_e6)))
            filter (where fee.kind = 'freight')::bigint as freight_cny,
        sum(converted(fee.fee_minor, coalesce(fee.fx_e6, rate.rate_e6)))
            filter (where fee.kind = 'return_service')::bigint as return_cny,
        count(*) filter (where fee.kind = 'return_service' and coalesce(fee.fx_e6, rate.rate_e6) is null) > 0
            as is_return_unknown,
        max(fee.currency) filter (where coalesce(fee.fx_e6, rate.rate_e6) is null) as unconverted
    from estimates as fee
    asof left join cny_rates as rate
        on rate.currency = fee.currency and rate.rate_on <= fee.known_on
    group by fee.shipment_id
),

charged as (
    select
        match.shipment_id,
        min(line.charged_on) as billed_on,
        count(*) filter (where line.kind not in ('return_service', 'compensation')) > 0 as is_freight_billed,
        count(*) filter (where line.kind = 'return_service') > 0 as is_return_billed,
        sum(converted(line.amount_minor, rate.rate_e6))
            filter (where line.kind not in ('return_service', 'compensation'))::bigint as freight_cny,
        sum(converted(line.amount_minor, rate.rate_e6))
            filter (where line.kind = 'return_service')::bigint as return_cny,
        sum(converted(line.amount_minor, rate.rate_e6))
            filter (where line.kind = 'compensation')::bigint as compensation_cny,
        max(line.currency) filter (where rate.rate_e6 is null) as unconverted
    from bill_matches as match
    semi join sent
        on sent.shipment_id = match.shipment_id
    inner join bill_lines as line
        on line.line_key = match.line_key
    asof left join cny_rates as rate
        on rate.currency = line.currency and rate.rate_on <= line.charged_on
    group by match.shipment_id
),

paid as (
    select
        o.shop_id,
        o.order_id,
        o.buyer_plan_id,
        converted(o.total_minor, rate.rate_e6) as revenue_cny,
        converted(o.shipping_minor, rate.rate_e6) as shipping_cny
    from (
        select *, coalesce(paid_at, ordered_at, loaded_at)::date as paid_on
        from orders
        semi join query_table(touched) as touch
            on touch.shop_id = orders.shop_id and touch.order_id = orders.order_id
    ) as o
    asof left join cny_rates as rate
        on rate.currency = o.currency and rate.rate_on <= o.paid_on
),

leaving as (
    select part.shipment_id, min(handover.done_at)::date as handed_on
    from handover_shipments as part
    semi join sent
        on sent.shipment_id = part.shipment_id
    inner join handovers as handover
        on handover.handover_id = part.handover_id
    group by part.shipment_id
),

parcels as (
    select
        sent.*,
        receiver.country,
        receiver.province,
        receiver.postcode,
        way.warehouse_name,
        told.outcome,
        leaving.handed_on,
        charged.billed_on,
        estimated.estimated_minor,
        estimated.estimated_currency,
        estimated.freight_cny,
        coalesce(estimated.return_cny, 0) as assumed_cny,
        case
            when charged.shipment_id is not null
                then case when charged.is_freight_billed then charged.freight_cny else 0 end
                    + case when charged.is_return_billed then charged.return_cny else 0 end
        end as billed_cny,
        coalesce(charged.compensation_cny, 0) as compensation_cny,
        case
            when charged.is_freight_billed then charged.freight_cny
            else estimated.freight_cny
        end
        + case
            when charged.is_return_billed then charged.return_cny
            -- A fee in a currency without a rate is not known; without any fee there is none.
            when estimated.is_return_unknown then null
            else coalesce(estimated.return_cny, 0)
        end
        + coalesce(charged.compensation_cny, 0) as cost_cny,
        coalesce(charged.unconverted, estimated.unconverted) as unconverted,
        paid.buyer_plan_id,
        paid.revenue_cny,
        paid.shipping_cny,
        greatest(coalesce(sent.weight_g, 0), 1) as share_g,
        row_number() over alike as order_place,
        sum(share_g) over alike as upto_g,
        sum(share_g) over whole as whole_g,
        count(*) over whole as parcel_count,
        sum(cost_cny) over whole as order_cost_cny
    from sent
    inner join effective_receivers as receiver
        on receiver.shop_id = sent.shop_id and receiver.order_id = sent.order_id
    inner join paid
        on paid.shop_id = sent.shop_id and paid.order_id = sent.order_id
    left join batch_plans as way
        on way.batch_id = sent.batch_id and way.plan_id = sent.plan_id
    left join estimated
        on estimated.shipment_id = sent.shipment_id
    left join charged
        on charged.shipment_id = sent.shipment_id
    left join leaving
        on leaving.shipment_id = sent.shipment_id
    inner join outcomes as told
        on told.shipment_id = sent.shipment_id
    window
        whole as (partition by sent.shop_id, sent.order_id),
        alike as (
            partition by sent.shop_id, sent.order_id
            order by sent.created_at, sent.shipment_id
            rows between unbounded preceding and current row
        )
)

select
    shipment_id,
    shop_id,
    order_id,
    batch_id,
    coalesce(plan_id, '') as plan_id,
    country,
    province as region,
    bare_postcode(postcode) as postcode,
    coalesce(warehouse_name, '') as warehouse,
    state,
    outcome,
    cargo_class,
    weight_g,
    weight_band(weight_g) as band,
    length_mm,
    width_mm,
    height_mm,
    declared_minor,
    declared_currency,
    buyer_plan_id,
    created_at::date as created_on,
    handed_on,
    billed_on,
    strftime(created_at, '%Y-%m') as created_month,
    coalesce(strftime(handed_on, '%Y-%m'), '') as handed_month,
    coalesce(strftime(billed_on, '%Y-%m'), '') as billed_month,
    estimated_minor,
    estimated_currency,
    freight_cny as estimated_cny,
    assumed_cny as return_cny,
    billed_cny,
    compensation_cny,
    cost_cny,
    shared_out(revenue_cny, upto_g, share_g, whole_g) as revenue_cny,
    shared_out(shipping_cny, upto_g, share_g, whole_g) as shipping_cny,
    unconverted,
    order_place,
    order_cost_cny::bigint as order_cost_cny,
    parcel_count = 1 as is_alone,
    1::bigint as part_count
from parcels;

-- One row per parcel of `facts` (rows of cost_parcels) and SKU in it, by the weights of the product table; by quantity
-- in a parcel with a SKU that nobody weighed.
create or replace macro cost_lines_of(facts) as table
with contents as (
    select
        part.shipment_id,
        line.sku,
        sum(part.quantity)::bigint as quantity,
        case when sum(unit.weight_g) is not null and bool_and(unit.weight_g is not null)
            then sum(unit.weight_g * part.quantity)
        end::bigint as goods_g
    from shipment_lines as part
    semi join query_table(facts) as fact
        on fact.shipment_id = part.shipment_id
    inner join order_lines as line
        on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
    left join units as unit
        on unit.sku = line.sku
    group by part.shipment_id, line.sku
),

sized as (
    select
        *,
        count(*) over whole as part_count,
        case
            when count(goods_g) over whole < count(*) over whole or sum(goods_g) over whole = 0 then quantity
            else goods_g
        end as own
    from contents
    window whole as (partition by shipment_id)
),

laid as (
    select
        shipment_id,
        sku,
        quantity,
        part_count,
        own,
        sum(own) over (partition by shipment_id) as whole,
        sum(own) over (
            partition by shipment_id order by sku rows between unbounded preceding and current row
        ) as upto
    from sized
)

select
    fact.* replace (
        shared_out(fact.weight_g, part.upto, part.own, part.whole) as weight_g,
        shared_out(fact.estimated_minor, part.upto, part.own, part.whole) as estimated_minor,
        shared_out(fact.estimated_cny, part.upto, part.own, part.whole) as estimated_cny,
        shared_out(fact.return_cny, part.upto, part.own, part.whole) as return_cny,
        shared_out(fact.billed_cny, part.upto, part.own, part.whole) as billed_cny,
        shared_out(fact.compensation_cny, part.upto, part.own, part.whole) as compensation_cny,
        shared_out(fact.cost_cny, part.upto, part.own, part.whole) as cost_cny,
        shared_out(fact.revenue_cny, part.upto, part.own, part.whole) as revenue_cny,
        shared_out(fact.shipping_cny, part.upto, part.own, part.whole) as shipping_cny,
        part.part_count as part_count
    ),
    part.sku,
    part.quantity
from query_table(facts) as fact
inner join laid as part
    on part.shipment_id = fact.shipment_id;

-- One row per parcel, shaped like cost_lines: for questions that name no SKU.
create or replace view cost_parcels_whole as
select *, ''::varchar as sku, 0::bigint as quantity
from cost_parcels;

-- One row per row of `facts` (cost_parcels_whole or cost_lines) that a view is of; a filter that is null is left out.
-- day: that months and periods go by, of creation, hand-over or first charge (basis). row_value and column_value: what
-- the row is added up under, '' where that is not known (yet). figure: that of which mean, median and P90 are told, minor
-- CNY, of a share of revenue hundredths of a percent; per order it stands at the order's first parcel.
create or replace macro cost_kept(
    facts,
    measure,
    basis,
    row_axis,
    column_axis,
    from_day,
    until_day,
    countries,
    plans,
    warehouses,
    shops,
    bands,
    skus
) as table
with dated as (
    select
        *,
        case basis when 'handed' then handed_on when 'billed' then billed_on else created_on end as day,
        case basis when 'handed' then handed_month when 'billed' then billed_month else created_month end as month
    from query_table(facts)
)

select
    *,
    case row_axis
        when 'country' then country
        when 'plan' then plan_id
        when 'warehouse' then warehouse
        when 'shop' then shop_id
        when 'sku' then sku
        when 'band' then band
        when 'month' then month
        when 'order' then order_id
        else ''
    end as row_value,
    case column_axis
        when 'country' then country
        when 'plan' then plan_id
        when 'warehouse' then warehouse
        when 'shop' then shop_id
        when 'sku' then sku
        when 'band' then band
        when 'month' then month
        else ''
    end as column_value,
    case measure
        when 'order' then case when order_place = 1 then order_cost_cny end
        when 'kg' then round(cost_cny * 1000 / nullif(weight_g, 0))::bigint
        when 'share' then round(cost_cny * 10000 / nullif(revenue_cny, 0))::bigint
        when 'balance' then shipping_cny - cost_cny
        when 'delivered' then case when outcome = 'delivered' then cost_cny end
        else cost_cny
    end as figure
from dated
where (from_day::date is null or day >= from_day::date)
    and (until_day::date is null or day <= until_day::date)
    and (countries::varchar[] is null or list_contains(countries::varchar[], country))
    and (plans::varchar[] is null or list_contains(plans::varchar[], plan_id))
    and (warehouses::varchar[] is null or list_contains(warehouses::varchar[], warehouse))
    and (shops::varchar[] is null or list_contains(shops::varchar[], shop_id))
    and (bands::varchar[] is null or list_contains(bands::varchar[], band))
    and (skus::varchar[] is null or list_contains(skus::varchar[], sku));

-- One row per pair of values of kept rows, and one of all of them (is_total): counts, sums, and median and P90 of the figure (the value at that place in
-- order, never one in between). Costs that are not known are counted apart.
create or replace macro cost_cells_of(kept) as table
with sums as (
    select
        row_value,
        column_value,
        grouping(row_value) = 1 as is_total,
        count(*)::bigint as parcel_count,
        count(*) filter (where is_alone) as order_count,
        (count(*) filter (where outcome = 'delivered'))::bigint as delivered_count,
        count(billed_on)::bigint as billed_count,
        (count(*) filter (where cost_cny is null))::bigint as unknown_count,
        max(unconverted) as unconverted,
        sum(weight_g)::bigint as weight_g,
        sum(weight_g) filter (where cost_cny is not null)::bigint as priced_g,
        sum(cost_cny)::bigint as cost_cny,
        sum(estimated_cny)::bigint as estimated_cny,
        sum(return_cny)::bigint as return_cny,
        sum(billed_cny)::bigint as billed_cny,
        sum(compensation_cny)::bigint as compensation_cny,
        sum(revenue_cny) filter (where cost_cny is not null)::bigint as revenue_cny,
        sum(cost_cny) filter (where revenue_cny is not null)::bigint as revenue_cost_cny,
        sum(shipping_cny)::bigint as shipping_cny,
        sum(shipping_cny - cost_cny)::bigint as balance_cny,
        count(shipping_cny - cost_cny)::bigint as balance_count,
        quantile_disc(figure, [0.5, 0.9]) as quantiles
    from query_table(kept)
    group by grouping sets ((row_value, column_value), ())
),

-- What may stand in several rows is counted by what it is, which is slow, and only there. A digest of 64 bits is quicker to
-- tell apart than a text: of a million, two are alike once in thirty million times.
orders as (
    select
        row_value,
        column_value,
        grouping(row_value) = 1 as is_total,
        count(distinct hash(shop_id, order_id)) as order_count
    from query_table(kept)
    where not is_alone
    group by grouping sets ((row_value, column_value), ())
)

select sums.* replace ((sums.order_count + coalesce(part.order_count, 0))::bigint as order_count)
from sums
left join orders as part
    on part.is_total = sums.is_total
    and part.row_value is not distinct from sums.row_value
    and part.column_value is not distinct from sums.column_value;

-- One row per pair of values of kept rows, and one of all of them (is_total), where a parcel may stand in several rows:
-- how many parcels those are.
create or replace macro cost_parts_of(kept) as table
select
    row_value,
    column_value,
    grouping(row_value) = 1 as is_total,
    count(distinct shipment_id)::bigint as parcel_count,
    (count(distinct shipment_id) filter (where outcome = 'delivered'))::bigint as delivered_count,
    (count(distinct shipment_id) filter (where billed_on is not null))::bigint as billed_count,
    (count(distinct shipment_id) filter (where cost_cny is null))::bigint as unknown_count
from query_table(kept)
group by grouping sets ((row_value, column_value), ());
