-- The check before shipping: findings with what they were seen against, what a person accepted, and its rules.

-- Findings are found again at the next start; they gain what they were seen against.
drop table findings;
delete from receiver_checks;

-- One row per finding about a receiver. seen is a digest of the receiver it was found in.
create table findings (
    shop_id varchar not null,
    order_id varchar not null,
    code varchar not null,
    field varchar not null,
    value varchar not null,
    seen varchar not null,
    primary key (shop_id, order_id, code, field)
);

-- One row per warning that a person accepted, as it was then: another value, or another receiver, asks again.
create table accepted_findings (
    shop_id varchar not null,
    order_id varchar not null,
    code varchar not null,
    field varchar not null,
    value varchar not null,
    seen varchar not null,
    accepted_by varchar not null,
    accepted_at timestamp not null,
    primary key (shop_id, order_id, code, field, value, seen)
);

-- One row per finding there can be: what it does to its order. Filled from lib/domain/checks.py at every start.
create table finding_rules (
    code varchar primary key,
    severity varchar not null,
    subject varchar not null,
    asks boolean not null
);

-- One row per limit of a field. Filled from lib/domain at every start.
create table field_limits (
    name varchar primary key,
    least bigint not null,
    most bigint not null
);

-- One row per set of rules that receivers were checked with; another set checks all of them again.
create table check_versions (
    version varchar primary key
);

-- One row per country and thing its customs want: hs_code, cpf, pccc.
create table destination_rules (
    country varchar not null,
    needs varchar not null,
    since date,
    source varchar not null,
    primary key (country, needs)
);
