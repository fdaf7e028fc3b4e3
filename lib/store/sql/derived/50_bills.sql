-- Bill lines and the shipments they charge for.

-- One row per bill line: the shipment with exactly its number, by logistics order id, LP number or tracking number, else
-- the one a person accepted for it; null while there is none. confidence is hundredths.
create or replace view billed_lines as
with numbers as (
    select shipment_id, created_at, upper(trim(unnest([tracking_number, lp_number, logistics_order_id]))) as number
    from shipments
),

owners as (
    select number, arg_max(shipment_id, created_at) as shipment_id
    from numbers
    where number is not null and number <> ''
    group by number
)

select
    line.*,
    coalesce(owner.shipment_id, accepted.shipment_id) as shipment_id,
    case
        when owner.shipment_id is not null then 'number'
        when accepted.shipment_id is not null then 'accepted'
    end as how,
    case when owner.shipment_id is not null then 100 else accepted.confidence end as confidence
from bill_lines as line
left join owners as owner
    on owner.number = upper(line.number)
left join bill_matches as accepted
    on accepted.line_key = line.line_key and accepted.how = 'accepted';
