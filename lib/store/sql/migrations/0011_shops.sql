-- Shops of several sellers: each has a token of its own, in a file and never in here.
-- platform_url names a gateway of the shop's own; null is the one of the settings.
-- forgotten_at: the shop is asked nothing any more; its orders and shipments stay.

alter table shops add column platform_url varchar;
alter table shops add column forgotten_at timestamp;
