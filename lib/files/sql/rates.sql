-- Rate cards out of plain rows. Python lends:
--   plain          one row per filled row: row_no and the columns of a rate card, as texts
--   headers        one row per column the file has: its name here and its header there
--   plan_names     one row per name a plan goes by
--   country_names  one row per spelling of a country, and per code of a list that is no country
--   cargo_words    one row per way to write a cargo class
--   surcharge_words  one row per way to write a kind of surcharge
--   currencies     one row per currency with an exchange rate
--   today          one row: the day it is read
-- and takes cards, rates, surcharges, problems and warnings.

create temp macro tidy(cell) as nullif(trim(regexp_replace(replace(cell, chr(160), ' '), '\s+', ' ', 'g')), '');

-- 18.70, 1,250, ¥18.7, 12.5%: a number; anything else is null.
create temp macro written_number(cell) as
    try_cast(
        replace(
            regexp_extract(tidy(cell), '^[$¥￥]? ?(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?%?$', 1), ',', ''
        ) as decimal(14, 6)
    );

-- One row per row and cell that should hold a number and holds something.
create temp table numbers as
select
    row_no,
    column_name,
    tidy(cell) as written,
    -- Tiers have both their ends; the first one is often written from 0, and nothing weighs less than a gram.
    case
        when column_name = 'min_g' and written_number(cell) = 0 then 1::decimal(14, 6)
        else written_number(cell)
    end as number,
    column_name in (
        'min_g', 'max_g', 'first_g', 'step_g', 'increment_g', 'min_billable_g', 'volumetric_divisor',
        'volumetric_from_mm'
    ) as is_whole,
    case
        when number is null then 'number_unreadable'
        when is_whole and number <> trunc(number) then 'number_not_whole'
        when is_whole and number < 1 then 'number_not_positive'
        when number < 0 then 'price_negative'
        when column_name in ('per_kg', 'surcharge_per_kg') and number * 10000 <> trunc(number * 10000)
            then 'price_too_fine'
        when not is_whole and column_name not in ('per_kg', 'surcharge_per_kg')
            and number * 100 <> trunc(number * 100)
            then 'price_too_fine'
    end as fault
from (
    unpivot plain
    on min_g, max_g, per_kg, item_fee, first_g, first_fee, step_g, step_fee, increment_g, min_billable_g,
        volumetric_divisor, volumetric_from_mm, surcharge_percent, surcharge_amount, surcharge_per_kg
    into name column_name value cell
)
where tidy(cell) is not null;

-- One row per row with a cell that is no number it may be: the first such cell.
create temp table misfits as
select row_no, arg_min(column_name, place) as column_name, arg_min(written, place) as written,
    arg_min(fault, place) as fault
from (
    select
        *,
        list_position(
            ['min_g', 'max_g', 'per_kg', 'item_fee', 'first_g', 'first_fee', 'step_g', 'step_fee'], column_name
        ) as place_known,
        coalesce(place_known, 99) as place
    from numbers
    where fault is not null
)
group by row_no;

-- One row per row: its cells read.
create temp table cells as
with measures as (
    select
        row_no,
        max(number) filter (where column_name = 'min_g')::bigint as min_g,
        max(number) filter (where column_name = 'max_g')::bigint as max_g,
        (max(number) filter (where column_name = 'per_kg') * 10000)::bigint as per_kg_e4,
        (max(number) filter (where column_name = 'item_fee') * 100)::bigint as item_fee_minor,
        max(number) filter (where column_name = 'first_g')::bigint as first_g,
        (max(number) filter (where column_name = 'first_fee') * 100)::bigint as first_fee_minor,
        max(number) filter (where column_name = 'step_g')::bigint as step_g,
        (max(number) filter (where column_name = 'step_fee') * 100)::bigint as step_fee_minor,
        max(number) filter (where column_name = 'increment_g')::bigint as increment_g,
        max(number) filter (where column_name = 'min_billable_g')::bigint as min_billable_g,
        max(number) filter (where column_name = 'volumetric_divisor')::bigint as volumetric_divisor,
        max(number) filter (where column_name = 'volumetric_from_mm')::bigint as volumetric_from_mm,
        (max(number) filter (where column_name = 'surcharge_percent') * 100)::bigint as percent_e2,
        (max(number) filter (where column_name = 'surcharge_amount') * 100)::bigint as amount_minor,
        (max(number) filter (where column_name = 'surcharge_per_kg') * 10000)::bigint as per_kg_extra_e4
    from numbers
    where fault is null
    group by row_no
)

