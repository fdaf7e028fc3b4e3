-- Which of the platform's two calls creates a shop's logistics orders: 'older' (createwarehouseorder) or 'current'
-- (order.createorder, which is told how the parcel reaches the warehouse). null is the older one.

alter table shops add column create_call varchar;
