-- What the platform has where it is not what was asked for: the decision and the plan's code of an adopted logistics
-- order; null where they agree, or nothing was adopted.
alter table shipments add column found_undeliverable varchar;
alter table shipments add column found_service_code varchar;
