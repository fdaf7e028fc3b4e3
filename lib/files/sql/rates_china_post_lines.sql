-- China Post's lines to Russia as plain rates; a day of effect that is not stated is the day of the list.
create temp view plain as
select
    row_no,
    plan,
    'RU' as country,
    'general' as cargo_class,
    min_g,
    max_g,
    case
        when pricing = 'first_weight_plus_additional' then '0'
        else (try_cast(per_gram as decimal(14, 6)) * 1000)::varchar
    end as per_kg,
    case when pricing = 'first_weight_plus_additional' then '0' else item_fee end as item_fee,
    first_g,
    first_fee,
    step_g,
    step_fee,
    increment_g,
    min_g as min_billable_g,
    null::varchar as suspended,
    'CNY' as currency,
    coalesce(effective_from, data_date) as valid_from,
    null::varchar as valid_to,
    nullif(regexp_extract(volumetric_rule, '^L\*W\*H/(\d+)', 1), '') as volumetric_divisor,
    nullif(regexp_extract(volumetric_rule, '>=(\d+)cm', 1), '') || '0' as volumetric_from_mm,
    null::varchar as surcharge,
    null::varchar as postcode_prefix,
    null::varchar as surcharge_percent,
    null::varchar as surcharge_amount,
    null::varchar as surcharge_per_kg,
    source,
    null::varchar as note
from sheet;
