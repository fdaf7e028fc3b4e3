-- Tracking: what was said of parcels, what codes mean, who is asked next, and what people did about it.

create sequence code_ids;

-- One row per code ever met. code is normal: upper case, one spelling; '' stands for an event without one. vocabulary:
-- cainiao, 17track, aftership, trackingmore, or text (read out of the words of an event without a code).
create table tracking_codes (
    code_id integer primary key default nextval('code_ids'),
    vocabulary varchar not null,
    code varchar not null,
    first_seen_at timestamp not null
);

-- One row per event of a parcel, as it came, append only. raw_code, text, place, zone and status: as they came, status
-- being the source's own coarse word. happened_at null: no readable time. source: 'platform', or the kind of file.
-- sort_key: milliseconds since 1970 × 4096 + the event's place among those of one moment; an event without a time has that
-- of its older neighbour. No event stands twice: (shipment_id, code_id, happened_at), and text where one of these is blank.
-- The one writer sees to it; an index over so many rows would cost more than the rows.
create table tracking_events (
    shipment_id varchar not null,
    code_id integer not null,
    happened_at timestamp,
    sort_key bigint not null,
    raw_code varchar not null,
    zone varchar not null,
    text varchar not null,
    place varchar not null,
    status varchar not null,
    source varchar not null,
    import_id bigint,
    seen_at timestamp not null
);

-- One row per code that comes with the program (data/reference/tracking_codes.csv): a word of `Meaning`.
create table known_codes (
    vocabulary varchar not null,
    code varchar not null,
    meaning varchar not null,
    seen varchar not null,
    source varchar not null,
    primary key (vocabulary, code)
);

-- One row per code somebody gave a meaning; it goes before the program's own.
create table code_meanings (
    vocabulary varchar not null,
    code varchar not null,
    meaning varchar not null,
    mapped_by varchar not null,
    mapped_at timestamp not null,
    primary key (vocabulary, code)
);

-- One row per shipment with events: what they come to, made by the macro `derived_outcomes` in the transaction that brought
-- them. Its columns are told at the view `outcomes`. No primary key: rows are replaced within a transaction.
create table tracked_outcomes (
    shipment_id varchar not null,
    outcome varchar not null,
    outcome_at timestamp,
    trouble varchar not null,
    trouble_at timestamp,
    first_event_at timestamp,
    last_event_at timestamp,
    event_count bigint not null,
    delivered_at timestamp,
    failed_at timestamp,
    failed_attempts bigint not null,
    return_kind varchar,
    returning_at timestamp,
    returned_at timestamp,
    destroyed_at timestamp,
    lost_at timestamp,
    is_abroad boolean not null,
    is_final boolean not null,
    flags varchar[] not null
);

-- One row per parcel that was asked for: when next, how often in vain, and why. next_track_at null: never again by itself.
-- asked_at: the last question; last_tracked_at: the last one that was answered; news_at: the last that brought something.
create table tracking_pulls (
    shipment_id varchar primary key,
    next_track_at timestamp,
    asked_at timestamp not null,
    last_tracked_at timestamp,
    news_at timestamp,
    tries bigint not null default 0,
    trouble varchar not null default ''
);

-- One row per shipment the platform lists as abnormal (异常订单), as it said last.
create table abnormal_orders (
    shipment_id varchar primary key,
    abnormal_code varchar not null,
    abnormal_reason varchar not null,
    status_code varchar not null,
    status_name varchar not null,
    solution_name varchar not null,
    is_insured boolean not null,
    return_number varchar not null,
    decide_by_at timestamp,
    changed_at timestamp,
    seen_at timestamp not null
);

-- One row per parcel that came back to the seller and was checked in. condition: good, damaged, incomplete, unusable.
-- restocked_minor: what went back to the shelf is worth, of `currency`; 0: nothing.
create table return_checkins (
    shipment_id varchar primary key,
    received_at timestamp not null,
    condition varchar not null,
    restocked_minor bigint not null,
    currency varchar not null,
    note varchar not null,
    done_by varchar not null,
    done_at timestamp not null
);

-- One row per parcel of the board that somebody looks after. done_at: put aside until something new is said of it.
create table parcel_cases (
    shipment_id varchar primary key,
    owner varchar not null,
    note varchar not null,
    done_at timestamp,
    changed_by varchar not null,
    changed_at timestamp not null
);

create sequence complaint_ids;

-- One row per complaint (投诉) made about a parcel. number: the carrier's, '' when it gave none. answered_at: null while
-- it has not answered.
create table complaints (
    complaint_id bigint primary key default nextval('complaint_ids'),
    shipment_id varchar not null,
    kind varchar not null,
    number varchar not null,
    complained_at timestamp not null,
    answered_at timestamp,
    note varchar not null,
    done_by varchar not null
);

-- One row per number of days a shop may set. is_assumed: no source states it.
create table outcome_days (
    name varchar primary key,
    days bigint not null,
    is_assumed boolean not null,
    changed_by varchar,
    changed_at timestamp
);

insert into outcome_days (name, days, is_assumed)
values
    ('silent', 14, true),
    ('expired', 30, true),
    ('lost', 75, true),
    ('return', 180, false),
    ('address', 30, false),
    ('complain', 60, true),
    ('answer', 10, false),
    ('appeal', 15, false);
