-- Lines of orders that name no SKU were all one product; each gets one made of its title and attributes
-- (docs/decisions/0046). What was said of the blank SKU holds on for goods of parcels that exist, and for no others.

update order_lines
set sku = concat('TITLE-', left(md5(concat(title, chr(31), attributes)), 8))
where sku = '' and concat(title, attributes) <> '';

insert into products by name
select held.sku, product.* exclude (sku)
from products as product
cross join (
    select distinct line.sku
    from order_lines as line
    inner join shipment_lines as part
        on part.shop_id = line.shop_id and part.order_id = line.order_id and part.line_no = line.line_no
    inner join shipments as shipment
        on shipment.shipment_id = part.shipment_id and shipment.state not in ('cancelled', 'closed', 'voided')
    where regexp_full_match(line.sku, 'TITLE-[0-9a-f]{8}')
) as held
where product.sku = '' and held.sku not in (select sku from products);

update products
set paired_sku = null, paired_quantity = null, paired_by = null, paired_at = null
where paired_sku = '';

delete from products
where sku = '';
