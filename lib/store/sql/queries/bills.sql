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
anti join bill_matches as match
    on match.line_key = line.line_key
order by line.row_no;

-- name: fees_billed_forget
-- Drop the actual fees, before they are added up anew from all bills.
delete from fees
where stage = 'actual';

-- name: bill_owners_make
-- One row per bill line with exactly the number of a shipment here.
create or replace temp table bill_owners as
select line_key, shipment_id
from billed_lines
where how = 'number';

-- name: bill_matches_forget
-- Drop matches by a number that is no shipment's any more; what a person accepted stays.
delete from bill_matches
where how = 'number' and line_key not in (select line_key from bill_owners);

-- name: bill_matches_add
-- One row per bill line that was not matched so before.
insert or replace into bill_matches
select owner.line_key, owner.shipment_id, 'number', 100, 'shipdesk', $matched_at
from bill_owners as owner
anti join bill_matches as match
    on match.line_key = owner.line_key and match.shipment_id = owner.shipment_id;

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
    match.shipment_id,
    match.how,
    match.confidence,
    shipment.order_id,
    shipment.plan_id
from bill_lines as line
left join bill_matches as match
    on match.line_key = line.line_key
left join shipments as shipment
    on shipment.shipment_id = match.shipment_id
where $matched::boolean is null or (match.shipment_id is not null) = $matched
order by line.charged_on desc, line.number, line.line_key
limit $page_size;

-- name: bills_total
-- One row per currency: lines, how many charge for no shipment here, and amounts.
select
    line.currency,
    count(*)::bigint as line_count,
    count(*) filter (where match.shipment_id is null)::bigint as unmatched_count,
    count(distinct match.shipment_id)::bigint as shipment_count,
    sum(line.amount_minor)::bigint as amount_minor,
    coalesce(sum(line.amount_minor) filter (where match.shipment_id is null), 0)::bigint as unmatched_minor
from bill_lines as line
left join bill_matches as match
    on match.line_key = line.line_key
group by line.currency
order by line.currency;

-- name: bill_differences_page
-- One row per billed parcel, the largest difference to its quote first: see bill_differences_of.
select *
from bill_differences
where difference_cny <> 0
order by abs(difference_cny) desc, shipment_id
limit $page_size;

-- name: bill_differences_sum
-- One row: all differences added up, in minor CNY.
select
    count(*)::bigint as parcel_count,
    (count(*) filter (where difference_cny <> 0))::bigint as differing_count,
    coalesce(sum(quoted_cny), 0)::bigint as quoted_cny,
    coalesce(sum(billed_cny), 0)::bigint as billed_cny,
    coalesce(sum(weight_cny), 0)::bigint as weight_cny,
    coalesce(sum(tier_cny), 0)::bigint as tier_cny,
    coalesce(sum(volumetric_cny), 0)::bigint as volumetric_cny,
    coalesce(sum(surcharge_cny), 0)::bigint as surcharge_cny,
    coalesce(sum(currency_cny), 0)::bigint as currency_cny,
    coalesce(sum(duplicate_cny), 0)::bigint as duplicate_cny,
    coalesce(sum(price_cny), 0)::bigint as price_cny,
    coalesce(sum(return_cny), 0)::bigint as return_cny,
    coalesce(sum(compensation_cny), 0)::bigint as compensation_cny,
    coalesce(sum(difference_cny), 0)::bigint as difference_cny
from bill_differences;

-- name: bill_claims_sum
-- One row per reason to claim money back, the most money first.
select reason, count(*)::bigint as claim_count, sum(amount_cny)::bigint as amount_cny
from bill_claims
group by reason
order by amount_cny desc, reason;

-- name: bill_claims_page
-- One row per claim, the most money first; of one reason, or all.
select *
from bill_claims
where $reason::varchar is null or reason = $reason
order by amount_cny desc, billed_on, tracking_number, reason
limit $page_size;

-- name: bill_guesses_page
-- One row per bill line without a shipment and the parcel it may be of, the surest first.
select *
from bill_guesses
order by confidence desc, charged_on desc, line_key
limit $page_size;

-- name: bill_guesses_accept
-- One row per chosen bill line (chosen: id) whose guess a person accepts.
insert into bill_matches
select guess.line_key, guess.shipment_id, 'accepted', guess.confidence, $accepted_by, $accepted_at
from bill_guesses as guess
semi join chosen
    on chosen.id = guess.line_key
returning line_key;

-- name: shipments_unbilled
-- One row per parcel that was handed over before a day and that no bill charges for, the oldest first.
select shipment_id, order_id, plan_id, country, handed_on, weight_g, estimated_cny
from cost_parcels
where billed_on is null and handed_on < $before_on
order by handed_on, shipment_id
limit $page_size;

-- name: shipments_unbilled_count
-- One row: how many parcels those are, and what was estimated for them.
select count(*)::bigint as parcel_count, coalesce(sum(estimated_cny), 0)::bigint as estimated_cny
from cost_parcels
where billed_on is null and handed_on < $before_on;

-- name: sku_weights_page
-- One row per SKU that was weighed alone, those whose weight in the product table is wrong first: see sku_weights.
select *
from sku_weights
order by is_wrong desc, abs(coalesce(measured_g, scale_g, billed_g) - stored_g) desc nulls last, sku
limit $page_size;
