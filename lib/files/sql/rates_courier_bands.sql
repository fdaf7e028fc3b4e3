-- A courier's bands of whole kilograms as plain rates: the flat price is an item fee, above that there is a rate per kg.
create temp view plain as
select
    row_no,
    plan,
    -- The list has two rows coded SX; the French half of the island has an ISO code of its own.
    case when country = 'SX' and contains(country_name, 'France') then 'MF' else country end as country,
    'general' as cargo_class,
    (try_cast(min_kg as bigint) * 1000 + 1)::varchar as min_g,
    (try_cast(max_kg as bigint) * 1000)::varchar as max_g,
    case when pricing = 'flat' then '0' else price end as per_kg,
    case when pricing = 'flat' then price else '0' end as item_fee,
    null::varchar as first_g,
    null::varchar as first_fee,
    null::varchar as step_g,
    null::varchar as step_fee,
    '1000' as increment_g,
    '1000' as min_billable_g,
    null::varchar as suspended,
    coalesce(currency, 'CNY') as currency,
    null::varchar as valid_from,
    null::varchar as valid_to,
    volumetric_divisor,
    null::varchar as volumetric_from_mm,
    null::varchar as surcharge,
    null::varchar as postcode_prefix,
    null::varchar as surcharge_percent,
    null::varchar as surcharge_amount,
    null::varchar as surcharge_per_kg,
    source,
    null::varchar as note
from sheet;
