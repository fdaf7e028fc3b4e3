-- Plans stopped by hand.

create sequence plan_stop_ids;

-- One row per time somebody stopped a plan: to one country ('' for all), on the days [from_on, until_on] (until null: until
-- it is lifted). Days are UTC, as those of rate cards.
create table plan_stops (
    stop_id bigint primary key default nextval('plan_stop_ids'),
    plan_id varchar not null,
    country varchar not null,
    from_on date not null,
    until_on date,
    reason varchar not null,
    stopped_by varchar not null,
    stopped_at timestamp not null,
    lifted_by varchar,
    lifted_at timestamp
);
