-- What loading a file found, and what of it matters for shipping.

-- One row per order and doubt from loading that keeps it out of batches until it is cleared up.
create or replace view load_blocks as
select finding.shop_id, finding.order_id, finding.code, finding.field, finding.value
from load_findings as finding
inner join orders as o
    on o.shop_id = finding.shop_id and o.order_id = finding.order_id
where finding.code in ('platform_ships', 'goods_merged')
    or (finding.code = 'deadline_unreadable' and o.ship_by_at is null)
    or (
        finding.code = 'country_blank'
        and not exists (
            select 1
            from receivers as receiver
            where receiver.shop_id = finding.shop_id
                and receiver.order_id = finding.order_id
                and receiver.country <> ''
        )
    );

-- One row per order in a batch of which a file said that its status is another one, and nobody settled it.
create or replace view status_conflicts as
select shop_id, order_id, arg_max(offered, found_at) as offered
from order_conflicts
where field = 'status' and settled_at is null
group by shop_id, order_id;
