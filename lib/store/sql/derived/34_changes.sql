-- What happened to shipments beside their states.

-- One row per undecided shipment: what a timeline tells when it changes, as texts.
create or replace view undecided_facts as
select
    shipment.shipment_id,
    shipment.plan_id,
    shipment.weight_g::varchar as weight,
    concat_ws(' ', shipment.declared_minor, shipment.declared_currency) as declared,
    shipment.undeliverable,
    nullif(concat_ws(' ', decided.handover_mode, nullif(decided.warehouse_name, '')), '') as handover,
    batch.sender_address_id as sender,
    batch.refund_address_id as refund,
    nullif(concat_ws(' ', batch.courier, batch.courier_number), '') as courier
from shipments as shipment
inner join batches as batch
    on batch.batch_id = shipment.batch_id
left join batch_plans as decided
    on decided.batch_id = shipment.batch_id and decided.plan_id = shipment.plan_id
where shipment.state in ('draft', 'refused');

-- One row per thing that happened to a shipment beside its states: printed (run and page), handed over (which hand-over),
-- let go (why), told by hand (which number), contradicted by the platform or a file (which fields of its receiver), and
-- what was changed of it (from what, to what).
create or replace view happenings as
select page.shipment_id, 'printed' as kind, run.printed_at as happened_at, run.printed_by as done_by,
    run.print_run_id::varchar as what, page.page_no::varchar as detail
from print_pages as page
inner join print_runs as run
    on run.print_run_id = page.print_run_id
union all
select part.shipment_id, 'handover', handover.done_at, handover.done_by, handover.pieces::varchar,
    trim(concat_ws(' ', handover.courier, handover.courier_number))
from handover_shipments as part
inner join handovers as handover
    on handover.handover_id = part.handover_id
union all
select shipment_id, 'let_go', released_at, released_by, reason, stamp
from stop_releases
union all
select shipment.shipment_id, notice.kind, notice.made_at, notice.made_by, notice.tracking_number, notice.state
from notices as notice
inner join shipments as shipment
    on shipment.shop_id = notice.shop_id and shipment.order_id = notice.order_id
union all
select shipment.shipment_id, 'contradicted', conflict.found_at, import.loaded_by,
    string_agg(conflict.field, ',' order by conflict.field), import.file
from order_conflicts as conflict
inner join receiver_fields as known
    on known.field = conflict.field
inner join imports as import
    on import.import_id = conflict.import_id
inner join live_shipments as shipment
    on shipment.shop_id = conflict.shop_id
    and shipment.order_id = conflict.order_id
    and shipment.created_at <= conflict.found_at
group by shipment.shipment_id, conflict.import_id, conflict.found_at, import.loaded_by, import.file
union all
select shipment_id, 'changed_' || kind, changed_at, changed_by, before, after
from shipment_changes;
