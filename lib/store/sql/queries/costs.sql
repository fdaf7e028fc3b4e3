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
