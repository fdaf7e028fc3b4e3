-- A year of parcels on the platform and what became of them: parcel_count of them, an eighth of which paid for return.

create temp table made as
select
    format('B{:06d}', i // 1000) as batch_id,
    format('P{:08d}', i) as shipment_id,
    (8000000000000000 + i)::varchar as order_id,
    i as place,
    getvariable('now_at') - to_days((i % 365)::integer) as sent_at,
    ['CAINIAO_STANDARD', 'SGP', 'CPAM'][1 + i % 3] as plan_id,
    case when i % 8 = 0 then 'return' else 'destroy' end as decision,
    i % 1000 < 30 and i % 365 > 40 as is_failed,
    i % 1000 < 30 and i % 8 = 0 and i % 365 > 130 as is_returned
from range(getvariable('parcel_count')) as parcel (i);

insert into batches (batch_id, shop_id, created_by, created_at, undeliverable, submitted_by, submitted_at)
select distinct on (batch_id) batch_id, 'default', 'bench', sent_at, 'return', 'bench', sent_at
from made;

insert into orders (shop_id, order_id, status, status_label, currency, goods_minor, loaded_at, changed_at)
select 'default', order_id, 'FINISH', '', 'USD', 2000, sent_at, sent_at
from made;

insert into order_lines (shop_id, order_id, line_no, sku, title, attributes, quantity, unit)
select 'default', order_id, 1, 'SKU-' || place % 500, 'Thing', '', 2, 'piece'
from made;

insert into products (sku, title, cargo_class, purchase_minor, purchase_currency, changed_at)
select 'SKU-' || i, 'Thing', 'general', 500 + 40 * i, 'CNY', getvariable('now_at')
from range(450) as one (i);

insert into receivers
select
    'default', order_id, 'received', '', ['BR', 'RU', 'US', 'DE', 'FR', 'ES'][1 + place % 6], '', '', '', '', '', '',
    '', '', null, sent_at
from made;

insert into shipments (
    shipment_id, shop_id, batch_id, order_id, position, state, weight_source, cargo_class, created_at, changed_at,
    plan_id, undeliverable
)
select
    shipment_id, 'default', batch_id, order_id, place, 'declared', 'sku', 'general', sent_at, sent_at, plan_id, decision
from made;

insert into shipment_lines
select shipment_id, 'default', order_id, 1, 2
from made;

insert into fees
select shipment_id, 'freight', 'estimated', 2000 + place % 900, 'CNY', sent_at
from made;

insert into fees
select shipment_id, 'return_service', case when place % 16 = 0 then 'actual' else 'assumed' end, 500, 'CNY', sent_at
from made
where decision = 'return';

insert into handovers (handover_id, shop_id, batch_id, pieces, weight_g, done_by, done_at)
select row_number() over (), 'default', batch_id, 1000, 0, 'bench', submitted_at
from batches;

insert into handover_shipments
select handover.handover_id, made.shipment_id
from made
inner join handovers as handover
    on handover.batch_id = made.batch_id;

insert into tracked_outcomes by name
select
    shipment_id,
    case
        when is_returned then 'returned'
        when is_failed and decision = 'destroy' then 'destroyed'
        when is_failed then 'returning'
        when place % 365 > 40 then 'delivered'
        else 'in_transit'
    end as outcome,
    sent_at + to_days(20) as outcome_at,
    '' as trouble,
    sent_at as first_event_at,
    sent_at + to_days(20) as last_event_at,
    12 as event_count,
    case when not is_failed and place % 365 > 40 then sent_at + to_days((15 + place % 25)::integer) end as delivered_at,
    case when is_failed then sent_at + to_days((25 + place % 15)::integer) end as failed_at,
    0 as failed_attempts,
    case when is_failed then 'overseas' end as return_kind,
    case when is_returned then sent_at + to_days((80 + place % 50)::integer) end as returned_at,
    case when is_failed and decision = 'destroy' then sent_at + to_days(40) end as destroyed_at,
    true as is_abroad,
    place % 365 > 40 as is_final,
    [] as flags
from made;

insert into return_checkins
select shipment_id, sent_at + to_days(132), 'good', 1500 + place % 700, 'CNY', '', 'bench', sent_at + to_days(132)
from made
where is_returned and place % 16 = 0;
