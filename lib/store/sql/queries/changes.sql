-- name: changes_watch
-- One row per undecided shipment as it is before something is changed.
create or replace temp table undecided_before as
select *
from undecided_facts;

-- name: changes_keep
-- One row per undecided shipment and thing that is another one than in `undecided_before`. What was decided for the first
-- time is no change. A parcel's hand-over goes by its plan: on another plan it is not told by itself.
insert into shipment_changes (shipment_id, kind, before, after, changed_by, changed_at)
with pairs as (
    select
        was.shipment_id,
        unnest([
            {'kind': 'plan', 'before': was.plan_id, 'after': now.plan_id},
            {'kind': 'weight', 'before': was.weight, 'after': now.weight},
            {'kind': 'declared', 'before': was.declared, 'after': now.declared},
            {'kind': 'undeliverable', 'before': was.undeliverable, 'after': now.undeliverable},
            {
                'kind': 'handover',
                'before': was.handover,
                'after': case when now.plan_id is distinct from was.plan_id then was.handover else now.handover end
            },
            {'kind': 'sender', 'before': was.sender, 'after': now.sender},
            {'kind': 'refund', 'before': was.refund, 'after': now.refund},
            {'kind': 'courier', 'before': was.courier, 'after': now.courier}
        ]) as pair
    from undecided_before as was
    inner join undecided_facts as now
        on now.shipment_id = was.shipment_id
)

select shipment_id, pair.kind, pair.before, pair.after, $changed_by, $changed_at
from pairs
where pair.before is distinct from pair.after
    and (
        pair.before is not null
        or (shipment_id, pair.kind) in (select (earlier.shipment_id, earlier.kind) from shipment_changes as earlier)
    );

-- name: changes_add
-- One row per chosen shipment of which one thing was changed.
insert into shipment_changes (shipment_id, kind, before, after, changed_by, changed_at)
select id, $kind, null, $became, $changed_by, $changed_at
from chosen;

-- name: changes_add_receiver
-- One row per live shipment of an order whose receiver was corrected: which fields.
insert into shipment_changes (shipment_id, kind, before, after, changed_by, changed_at)
select shipment_id, 'receiver', null, $fields, $changed_by, $changed_at
from live_shipments
where shop_id = $shop_id and order_id = $order_id;
