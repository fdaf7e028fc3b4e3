-- name: presets_all
-- One row per preset, by name.
select *
from presets
order by name;

-- name: preset_save
-- A preset; one of the same name is replaced.
insert or replace into presets (
    name, order_filter, policy, handover_mode, undeliverable, paper, print_order, run_size, saved_by, saved_at
)
values (
    $name, $order_filter, $policy, $mode, $undeliverable, $paper, $print_order, $run_size, $saved_by, $saved_at
);

-- name: preset_forget
-- A preset is no more.
delete from presets
where name = $name;

-- name: batch_preset_set
-- By which preset and filter a batch was made.
update batches
set preset_name = $name, order_filter = $order_filter
where batch_id = $batch_id;

-- name: batch_preset_add
-- One row: what the preset that a batch was made by said at the moment.
insert into batch_presets (
    batch_id, name, policy, handover_mode, undeliverable, paper, print_order, run_size, saved_by, saved_at
)
values (
    $batch_id, $name, $policy, $mode, $undeliverable, $paper, $print_order, $run_size, $saved_by, $saved_at
);

-- name: batch_preset_of
-- One row: the preset that a batch was made by, as it was then.
select preset.*, batch.order_filter
from batch_presets as preset
inner join batches as batch
    on batch.batch_id = preset.batch_id
where preset.batch_id = $batch_id;

-- name: batch_excluded_add
-- One row per order of `left_out` (order_id, code, value) that stayed out of a batch.
insert into batch_excluded
select $batch_id, order_id, code, value
from left_out;

-- name: batch_excluded_of
-- One row per order that stayed out of a batch, and why.
select order_id, code, value
from batch_excluded
where batch_id = $batch_id
order by code, order_id;

-- name: batch_ways
-- One row: how a batch, or with null the one submitted last, was made, handed over, decided and printed: as most of its
-- labels were, or as it was made to be. A run_size of 0: not divided into runs.
select
    batch.batch_id,
    batch.policy,
    batch.undeliverable,
    batch.order_filter,
    batch.preset_name,
    batch.submitted_by,
    batch.submitted_at,
    way.handover_mode,
    coalesce(run.paper, made.paper) as paper,
    coalesce(run.sorted_by, made.print_order) as print_order,
    case
        when run.run_size is not null then run.run_size
        when made.batch_id is not null then coalesce(made.run_size, 0)
    end as run_size
from batches as batch
left join (
    select batch_id, mode(handover_mode) as handover_mode
    from batch_plans
    group by batch_id
) as way
    on way.batch_id = batch.batch_id
left join (
    select
        batch_id,
        first(paper order by label_count desc, print_run_id desc) as paper,
        first(sorted_by order by label_count desc, print_run_id desc) as sorted_by,
        first(run_size order by label_count desc, print_run_id desc) as run_size
    from print_runs
    where reprint_of is null
    group by batch_id
) as run
    on run.batch_id = batch.batch_id
left join batch_presets as made
    on made.batch_id = batch.batch_id
where batch.batch_id = $batch_id or ($batch_id is null and batch.submitted_at is not null)
order by batch.submitted_at desc
limit 1;
