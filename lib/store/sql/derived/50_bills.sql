-- Bill lines and the shipments they charge for.

-- One row per bill line: the shipment with exactly its number, by tracking number, LP number or logistics order id;
-- null while there is none.
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

select line.*, owner.shipment_id
from bill_lines as line
left join owners as owner
    on owner.number = upper(line.number);
