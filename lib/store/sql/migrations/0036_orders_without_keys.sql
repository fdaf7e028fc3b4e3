-- Orders, their receivers, and when each was last checked, without their keys (docs/decisions/0045): keeping them cost
-- a fifth of taking in a large file. That an order stands there once is looked at by whoever puts new ones in
-- (orders_once).

create table orders_kept (
    shop_id varchar not null,
    order_id varchar not null,
    status varchar not null,
    status_label varchar not null,
    ordered_at timestamp,
    paid_at timestamp,
    ship_by_at timestamp,
    currency varchar not null,
    goods_minor bigint,
    shipping_minor bigint,
    total_minor bigint,
    buyer_name varchar,
    buyer_service varchar,
    buyer_plan_id varchar,
    note varchar,
    import_id bigint,
    loaded_at timestamp not null,
    changed_at timestamp not null,
    as_of_at timestamp,
    weighed_g bigint
);

insert into orders_kept
select *
from orders;

drop table orders;

alter table orders_kept rename to orders;

create table receivers_kept (
    shop_id varchar not null,
    order_id varchar not null,
    version varchar not null,
    name varchar not null,
    country varchar not null,
    country_label varchar not null,
    province varchar not null,
    city varchar not null,
    address varchar not null,
    postcode varchar not null,
    phone varchar not null,
    mobile varchar not null,
    tax_number varchar not null,
    changed_by varchar,
    changed_at timestamp not null
);

insert into receivers_kept
select *
from receivers;

drop table receivers;

alter table receivers_kept rename to receivers;

create table receiver_checks_kept (
    shop_id varchar not null,
    order_id varchar not null,
    checked_at timestamp not null
);

insert into receiver_checks_kept
select *
from receiver_checks;

drop table receiver_checks;

alter table receiver_checks_kept rename to receiver_checks;

create table findings_kept (
    shop_id varchar not null,
    order_id varchar not null,
    code varchar not null,
    field varchar not null,
    value varchar not null,
    seen varchar not null
);

insert into findings_kept
select *
from findings;

drop table findings;

alter table findings_kept rename to findings;
