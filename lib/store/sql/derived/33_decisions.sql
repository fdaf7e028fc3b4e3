-- What becomes of parcels that cannot be delivered.

-- One row per shipment with a plan: the decision of its own, of its plan in the batch, or of the batch; destroy on a plan
-- that offers no return; null while nobody decided.
create or replace view shipment_decisions as
select
    shipment.shipment_id,
    case
        when coalesce(shipment.own_undeliverable, decided.undeliverable, batch.undeliverable) is null then null
        when plan.return_supported
            then coalesce(shipment.own_undeliverable, decided.undeliverable, batch.undeliverable)
        else 'destroy'
    end as undeliverable
from shipments as shipment
inner join plans as plan
    on plan.plan_id = shipment.plan_id
inner join batches as batch
    on batch.batch_id = shipment.batch_id
left join batch_plans as decided
    on decided.batch_id = shipment.batch_id and decided.plan_id = shipment.plan_id;
