-- What the platform offered for a plan, and how a batch was made, as it was then.

-- The warehouse the platform names for a plan's parcels that are brought or posted; it outlives a pickup chosen meanwhile. Null:
-- the platform named none, or was not asked yet.
alter table batch_plans add column offered_warehouse_code varchar;
alter table batch_plans add column offered_warehouse_name varchar;
alter table batch_plans add column offered_address varchar;

-- One row per batch made by a preset, or the same as another batch: what that said at the moment. saved_by and saved_at are of
-- the preset, or of the other batch's submission.
create table batch_presets (
    batch_id varchar primary key,
    name varchar not null,
    policy varchar not null,
    handover_mode varchar,
    undeliverable varchar,
    paper varchar not null,
    print_order varchar not null,
    run_size bigint,
    saved_by varchar not null,
    saved_at timestamp
);

-- Of batches made before, what their preset says now is the best there is.
insert into batch_presets
select
    batch.batch_id,
    preset.name,
    preset.policy,
    preset.handover_mode,
    preset.undeliverable,
    preset.paper,
    preset.print_order,
    preset.run_size,
    preset.saved_by,
    preset.saved_at
from batches as batch
inner join presets as preset
    on preset.name = batch.preset_name;

-- Labels a run at most, when it was printed; 0: not divided into runs. Null in runs recorded before this was.
alter table print_runs add column run_size bigint;
