-- The phone number of the person at the warehouse a pickup outside coverage was agreed with. Null: agreed before it was asked for.
alter table batch_plans add column pickup_phone varchar;
