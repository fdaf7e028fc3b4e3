-- name: printable
-- One row per chosen shipment that is alive, in the order of the pages; path is null while it has no label. kind tells
-- what it holds; sku and shelf are the first of it; is_printed: it stood on a page before.
with contents as (
    select
        part.shipment_id,
        count(distinct line.sku)::bigint as sku_count,
        sum(part.quantity)::bigint as unit_count,
        min(line.sku) as sku,
        min(nullif(unit.shelf, '')) as shelf
    from shipment_lines as part
    inner join chosen
        on chosen.id = part.shipment_id
    inner join order_lines as line
        on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
    left join units as unit
        on unit.sku = line.sku
    group by part.shipment_id
)

select
    shipment.shipment_id,
    shipment.batch_id,
    shipment.position,
    shipment.order_id,
    shipment.state,
    shipment.plan_id,
    shipment.tracking_number,
    shipment.lp_number,
    shipment.weight_g,
    receiver.country,
    decided.warehouse_name,
    case when content.sku_count > 1 then 'mixed' when content.unit_count > 1 then 'one_sku' else 'single' end as kind,
    content.sku,
    content.shelf,
    content.unit_count,
    stopped.stamp as stopped,
    label.path,
    label.page_count,
    printed.shipment_id is not null as is_printed
from chosen
inner join shipments as shipment
    on shipment.shipment_id = chosen.id
inner join batches as batch
    on batch.batch_id = shipment.batch_id
inner join contents as content
    on content.shipment_id = shipment.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
left join batch_plans as decided
    on decided.batch_id = shipment.batch_id and decided.plan_id = shipment.plan_id
left join labels as label
    on label.shipment_id = shipment.shipment_id
left join stop_list as stopped
    on stopped.shipment_id = shipment.shipment_id and not stopped.is_released
left join (
    select distinct shipment_id
    from print_pages
) as printed
    on printed.shipment_id = shipment.shipment_id
where shipment.state not in ('cancelled', 'closed', 'voided')
order by
    case when not $divided then 0 when content.sku_count > 1 then 3 when content.unit_count > 1 then 2 else 1 end,
    case
        when $sorted_by = 'warehouse' then coalesce(decided.warehouse_name, '')
        when $sorted_by = 'pick' then coalesce(content.shelf, '~')
    end,
    case when $sorted_by in ('warehouse', 'plan') then coalesce(shipment.plan_id, '') end,
    case when $sorted_by in ('sku', 'pick') then content.sku end,
    case when $sorted_by in ('sku', 'pick') then content.unit_count end,
    batch.created_at,
    shipment.batch_id,
    shipment.position;

-- name: unprintable
-- One row per chosen shipment that may not be printed: it is no more, or it is on the stop list (stamp: why).
select
    shipment.shipment_id,
    shipment.batch_id,
    shipment.order_id,
    shipment.state,
    shipment.tracking_number,
    stopped.stamp
from shipments as shipment
inner join chosen
    on chosen.id = shipment.shipment_id
left join stop_list as stopped
    on stopped.shipment_id = shipment.shipment_id and not stopped.is_released
where shipment.state in ('cancelled', 'closed', 'voided') or stopped.stamp is not null
order by shipment.batch_id, shipment.position;

-- name: labels_unprinted
-- One row per ready shipment that may leave and whose label stood in no print run.
select shipment.shipment_id, shipment.batch_id, shipment.shop_id
from shipments as shipment
inner join batches as batch
    on batch.batch_id = shipment.batch_id
inner join labels as label
    on label.shipment_id = shipment.shipment_id
anti join print_pages as page
    on page.shipment_id = shipment.shipment_id
where shipment.state = 'ready'
    and shipment.shipment_id not in (select shipment_id from stop_list where not is_released)
order by batch.created_at, shipment.batch_id, shipment.position;

-- name: print_run_add
-- One row: the number of a new print run.
insert into print_runs (
    batch_id, paper, label_count, printed_by, printed_at, sorted_by, start_place, reprint_of, run_size
)
values (
    $batch_id, $paper, $label_count, $printed_by, $printed_at, $sorted_by, $start_no, $reprint_no, $run_size
)
returning print_run_id;

-- name: print_pages_add
-- One row per label of `pages` (print_run_id, page_no, shipment_id).
insert into print_pages
select print_run_id, page_no, shipment_id
from pages;

-- name: print_run_by_id
-- One row: a print run.
select *
from print_runs
where print_run_id = $run_no;

-- name: print_runs_of_batch
-- One row per print run with labels of a batch, the newest first.
select
    run.print_run_id,
    run.paper,
    run.label_count,
    run.sorted_by,
    run.start_place,
    run.reprint_of,
    run.printed_by,
    run.printed_at,
    coalesce(page.last_page, run.label_count) as last_page
from print_runs as run
left join (
    select page.print_run_id, max(page.page_no) as last_page, bool_or(shipment.batch_id = $batch_id) as is_of_batch
    from print_pages as page
    inner join shipments as shipment
        on shipment.shipment_id = page.shipment_id
    group by page.print_run_id
) as page
    on page.print_run_id = run.print_run_id
where run.batch_id = $batch_id or page.is_of_batch
order by run.print_run_id desc;

-- name: print_pages_of
-- One row per label of a print run from one page to another, with its file, in the order of the pages.
select
    page.page_no,
    shipment.shipment_id,
    shipment.batch_id,
    shipment.order_id,
    shipment.state,
    shipment.plan_id,
    shipment.tracking_number,
    shipment.lp_number,
    shipment.weight_g,
    label.path,
    label.page_count
from print_pages as page
inner join shipments as shipment
    on shipment.shipment_id = page.shipment_id
left join labels as label
    on label.shipment_id = page.shipment_id
where page.print_run_id = $run_no and page.page_no between $from_no and $until_no
order by page.page_no;

-- name: pick_list
-- One row per shelf and SKU of the chosen shipments: pieces to fetch, for how many parcels.
select
    coalesce(unit.shelf, '') as shelf,
    line.sku,
    max(line.title) as title,
    sum(part.quantity)::bigint as quantity,
    count(distinct part.shipment_id)::bigint as parcel_count
from shipment_lines as part
inner join chosen
    on chosen.id = part.shipment_id
inner join order_lines as line
    on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
left join units as unit
    on unit.sku = line.sku
group by coalesce(unit.shelf, ''), line.sku
order by coalesce(unit.shelf, '') = '', coalesce(unit.shelf, ''), line.sku;
