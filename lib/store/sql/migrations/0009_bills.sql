-- What carriers charged, line by line as their bills say it.

-- One row per line of a bill. line_key is a digest of what the line says and which of several alike it is, so that a
-- bill loaded twice doubles nothing. number is whatever the carrier calls the parcel by.
create table bill_lines (
    line_key varchar primary key,
    number varchar not null,
    charged_on date not null,
    kind varchar not null,
    kind_text varchar not null,
    billed_g bigint,
    amount_minor bigint not null,
    currency varchar not null,
    bill_number varchar not null,
    note varchar not null,
    import_id bigint not null,
    row_no bigint not null,
    loaded_at timestamp not null
);
