-- When it became unknown whether a request was carried out: the platform's settle time counts from then, not from when
-- the shipment was claimed, for a request may wait for its turn in between.
alter table shipments add column doubted_at timestamp;
