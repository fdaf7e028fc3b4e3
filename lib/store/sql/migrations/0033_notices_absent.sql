-- When the platform was first seen not to have a notice that nobody answered; it is believed once it was seen twice.
alter table notices add column absent_at timestamp;
