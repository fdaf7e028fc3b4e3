-- What people told the platform of parcels by hand.

create sequence notice_ids;

-- One row per declaration made, changed or finished by a person (填写发货通知, 修改, 发货完毕确认), written before the platform is
-- asked. kind: notice, change, finish. state: sending, done, refused, unconfirmed. old_ is what was told before a change.
create table notices (
    notice_id bigint primary key default nextval('notice_ids'),
    shop_id varchar not null,
    order_id varchar not null,
    kind varchar not null,
    service_key varchar not null,
    tracking_number varchar not null,
    old_service_key varchar,
    old_tracking_number varchar,
    tracking_website varchar not null,
    everything boolean not null,
    state varchar not null,
    reason_code varchar,
    reason_text varchar,
    made_by varchar not null,
    made_at timestamp not null,
    settled_at timestamp
);

-- One row per order line in a notice, with how many of it went out.
create table notice_lines (
    notice_id bigint not null,
    line_no integer not null,
    quantity bigint not null
);