select
    plain.row_no,
    tidy(plain.plan) as plan_text,
    plan.plan_id,
    tidy(plain.surcharge) as surcharge_text,
    extra.kind,
    tidy(plain.country) as country_text,
    case
        when extra.kind is not null and tidy(plain.country) in ('*', '全部', 'all') then ''
        else place.country
    end as country,
    tidy(plain.cargo_class) as cargo_text,
    coalesce(word.cargo_class, case when tidy(plain.cargo_class) is null then 'general' end) as cargo_class,
    upper(tidy(plain.currency)) as currency_text,
    money.currency,
    tidy(plain.valid_from) as from_text,
    coalesce(try_cast(tidy(plain.valid_from) as date), today.today) as valid_from,
    try_cast(tidy(plain.valid_from) as date) is not null as is_dated,
    tidy(plain.valid_to) as to_text,
    try_cast(tidy(plain.valid_to) as date) as valid_to,
    lower(coalesce(tidy(plain.suspended), '')) in ('1', 'true', 'yes', '是', '暂停', 'y') as suspended,
    upper(regexp_replace(coalesce(plain.postcode_prefix, ''), '[^0-9A-Za-z]', '', 'g')) as postcode_prefix,
    coalesce(tidy(plain.source), '') as source,
    coalesce(tidy(plain.note), '') as note,
    measures.* exclude (row_no)
from plain
cross join today
left join measures
    on measures.row_no = plain.row_no
left join plan_names as plan
    on plan.name = lower(tidy(plain.plan))
left join country_names as place
    on place.name = lower(tidy(plain.country))
left join cargo_words as word
    on word.word = lower(tidy(plain.cargo_class))
left join currencies as money
    on money.currency = upper(tidy(plain.currency))
left join surcharge_words as extra
    on extra.word = lower(tidy(plain.surcharge));

-- One row per row: the first thing that is wrong with it by itself, in which column, and what stands there.
create temp table single_faults as
select
    cell.row_no,
    case
        when cell.plan_id is null then {'code': 'plan_unknown', 'place': 'plan', 'written': cell.plan_text}
        when cell.country is null
            then {'code': 'rate_country_unknown', 'place': 'country', 'written': cell.country_text}
        when cell.currency is null
            then {'code': 'currency_unknown', 'place': 'currency', 'written': cell.currency_text}
        when cell.cargo_class is null
            then {'code': 'cargo_class_unknown', 'place': 'cargo_class', 'written': cell.cargo_text}
        when misfit.fault is not null
            then {'code': misfit.fault, 'place': misfit.column_name, 'written': misfit.written}
        when cell.from_text is not null and not cell.is_dated
            then {'code': 'date_unreadable', 'place': 'valid_from', 'written': cell.from_text}
        when cell.to_text is not null and cell.valid_to is null
            then {'code': 'date_unreadable', 'place': 'valid_to', 'written': cell.to_text}
        when cell.valid_to <= cell.valid_from
            then {'code': 'validity_reversed', 'place': 'valid_to', 'written': cell.to_text}
        when cell.surcharge_text is not null and cell.kind is null
            then {'code': 'surcharge_unknown', 'place': 'surcharge', 'written': cell.surcharge_text}
        when cell.kind = 'fuel' and cell.percent_e2 is null
            then {'code': 'price_missing', 'place': 'surcharge_percent', 'written': null}
        when cell.kind = 'remote_area' and coalesce(cell.amount_minor, cell.per_kg_extra_e4) is null
            then {'code': 'price_missing', 'place': 'surcharge_amount', 'written': null}
        when cell.kind is not null then null
        when cell.min_g is null then {'code': 'weight_missing', 'place': 'min_g', 'written': null}
        when cell.max_g is null then {'code': 'weight_missing', 'place': 'max_g', 'written': null}
        when cell.min_g > cell.max_g
            then {'code': 'tier_reversed', 'place': 'max_g', 'written': cell.max_g::varchar}
        when cell.suspended then null
        when cell.first_fee_minor is null and cell.per_kg_e4 is null
            then {'code': 'price_missing', 'place': 'per_kg', 'written': null}
        when cell.first_fee_minor is null and cell.item_fee_minor is null
            then {'code': 'price_missing', 'place': 'item_fee', 'written': null}
        when cell.first_fee_minor is not null and cell.first_g is null
            then {'code': 'price_missing', 'place': 'first_g', 'written': null}
        when cell.first_fee_minor is not null and cell.step_g is null
            then {'code': 'price_missing', 'place': 'step_g', 'written': null}
        when cell.first_fee_minor is not null and cell.step_fee_minor is null
            then {'code': 'price_missing', 'place': 'step_fee', 'written': null}
        when coalesce(cell.per_kg_e4, 0) + coalesce(cell.item_fee_minor, 0) + coalesce(cell.first_fee_minor, 0)
            = 0
            then {'code': 'price_missing', 'place': 'per_kg', 'written': '0'}
    end as fault
from cells as cell
left join misfits as misfit
    on misfit.row_no = cell.row_no;

-- One row per row that is sound by itself, with its place among its neighbours. A card is a plan and its first day.
create temp table neighbours as
select
    cell.*,
    lag(cell.max_g) over same_goods as max_before_g,
    first_value(cell.currency) over same_card <> cell.currency as other_currency,
    (
        first_value(cell.valid_to) over same_card is distinct from cell.valid_to
        or first_value(cell.volumetric_divisor) over same_card is distinct from cell.volumetric_divisor
        or first_value(cell.volumetric_from_mm) over same_card is distinct from cell.volumetric_from_mm
    ) as other_terms,
    case
        when cell.kind is not null
            then row_number() over (
                partition by cell.plan_id, cell.valid_from, cell.kind, cell.country, cell.postcode_prefix
                order by cell.row_no
            )
    end as time_said
