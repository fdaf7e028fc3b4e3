-- name: bill_lines_add
-- One row per line of a bill that is not here yet.
insert into bill_lines
select
    line_key,
    number,
    charged_on::date,
    kind,
    kind_text,
    billed_g,
    amount_minor,
    currency,
    bill_number,
    note,
    $import_id,
    row_no,
    $loaded_at
from file_lines_billed
where line_key not in (select line_key from bill_lines)
returning line_key;

-- name: bill_lines_unmatched
-- One row per line of a file that charges for no shipment here.
select line.row_no, line.number as value, '' as column_name, 'bill_unmatched' as code
from file_lines_billed as line
inner join billed_lines as kept
    on kept.line_key = line.line_key
where kept.shipment_id is null
order by line.row_no;

-- name: fees_billed_forget
-- Drop the actual fees, before they are added up anew from all bills.
delete from fees
where stage = 'actual';

-- name: fees_billed_add
-- One row per shipment and kind of fee: what all bills together charge. A second currency is a kind of its own.
insert into fees
select
    shipment_id,
    case
        when row_number() over (partition by shipment_id, kind order by currency) = 1 then kind
        else concat(kind, ' ', currency)
    end,
    'actual',
    sum(amount_minor)::bigint,
    currency,
    $recorded_at
from billed_lines
where shipment_id is not null
group by shipment_id, kind, currency;

-- name: bill_lines_page
-- One row per bill line, the newest first, with the order and plan of its shipment.
select
    line.*,
    shipment.order_id,
    shipment.plan_id
from billed_lines as line
left join shipments as shipment
    on shipment.shipment_id = line.shipment_id
where $matched::boolean is null or (line.shipment_id is not null) = $matched
order by line.charged_on desc, line.number, line.line_key
limit $page_size;

-- name: bills_total
-- One row per currency: lines, how many charge for no shipment here, and amounts.
select
    currency,
    count(*)::bigint as line_count,
    count(*) filter (where shipment_id is null)::bigint as unmatched_count,
    count(distinct shipment_id)::bigint as shipment_count,
    sum(amount_minor)::bigint as amount_minor,
    coalesce(sum(amount_minor) filter (where shipment_id is null), 0)::bigint as unmatched_minor
from billed_lines
group by currency
order by currency;
