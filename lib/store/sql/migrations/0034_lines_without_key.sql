-- The lines of orders without their key (docs/decisions/0042): keeping it cost a tenth of taking in a large file.

create table lines_kept (
    shop_id varchar not null,
    order_id varchar not null,
    line_no integer not null,
    child_order_id varchar,
    sku varchar not null,
    title varchar not null,
    attributes varchar not null,
    quantity bigint not null,
    unit varchar not null,
    shipped_quantity bigint
);

insert into lines_kept
select *
from order_lines;

drop table order_lines;

alter table lines_kept rename to order_lines;
