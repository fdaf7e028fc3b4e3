-- Quotes for one parcel of a weight nobody states: see spot_prices.sql.
create temp view spot as
select
    row_no,
    tidy(service) as service,
    '' as detail,
    tidy(country) as country,
    price as price_text,
    written_number(price) as price,
    null::decimal(18, 6) as per_kg,
    days_min,
    days_max,
    null::varchar as battery,
    quoted_on,
    'weight' as lacks,
    'forwarder_spot_quotes' as list_name,
    source,
    confidence
from sheet;
