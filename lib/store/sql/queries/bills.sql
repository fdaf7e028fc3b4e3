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

-- name: bill_matches_forget
-- Drop what was matched by number, before all lines are matched anew; what a person accepted stays.
delete from bill_matches
where how = 'number';

-- name: bill_matches_add
-- One row per bill line with exactly the number of a shipment here.
insert or replace into bill_matches
select line_key, shipment_id, 'number', 100, 'shipdesk', $matched_at
from billed_lines
where how = 'number';

-- name: fees_billed_add
-- One row per shipment and kind of fee: what all bills together charge. A second currency is a kind of its own.
insert into fees
select
    match.shipment_id,
    case
        when row_number() over (partition by match.shipment_id, line.kind order by line.currency) = 1 then line.kind
        else concat(line.kind, ' ', line.currency)
    end,
    'actual',
    sum(line.amount_minor)::bigint,
    line.currency,
    $recorded_at
from bill_matches as match
inner join bill_lines as line
    on line.line_key = match.line_key
group by match.shipment_id, line.kind, line.currency;

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
