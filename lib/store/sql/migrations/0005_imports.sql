-- What became of files, in full: how each was read, its refused rows as they stood there until they are mended,
-- what it said otherwise than the desk keeps, and tables a person taught the desk to read.

-- header is the file's header as a JSON list, ignored and missing the headers nothing read or nobody found.
-- as_of_at is the newest moment the file speaks of: it was made then or later.
alter table imports add column kind varchar default '';
alter table imports add column sheet varchar default '';
alter table imports add column dialect varchar default '';
alter table imports add column zone varchar default '';
alter table imports add column header varchar default '[]';
alter table imports add column ignored varchar default '[]';
alter table imports add column missing varchar default '[]';
alter table imports add column conflict_count bigint default 0;
alter table imports add column older_count bigint default 0;
alter table imports add column as_of_at timestamp;

-- problem_id goes out with the row and comes back with it. identity is the order number or the SKU when it can be
-- told, cells the row as it stood in the file (a JSON list beside the header of its import). A row is open until
-- closed_at: closed_how is mended (it came in since), repeated (a later file has it, refused again), or dismissed.
alter table problem_rows add column problem_id varchar default '';
alter table problem_rows add column kind varchar default '';
alter table problem_rows add column identity varchar default '';
alter table problem_rows add column cells varchar default '[]';
alter table problem_rows add column closed_at timestamp;
alter table problem_rows add column closed_by varchar;
alter table problem_rows add column closed_how varchar;
alter table problem_rows add column closed_import_id bigint;

update problem_rows set problem_id = 'R' || left(uuid()::varchar, 13);

-- as_of_at is the newest moment that the source of what is kept knew of; weighed_g what another program weighed.
alter table orders add column as_of_at timestamp;
alter table orders add column weighed_g bigint;

-- One row per order and doubt with which it was loaded; what keeps it out of batches is told by the code.
create table load_findings (
    shop_id varchar not null,
    order_id varchar not null,
    code varchar not null,
    field varchar not null,
    value varchar not null,
    primary key (shop_id, order_id, code, field)
);

-- One row per import, order in a batch, and field of which the file says something else than the desk keeps.
-- settled_how is kept (ours stands), taken (the file's was taken over), or agreed (a later file says the same).
create table order_conflicts (
    import_id bigint not null,
    shop_id varchar not null,
    order_id varchar not null,
    field varchar not null,
    kept varchar not null,
    offered varchar not null,
    row_no bigint not null,
    found_at timestamp not null,
    settled_at timestamp,
    settled_by varchar,
    settled_how varchar,
    primary key (import_id, shop_id, order_id, field)
);

-- One row per table a person taught the desk to read: headers is its header, columns our names and its headers,
-- options what else was said about it; all three are JSON.
create table mappings (
    name varchar primary key,
    kind varchar not null,
    headers varchar not null,
    columns varchar not null,
    options varchar not null,
    saved_by varchar not null,
    saved_at timestamp not null
);