from cells as cell
inner join single_faults as single
    on single.row_no = cell.row_no and single.fault is null
window
    same_goods as (
        partition by cell.plan_id, cell.valid_from, cell.kind is null, cell.country, cell.cargo_class
        order by cell.min_g, cell.row_no
    ),
    same_card as (partition by cell.plan_id, cell.valid_from order by cell.row_no);

-- One row per plan and first day: a card of the file, with the first day of the plan's next one.
create temp table card_days as
select
    plan_id,
    valid_from,
    max(valid_to) as valid_to,
    count(*) filter (where kind is null)::bigint as rate_count,
    lead(valid_from) over (partition by plan_id order by valid_from) as next_from
from neighbours
group by plan_id, valid_from;

-- One row per row with something wrong, by itself or beside its neighbours.
create temp table faults as
select row_no, fault
from single_faults
where fault is not null
union all
select
    neighbour.row_no,
    case
        when neighbour.other_currency
            then {'code': 'card_currencies', 'place': 'currency', 'written': neighbour.currency}
        when neighbour.other_terms
            then {'code': 'card_terms', 'place': 'valid_to', 'written': neighbour.to_text}
        when neighbour.time_said > 1
            then {'code': 'surcharge_twice', 'place': 'surcharge', 'written': neighbour.surcharge_text}
        when neighbour.kind is null and neighbour.min_g <= neighbour.max_before_g
            then {'code': 'tiers_overlap', 'place': 'min_g', 'written': neighbour.min_g::varchar}
        when neighbour.kind is null and neighbour.min_g > neighbour.max_before_g + 1
            then {'code': 'tiers_gap', 'place': 'min_g', 'written': neighbour.min_g::varchar}
        when day.next_from < day.valid_to
            then {'code': 'validity_overlap', 'place': 'valid_to', 'written': neighbour.to_text}
        when day.rate_count = 0
            then {'code': 'card_without_rates', 'place': 'plan', 'written': neighbour.plan_text}
    end as fault
from neighbours as neighbour
inner join card_days as day
    on day.plan_id = neighbour.plan_id and day.valid_from = neighbour.valid_from
where fault is not null;

-- One row per refused row; the faulty ones first. One fault refuses the whole file: its other rows are named as such.
create temp table problems as
select
    plain.row_no,
    coalesce(headers.header, wrong.fault.place, '') as column_name,
    coalesce(wrong.fault.written, '') as value,
    coalesce(wrong.fault.code, 'rates_refused_whole') as code,
    '' as identity
from plain
left join faults as wrong
    on wrong.row_no = plain.row_no
left join headers
    on headers.column_name = wrong.fault.place
where exists (from faults)
order by wrong.row_no is null, plain.row_no;

-- One row per row that is taken and deserves a look: below its weight there is no rate for its destination.
create temp table warnings as
select row_no, coalesce(headers.header, 'min_g') as column_name, min_g::varchar as value, 'tiers_start_late' as code
from neighbours
left join headers
    on headers.column_name = 'min_g'
where kind is null and max_before_g is null and min_g > greatest(coalesce(min_billable_g, 1), 1)
    and not exists (from faults)
order by row_no;

-- One row per card of the file.
create temp table cards as
select
    plan_id,
    valid_from,
    max(valid_to) as valid_to,
    bool_or(is_dated) as is_dated,
    any_value(currency) as currency,
    any_value(volumetric_divisor) as volumetric_divisor,
    any_value(volumetric_from_mm) as volumetric_from_mm,
    coalesce(string_agg(distinct nullif(source, ''), '; '), '') as source,
    -- Partial lists name what is missing row by row; the card says it once.
    coalesce(string_agg(distinct nullif(note, ''), ' '), '') as note,
    count(*)::bigint as row_count,
    min(row_no)::bigint as row_no
from neighbours
group by plan_id, valid_from
order by row_no;

create temp table rates as
select
    plan_id,
    valid_from,
    country,
    cargo_class,
    min_g,
    max_g,
    coalesce(per_kg_e4, 0) as per_kg_e4,
    coalesce(item_fee_minor, 0) as item_fee_minor,
    first_g,
    first_fee_minor,
    step_g,
    step_fee_minor,
    coalesce(increment_g, 1) as increment_g,
    coalesce(min_billable_g, 1) as min_billable_g,
    suspended
from neighbours
where kind is null
order by row_no;

create temp table surcharges as
select
    plan_id,
    valid_from,
    kind,
    country,
    postcode_prefix,
    coalesce(percent_e2, 0) as percent_e2,
    coalesce(amount_minor, 0) as amount_minor,
    coalesce(per_kg_extra_e4, 0) as per_kg_e4
from neighbours
where kind is not null
order by row_no;
