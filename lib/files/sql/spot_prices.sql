-- Published prices no parcel can be quoted by. Python lends spot, headers and country_names, and takes spot_prices and
-- problems.

-- One row per row of the sheet, with the first thing that is wrong with it, if any.
create temp table spot_judged as
select
    spot.*,
    place.country as country_code,
    case
        when service is null then {'code': 'price_line_unknown', 'place': 'service', 'written': null}
        when place.country is null
            then {'code': 'rate_country_unknown', 'place': 'country', 'written': spot.country}
        when price is null then {'code': 'number_unreadable', 'place': 'price', 'written': price_text}
        when price < 0 then {'code': 'price_negative', 'place': 'price', 'written': price_text}
        when try_cast(quoted_on as date) is null
            then {'code': 'date_unreadable', 'place': 'quoted_on', 'written': quoted_on}
        when row_number() over (partition by service, detail, place.country, quoted_on order by row_no) > 1
            then {'code': 'price_line_twice', 'place': 'service', 'written': service}
    end as fault
from spot
left join country_names as place
    on place.name = lower(spot.country);

-- One row per refused row; the faulty ones first. One fault refuses the whole file.
create temp table problems as
select
    judged.row_no,
    coalesce(headers.header, judged.fault.place, '') as column_name,
    coalesce(judged.fault.written, '') as value,
    coalesce(judged.fault.code, 'rates_refused_whole') as code,
    '' as identity
from spot_judged as judged
left join headers
    on headers.column_name = judged.fault.place
where exists (from spot_judged where fault is not null)
order by judged.fault is null, judged.row_no;

-- One row per price.
create temp table spot_prices as
select
    concat(list_name, '-', strftime(quoted_on::date, '%Y-%m')) as list_id,
    service,
    detail,
    country_code as country,
    (price * 100)::bigint as price_minor,
    (per_kg * 10000)::bigint as per_kg_e4,
    'CNY' as currency,
    try_cast(days_min as bigint) as days_min,
    try_cast(days_max as bigint) as days_max,
    try_cast(battery as boolean) as battery,
    quoted_on::date as quoted_on,
    lacks,
    coalesce(source, '') as source,
    coalesce(confidence, '') as confidence
from spot_judged
where fault is null
order by row_no;
