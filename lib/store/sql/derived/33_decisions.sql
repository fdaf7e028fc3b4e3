-- What becomes of parcels that cannot be delivered.

-- One row per shipment with a plan: what it is decided by: itself ('parcel'), its plan in the batch, the batch, or, where the
-- batch goes by it, the advice for this shipment on this plan ('advised'). undeliverable null: nobody decided, or nothing is
-- advised yet.
create or replace view choices as
select
    shipment.shipment_id,
    plan.return_supported,
    case
        when shipment.own_undeliverable is not null then shipment.own_undeliverable
        when decided.undeliverable is not null then decided.undeliverable
        when batch.undeliverable = 'advised' then advice.advised
        else batch.undeliverable
    end as undeliverable,
    case
        when shipment.own_undeliverable is not null then 'parcel'
        when decided.undeliverable is not null then 'plan'
        when batch.undeliverable = 'advised' then 'advised'
        else 'batch'
    end as decided_how
from shipments as shipment
inner join plans as plan
    on plan.plan_id = shipment.plan_id
inner join batches as batch
    on batch.batch_id = shipment.batch_id
left join batch_plans as decided
    on decided.batch_id = shipment.batch_id and decided.plan_id = shipment.plan_id
left join advice
    on advice.shipment_id = shipment.shipment_id and advice.plan_id = shipment.plan_id;

-- One row per shipment with a plan: the decision of its own, of its plan in the batch, of the batch, or as advised; destroy
-- on a plan that offers no return; null while nobody decided.
create or replace view shipment_decisions as
select
    shipment_id,
    case
        when undeliverable is null then null
        when return_supported then undeliverable
        else 'destroy'
    end as undeliverable
from choices;
