-- A list of rules that choose plans, and which rule decided.

create sequence plan_rule_ids;

-- One row per rule, tried in the order of position: a parcel that meets every condition goes on plan_id. countries are ISO
-- codes with commas; '' and null ask for nothing. Values are compared in the rule's currency by the day's exchange rates.
-- A removed rule stays, since it decided.
create table plan_rules (
    rule_id bigint primary key default nextval('plan_rule_ids'),
    position bigint not null,
    countries varchar not null,
    min_g bigint,
    max_g bigint,
    min_value_minor bigint,
    max_value_minor bigint,
    value_currency varchar not null,
    cargo_class varchar not null,
    sku varchar not null,
    buyer_service varchar not null,
    plan_id varchar not null,
    made_by varchar not null,
    made_at timestamp not null,
    removed_by varchar,
    removed_at timestamp
);

alter table shipments add column rule_id bigint;
alter table quotes add column rule_id bigint;
