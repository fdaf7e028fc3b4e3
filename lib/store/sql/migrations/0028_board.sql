-- The board of failing parcels: how long what has ended stays on it.

insert into outcome_days (name, days, is_assumed)
values ('shown', 60, true);
