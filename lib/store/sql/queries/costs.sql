-- name: exchange_rates
-- One row per currency: the latest rate to CNY known on a day, and the day it is of.
select
    currency,
    arg_max(rate_e6, rate_on) as rate_e6,
    max(rate_on) as rate_on
from fx_rates
where rate_on <= $until::date
group by currency
order by currency;

-- name: fees_in_cny
-- One row per plan, country, currency, kind and stage of the fees of shipments sent: their total in CNY, each
-- parcel's fee converted by itself, as in its quote. Currencies without a rate have no row.
with exchange as (
    select currency, arg_max(rate_e6, rate_on) as rate_e6
    from fx_rates
    where rate_on <= $until::date
    group by currency
)

select
    shipment.plan_id,
    receiver.country,
    fee.currency,
    fee.kind,
    fee.stage,
    sum((fee.fee_minor * exchange.rate_e6 + 500000) // 1000000)::bigint as fee_cny_minor
from fees as fee
inner join exchange
    on exchange.currency = fee.currency
inner join shipments as shipment
    on shipment.shipment_id = fee.shipment_id
inner join effective_receivers as receiver
    on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
where shipment.state in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared')
group by shipment.plan_id, receiver.country, fee.currency, fee.kind, fee.stage;
