-- A simulated year: every table a shop that sent $count parcels in 2026 would have. The same rows every time.

insert into shops (shop_id, name, file_zone) values ('second', 'Second shop', 'America/Los_Angeles');

-- The rates of summer differ, so that a conversion by the wrong day shows.
insert into fx_rates
select currency, date '2026-07-01', rate_e6 * 103 // 100, 'simulated'
from fx_rates
where currency <> 'CNY';

insert into products by name
select
    'SKU-' || lpad(i::varchar, 3, '0') as sku,
    'Thing ' || i as title,
    20 + (i * 37) % 600 as weight_g,
    100 + i % 80 as length_mm,
    80 + i % 40 as width_mm,
    20 + i % 30 as height_mm,
    'general' as cargo_class,
    '样品' as declared_name_zh,
    'sample' as declared_name_en,
    300 + i % 500 as declared_minor,
    'USD' as declared_currency,
    900 + i % 1500 as purchase_minor,
    'CNY' as purchase_currency,
    (list_value('950300', '611020', '851712', '420292'))[1 + i % 4] as hs_code,
    timestamp '2025-12-31' as changed_at
from range(300) as t (i);

-- One row per parcel: every 33rd goes out after another of the same order.
create temp table year as
with drawn as (
    select
        i,
        lpad((i - case when i % 33 = 32 then 1 else 0 end)::varchar, 16, '7000000000000000') as order_id,
        i % 33 = 32 as is_second,
        case when (i - case when i % 33 = 32 then 1 else 0 end) % 5 = 0 then 'second' else 'default' end as shop_id,
        timestamp '2026-01-01 00:00' + to_seconds(i * 31536000 // $count) as created_at,
        hash(i - case when i % 33 = 32 then 1 else 0 end) % 1000 as buyer_draw,
        hash(i, 'goods') % 1000 as goods_draw,
        hash(i, 'bill') % 1000 as bill_draw,
        hash(i, 'scale') % 1000 as scale_draw,
        hash(i, 'plan') % 1000 as plan_draw,
        (hash(i, 'sku') % 300)::bigint as sku_no
    from range($count) as t (i)
)

select
    *,
    'P' || lpad(i::varchar, 9, '0') as shipment_id,
    strftime(created_at, 'Y%Y%m%d-') || shop_id as batch_id,
    case
        when buyer_draw < 260 then 'US'
        when buyer_draw < 420 then 'RU'
        when buyer_draw < 540 then 'DE'
        when buyer_draw < 640 then 'FR'
        when buyer_draw < 720 then 'ES'
        when buyer_draw < 790 then 'BR'
        when buyer_draw < 850 then 'IL'
        when buyer_draw < 900 then 'GB'
        when buyer_draw < 940 then 'PL'
        when buyer_draw < 970 then 'NL'
        when buyer_draw < 990 then 'AU'
        else 'IE'
    end as country,
    case when goods_draw < 700 then 1 when goods_draw < 920 then 2 else 3 end as line_count
from drawn;

create temp table year_lines as
select
    year.i,
    year.shipment_id,
    year.shop_id,
    year.order_id,
    case when is_second then 10 else 0 end + place as line_no,
    'SKU-' || lpad(((sku_no + place * 71) % 300)::varchar, 3, '0') as sku,
    1 + (goods_draw + place) % 3 as quantity
from year
inner join range(1, 4) as t (place)
    on place <= line_count;

create temp table year_weights as
with contents as (
    select
        line.i,
        sum(product.weight_g * line.quantity)::bigint as weight_g,
        max(product.length_mm)::bigint + 20 as length_mm,
        max(product.width_mm)::bigint + 20 as width_mm,
        sum(product.height_mm * line.quantity)::bigint + 10 as height_mm,
        sum(product.declared_minor * line.quantity)::bigint as declared_minor
    from year_lines as line
    inner join products as product
        on product.sku = line.sku
    group by line.i
)

select content.* replace (content.weight_g + coalesce(pack.packaging_g, 0) as weight_g)
from contents as content
left join packaging as pack
    on content.weight_g between pack.min_g and pack.max_g;

create temp table year_kinds as
select distinct
    country || ':' || weight_g as parcel_id, country, '' as postcode, weight_g, 150 as length_mm, 100 as width_mm,
    30 as height_mm, 'general' as cargo_class, 500 as declared_minor, 'USD' as declared_currency
from year
inner join year_weights
    on year_weights.i = year.i;

create temp table year_quotes as
select
    quote.*,
    row_number() over (partition by parcel_id order by fee_cny_minor, plan_id) as place,
    count(*) over (partition by parcel_id) as place_count
from quotes_for('year_kinds', date '2026-06-30') as quote
where obstacles = 0;

create temp table year_plans as
select
    year.i,
    weight.weight_g,
    weight.length_mm,
    weight.width_mm,
    weight.height_mm,
    weight.declared_minor,
    quote.* exclude (parcel_id, place, place_count)
from year
inner join year_weights as weight
    on weight.i = year.i
inner join year_quotes as quote
    on quote.parcel_id = year.country || ':' || weight.weight_g
    and quote.place = case when year.plan_draw < 650 or quote.place_count = 1 then 1 else 2 end;

insert into orders by name
select
    shop_id,
    order_id,
    'WAIT_BUYER_ACCEPT_GOODS' as status,
    '' as status_label,
    created_at - interval 2 days as ordered_at,
    created_at - interval 1 day as paid_at,
    created_at + interval 5 days as ship_by_at,
    case when buyer_draw % 10 = 3 then 'EUR' else 'USD' end as currency,
    (800 + goods_draw * 3)::bigint as goods_minor,
    case when buyer_draw % 3 = 0 then 0 else 150 + buyer_draw % 400 end::bigint as shipping_minor,
    goods_minor + shipping_minor as total_minor,
    case buyer_draw % 4 when 0 then 'CPAM' when 1 then 'CAINIAO_STANDARD' end as buyer_plan_id,
    'Buyer Made-Up ' || i as buyer_name,
    created_at as loaded_at,
    created_at as changed_at
from year
where not is_second;

insert into order_lines by name
select
    shop_id, order_id, line_no, sku, 'Title' as title, '' as attributes, quantity, 'piece' as unit,
    0 as shipped_quantity
from year_lines;

insert into receivers by name
select
    shop_id,
    order_id,
    'received' as version,
    'Vera Made-Up ' || i as name,
    country,
    country as country_label,
    'Region ' || buyer_draw % 7 as province,
    'City' as city,
    i || ' Secret Street' as address,
    lpad((buyer_draw * 97 % 100000)::varchar, 5, '0') as postcode,
    '+49-30-' || lpad(i::varchar, 8, '0') as phone,
    '' as mobile,
    '' as tax_number,
    created_at as changed_at
from year
where not is_second;

insert into batches by name
select
    batch_id, shop_id, 'year' as created_by, min(created_at) as created_at, 'cheapest' as policy,
    'year' as submitted_by, min(created_at) as submitted_at
from year
group by batch_id, shop_id;

insert into batch_plans by name
select distinct
    year.batch_id,
    plan.plan_id,
    'self_post' as handover_mode,
    case when hash(plan.plan_id) % 2 = 0 then 'GZ' else 'SH' end as warehouse_code,
    case when hash(plan.plan_id) % 2 = 0 then 'Guangzhou' else 'Shanghai' end as warehouse_name
from year
inner join year_plans as plan
    on plan.i = year.i;

insert into shipments by name
select
    year.shipment_id,
    year.shop_id,
    year.batch_id,
    year.order_id,
    year.i + 1 as position,
    case when year.i % 97 = 96 then 'voided' when year.i % 31 = 30 then 'ready' else 'declared' end as state,
    plan.plan_id,
    'destroy' as undeliverable,
    'self_post' as handover_mode,
    plan.weight_g,
    case when year.scale_draw < 150 then 'scale' else 'sku' end as weight_source,
    plan.length_mm,
    plan.width_mm,
    plan.height_mm,
    'general' as cargo_class,
    plan.declared_minor,
    'USD' as declared_currency,
    'LO' || lpad(year.i::varchar, 12, '0') as logistics_order_id,
    'LP' || lpad(year.i::varchar, 12, '0') as lp_number,
    'RX' || lpad(year.i::varchar, 9, '0') || 'CN' as tracking_number,
    year.created_at,
    year.created_at + interval 2 days as changed_at
from year
inner join year_plans as plan
    on plan.i = year.i;

insert into shipment_lines (shipment_id, shop_id, order_id, line_no, quantity)
select line.shipment_id, line.shop_id, line.order_id, line.line_no, line.quantity
from year_lines as line
semi join year_plans as plan
    on plan.i = line.i;

insert into quotes by name
select
    year.shipment_id,
    plan.plan_id,
    plan.card_id,
    plan.chargeable_g,
    plan.fee_minor,
    plan.currency,
    converted(plan.fee_minor, rate.rate_e6) as fee_cny_minor,
    to_json({
        'item': plan.item_fee_minor,
        'weight': plan.weight_fee_minor,
        'first_weight': plan.first_fee_minor,
        'additional_weight': plan.step_fee_minor,
        'fuel': plan.fuel_fee_minor,
        'remote_area': plan.remote_fee_minor
    })::varchar as parts,
    plan.weight_g,
    'sku' as weight_source,
    rate.rate_e6 as fx_e6,
    rate.rate_on as fx_on,
    'year' as decided_by,
    year.created_at as decided_at
from (select *, created_at::date as created_on from year) as year
inner join year_plans as plan
    on plan.i = year.i
asof left join cny_rates as rate
    on rate.currency = plan.currency and rate.rate_on <= year.created_on;

insert into fees
select shipment_id, 'freight', 'estimated', fee_minor, currency, decided_at
from quotes
union all
select shipment_id, 'return_service', 'assumed', 500, 'CNY', decided_at
from quotes
where hash(shipment_id) % 4 = 0;

insert into shipment_events (shipment_id, from_state, state, happened_at, done_by, note)
select year.shipment_id, step.was, step.state, year.created_at + to_hours(step.hours), 'year', ''
from year
semi join year_plans as plan
    on plan.i = year.i
cross join (
    values ('queued', 'accepted', 1), ('accepted', 'ready', 2), ('ready', 'handed_over', 30), ('handed_over', 'declared', 31)
) as step (was, state, hours)
where year.i % 31 <> 30 or step.hours < 30;

insert into handovers by name
select
    row_number() over (order by batch_id) as handover_id, shop_id, batch_id, 1 as pieces, 1 as weight_g,
    'year' as done_by, created_at + interval 30 hours as done_at
from batches;

insert into handover_shipments
select handover.handover_id, shipment.shipment_id
from shipments as shipment
inner join handovers as handover
    on handover.batch_id = shipment.batch_id
where shipment.state = 'declared';

-- What a scale said; one SKU is heavier than its table says.
insert into weighings by name
select
    row_number() over (order by year.i) as weighing_id,
    year.shipment_id,
    plan.weight_g + year.scale_draw::bigint % 7 - 3
    + coalesce((
        select sum(line.quantity * 80)
        from year_lines as line
        where line.i = year.i and line.sku = 'SKU-007'
    ), 0)::bigint as weight_g,
    plan.weight_g as was_g,
    'scale' as source,
    'year' as weighed_by,
    year.created_at + interval 1 hour as weighed_at
from year
inner join year_plans as plan
    on plan.i = year.i
where year.scale_draw < 150 or year.sku_no = 236;

-- What the carriers charged for all but the last six weeks. Some weigh more, charge twice, add a surcharge or pay back.
create temp table year_bills as
with sent as (
    select
        year.*,
        plan.weight_g,
        plan.fee_minor,
        plan.currency,
        plan.chargeable_g,
        case year.i % 3 when 0 then 'RX' || lpad(year.i::varchar, 9, '0') || 'CN' when 1 then 'LP' || lpad(year.i::varchar, 12, '0')
            else 'LO' || lpad(year.i::varchar, 12, '0') end as number,
        created_at::date + 9 as charged_on
    from year
    inner join year_plans as plan
        on plan.i = year.i
    where created_at < timestamp '2026-11-15' and year.i % 31 <> 30
        and (year.i % 97 <> 96 or year.i % 5 = 0)
)

select i, 1 as place, number, charged_on, 'freight' as kind, '运费' as kind_text,
    case when bill_draw < 80 then chargeable_g + 60 else chargeable_g end as billed_g,
    case when bill_draw < 80 then fee_minor + 500 else fee_minor end as amount_minor, currency
from sent
where bill_draw >= 10
union all
select i, 2, number, charged_on, 'freight', '运费', chargeable_g, fee_minor, currency
from sent
where bill_draw between 80 and 99
union all
select i, 3, number, charged_on, 'remote_area', '偏远附加费', null, 800, 'CNY'
from sent
where bill_draw between 100 and 119
union all
select i, 4, number, charged_on + 20, 'compensation', '赔付', null, -(fee_minor // 2), currency
from sent
where bill_draw between 120 and 129
union all
select i, 5, number, charged_on, 'return_service', '退件服务费', null, 500, 'CNY'
from sent
where bill_draw between 130 and 139
union all
select i, 6, number, charged_on, 'duty', '关税', null, 300, 'EUR'
from sent
where bill_draw between 140 and 144
union all
-- A number nobody knows; date, weight and amount are those of a parcel that was charged for nowhere else.
select i, 7, 'ZZ' || lpad(i::varchar, 9, '0'), charged_on, 'freight', '运费', chargeable_g, fee_minor, currency
from sent
where bill_draw < 5;

insert into bill_lines by name
select
    md5(i || ':' || place) as line_key, number, charged_on, kind, kind_text, billed_g, amount_minor, currency,
    strftime(charged_on, 'B-%Y-%m') as bill_number, '' as note, 0 as import_id, i * 10 + place as row_no,
    charged_on::timestamp as loaded_at
from year_bills;

-- What was said of the parcels on their way: most arrive, some come back or are destroyed, the last are on their way.
insert or ignore into known_codes
values
    ('cainiao', 'SC_INBOUND_SUCCESS', 'china', '', 'simulated'),
    ('cainiao', 'LH_DEPART', 'abroad', '', 'simulated'),
    ('cainiao', 'GTMS_SIGNED', 'delivered', '', 'simulated'),
    ('cainiao', 'GTMS_FAILURE', 'undeliverable_abroad', '', 'simulated'),
    ('cainiao', 'RT_DESTROY', 'destroyed_abroad', '', 'simulated');

insert into tracking_codes (vocabulary, code, first_seen_at)
select vocabulary, code, timestamp '2026-01-01'
from known_codes
where code in ('SC_INBOUND_SUCCESS', 'LH_DEPART', 'GTMS_SIGNED', 'GTMS_FAILURE', 'RT_DESTROY')
    and vocabulary = 'cainiao';

insert into tracking_events by name
select
    told.* exclude (code),
    code.code_id,
    epoch_ms(told.happened_at) * 4096 + 1 as sort_key,
    told.code as raw_code,
    '' as zone,
    '' as text,
    '' as place,
    '' as status,
    'platform' as source,
    told.happened_at as seen_at
from (
    select
        year.shipment_id,
        step.code,
        year.created_at + to_hours(step.hours + (year.plan_draw % 200)::bigint) as happened_at
    from year
    inner join year_plans as plan
        on plan.i = year.i
    cross join (
        values ('SC_INBOUND_SUCCESS', 40, 0, 1000), ('LH_DEPART', 120, 0, 1000), ('GTMS_SIGNED', 360, 50, 1000),
            ('GTMS_FAILURE', 500, 0, 50), ('RT_DESTROY', 560, 0, 20)
    ) as step (code, hours, least, most)
    where year.i % 31 <> 30
        and year.i % 97 <> 96
        and year.scale_draw * 7 % 1000 >= step.least
        and year.scale_draw * 7 % 1000 < step.most
) as told
inner join tracking_codes as code
    on code.vocabulary = 'cainiao' and code.code = told.code
where told.happened_at < timestamp '2027-01-01';

insert into tracked_outcomes by name
select *
from derived_outcomes('tracking_events');

drop table year_bills;
drop table year_plans;
drop table year_quotes;
drop table year_kinds;
drop table year_weights;
drop table year_lines;
drop table year;
