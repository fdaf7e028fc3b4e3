-- A year's parcels on the platform, twelve events each: parcel_count of them, in one store.

create temp table chains as
select fate, unnest(range(len(codes)))::bigint as place, unnest(codes) as code
from (
    select
        fate,
        [
            'GOT', 'SENT_SCAN', 'SC_INBOUND_SUCCESS', 'SC_HO_OUT_SUCCESS', 'CC_EX_SUCCESS', 'LH_DEPART', 'LH_ARRIVE',
            'CC_IM_START', 'GTMS_ACCEPT'
        ]
        || ends as codes
    from (
        values
            ('delivered', ['GTMS_DO_ARRIVE', 'GTMS_DELIVERING', 'GTMS_SIGNED']),
            ('failing', ['GTMS_DEL_FAILURE', 'GTMS_RE_DELIVERING', 'GTMS_DEL_FAILURE']),
            ('under way', ['GTMS_SC_ARRIVE', 'GTMS_DO_ARRIVE', 'GTMS_DELIVERING']),
            ('returned', ['GTMS_FAILURE', 'RT_INBOUND', 'RETURNED']),
            ('destroyed', ['GTMS_SIGN_FAILURE', 'SC_RELABEL_XT', 'RT_DESTROY'])
    ) as fates (fate, ends)
);

insert into tracking_codes (vocabulary, code, first_seen_at)
select distinct 'cainiao', code, getvariable('now_at')
from chains;

create temp table made as
select
    format('B{:06d}', i // 1000) as batch_id,
    format('P{:08d}', i) as shipment_id,
    (8000000000000000 + i)::varchar as order_id,
    i as place,
    getvariable('now_at') - to_days((i % 365)::integer) as made_at,
    case
        when i % 1000 < 5 then 'failing'
        when i % 1000 < 15 then 'returned'
        when i % 1000 < 30 then 'destroyed'
        when i % 365 < 30 then 'under way'
        else 'delivered'
    end as fate
from range(getvariable('parcel_count')) as parcel (i);

insert into batches (batch_id, shop_id, created_by, created_at)
select distinct on (batch_id) batch_id, 'default', 'bench', made_at
from made;

insert into orders (shop_id, order_id, status, status_label, currency, goods_minor, loaded_at, changed_at)
select 'default', order_id, 'WAIT_BUYER_ACCEPT_GOODS', '', 'USD', 2000, made_at, made_at
from made;

insert into order_lines
select 'default', order_id, 1, null, 'SKU-' || place % 500, 'Thing', '', 2, 'piece', 0
from made;

insert into receivers
select 'default', order_id, 'received', '', ['BR', 'RU', 'US', 'DE'][1 + place % 4], '', '', '', '', '', '', '', '', null, made_at
from made;

insert into shipments (
    shipment_id, shop_id, batch_id, order_id, position, state, weight_source, cargo_class, created_at, changed_at, plan_id,
    tracking_number, undeliverable
)
select
    shipment_id, 'default', batch_id, order_id, place, 'declared', 'sku', 'general', made_at, made_at, 'CPAM',
    format('LX{:09d}CN', place), case when place % 2 = 0 then 'return' else 'destroy' end
from made;

insert into shipment_lines
select shipment_id, 'default', order_id, 1, 2
from made;

insert into tracking_events
select
    made.shipment_id,
    code.code_id,
    told.happened_at,
    epoch_ms(told.happened_at) * 4096,
    chains.code,
    'GMT+8',
    'Scanned',
    'Somewhere',
    '',
    'platform',
    null,
    told.happened_at
from made
inner join chains
    on chains.fate = made.fate
inner join tracking_codes as code
    on code.vocabulary = 'cainiao' and code.code = chains.code,
    lateral (
        select made.made_at + to_hours(40 * chains.place) + to_seconds((made.place * 7919 + chains.place * 31) % 100000)
            as happened_at
    ) as told
order by chains.place, made.place;
