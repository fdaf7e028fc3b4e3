-- Lines priced by groups of sizes whose limits are not published: see spot_prices.sql.
create temp view spot as
select
    row_no,
    concat_ws(' ', tidy(carrier), tidy(tier)) as service,
    concat_ws(', ', tidy(size_group), tidy(delivery)) as detail,
    tidy(country) as country,
    price as price_text,
    written_number(price) as price,
    (try_cast(per_gram as decimal(15, 8)) * 1000)::decimal(18, 6) as per_kg,
    days_min,
    days_max,
    battery,
    quoted_on,
    'size_groups' as lacks,
    'cn_ru_partner_lines' as list_name,
    source,
    confidence
from sheet;
