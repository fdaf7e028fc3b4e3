-- Print runs of any choice of shipments, what stood on which page, and parcels that must not leave.

-- sorted_by: the order of the pages. start_place: where the first A4 sheet began (0–3). reprint_of: the run some pages of
-- which were printed again. Null in runs recorded before these were.
alter table print_runs add column sorted_by varchar;
alter table print_runs add column start_place bigint;
alter table print_runs add column reprint_of bigint;

-- One row per label of a print run: the page it begins on, from 1, head pages aside.
create table print_pages (
    print_run_id bigint not null,
    page_no bigint not null,
    shipment_id varchar not null
);

-- One row per shipment on the stop list that a person let go nevertheless: stamp is what was wrong at that moment, so that
-- another reason stops it anew.
create table stop_releases (
    shipment_id varchar not null,
    stamp varchar not null,
    reason varchar not null,
    released_by varchar not null,
    released_at timestamp not null
);

-- A hand-over: how and where to, and what the scale said of all of it (null: weight_g is the sum of its parcels).
alter table handovers add column mode varchar;
alter table handovers add column warehouse_name varchar;
alter table handovers add column scale_g bigint;

-- What becomes of undeliverable parcels of one plan of a batch, and of one shipment, where that was decided by itself.
alter table batch_plans add column undeliverable varchar;
alter table shipments add column own_undeliverable varchar;

-- Applying for a pickup: with whom it was agreed, and who says so.
alter table batch_plans add column pickup_contact varchar;
alter table batch_plans add column agreed_by varchar;
alter table batch_plans add column agreed_at timestamp;

-- One row per time a shop accepted the agreement for a batch: which text.
create table agreements (
    shop_id varchar not null,
    batch_id varchar not null,
    title varchar not null,
    version varchar not null,
    agreed_by varchar not null,
    agreed_at timestamp not null
);
