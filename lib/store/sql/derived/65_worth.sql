-- What the goods of a parcel are worth to their seller, and what of it a return brings back.

-- An amount in CNY by a rate (millionths of a CNY for one unit), rounded half up; null without one.
create or replace macro in_cny(minor, currency, rate_e6) as
    case currency when 'CNY' then minor else (minor * rate_e6 + 500000) // 1000000 end;

-- One row per shipment of a table with shipment_id: the worth of its goods in CNY by the rates of a day. A line is worth what
-- it cost to buy; where that is not known, its share, by pieces, of what the buyer paid for the goods of the order. Never
-- what is declared: that is a customs figure. worth_source: 'purchase', 'order', 'mixed'; worth_minor null: not known.
create or replace macro goods_worth(wanted, quoted_on) as table
with rates as materialized (
    select currency, rate_e6 from exchange_on(quoted_on)
    union all
    select 'CNY', 1000000
    where not exists (select 1 from exchange_on(quoted_on) where currency = 'CNY')
),

packed as materialized (
    select part.*
    from query_table(wanted) as one
    inner join shipment_lines as part
        on part.shipment_id = one.shipment_id
),

ordered as materialized (
    select line.shop_id, line.order_id, line.line_no, line.sku, line.quantity
    from (select distinct shop_id, order_id from packed) as one
    inner join order_lines as line
        on line.shop_id = one.shop_id and line.order_id = one.order_id
),

parts as (
    select part.shipment_id, part.shop_id, part.order_id, part.quantity, line.sku
    from packed as part
    inner join ordered as line
        on line.shop_id = part.shop_id and line.order_id = part.order_id and line.line_no = part.line_no
),

pieces as (
    select shop_id, order_id, sum(quantity)::bigint as piece_count
    from ordered
    group by shop_id, order_id
),

priced as (
    select
        part.shipment_id,
        (unit.purchase_minor * part.quantity * bought.rate_e6 + 500000) // 1000000 as bought_minor,
        (o.goods_minor * part.quantity * sold.rate_e6 // nullif(piece.piece_count, 0) + 500000) // 1000000 as sold_minor
    from parts as part
    left join units as unit
        on unit.sku = part.sku
    left join rates as bought
        on bought.currency = unit.purchase_currency
    left join pieces as piece
        on piece.shop_id = part.shop_id and piece.order_id = part.order_id
    left join orders as o
        on o.shop_id = part.shop_id and o.order_id = part.order_id
    left join rates as sold
        on sold.currency = o.currency
)

select
    shipment_id,
    case
        when bool_and(coalesce(bought_minor, sold_minor) is not null)
            then sum(coalesce(bought_minor, sold_minor))::bigint
    end as worth_minor,
    case
        when bool_or(coalesce(bought_minor, sold_minor) is null) then null
        when bool_and(bought_minor is not null) then 'purchase'
        when bool_and(bought_minor is null) then 'order'
        else 'mixed'
    end as worth_source
from priced
group by shipment_id;

-- What a returned parcel brings of its worth, in CNY: the seller's share of it, less taking it back; never below nothing.
create or replace macro recoverable(worth_minor, recovery_e4, handling_minor) as
    case
        when worth_minor is not null
            then greatest((worth_minor * recovery_e4 + 5000) // 10000 - handling_minor, 0)::bigint
    end;

-- The chance that a parcel still fails which did not by its age, of whose failures that share shows by then.
create or replace macro still_fails(chance, share) as
    chance * (1 - share) / (1 - chance * share);

-- One row: what the advice rests on now.
create or replace view advice_settings_now as
select *
from advice_settings
order by setting_id desc
limit 1;

-- One row per shipment on the platform: when its decision was sent, and what it was. decision: the platform's own where that
-- is another. decided_how: 'parcel', 'plan', 'batch' or 'advised': by what it was decided.
create or replace view decided_shipments as
select
    shipment.shipment_id,
    shipment.shop_id,
    shipment.order_id,
    shipment.batch_id,
    shipment.plan_id,
    coalesce(batch.submitted_at, shipment.created_at) as sent_at,
    coalesce(shipment.found_undeliverable, shipment.undeliverable) as decision,
    case
        when shipment.own_undeliverable is not null then 'parcel'
        when decided.undeliverable is not null then 'plan'
        when batch.undeliverable = 'advised' then 'advised'
        else 'batch'
    end as decided_how,
    coalesce(batch.submitted_by, batch.created_by) as decided_by
from shipments as shipment
inner join batches as batch
    on batch.batch_id = shipment.batch_id
left join batch_plans as decided
    on decided.batch_id = shipment.batch_id and decided.plan_id = shipment.plan_id
where shipment.state
    in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared', 'closed');
