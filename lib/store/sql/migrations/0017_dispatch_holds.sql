-- One row per lane of the dispatcher that is held, so that a restart does not walk into a known ban.
-- lane '' is everything; why is the platform's code, or one of ours.
create table dispatch_holds (
    lane varchar primary key,
    until_at timestamp not null,
    why varchar not null
);
