-- name: finding_rules_clear
-- The rules are this program's own: they are written down anew at every start.
delete from finding_rules;

-- name: finding_rules_set
-- One row per finding of `rules`.
insert into finding_rules
select code, severity, subject, asks
from rules;

-- name: field_limits_clear
-- As the rules.
delete from field_limits;

-- name: field_limits_set
-- One row per limit of `limits`.
insert into field_limits
select name, least, most
from limits;

-- name: check_version
-- One row: the rules that receivers were last checked with.
select version
from check_versions;

-- name: check_version_set
-- Receivers are checked with these rules from now on.
insert into check_versions
values ($version);

-- name: check_version_clear
-- Another set of rules: nothing counts as checked.
delete from check_versions;

-- name: receiver_checks_clear
-- Check every receiver again.
delete from receiver_checks;

-- name: due_make
-- One row per awaiting order of a shop whose receiver changed since it was last checked, texts without blanks around
-- them.
create or replace temp table due as
select
    receiver.order_id,
    receiver.country,
    receiver.name,
    receiver.province,
    receiver.city,
    receiver.address,
    receiver.phone,
    receiver.mobile,
    is_blank(receiver.name) as lacks_name,
    is_blank(receiver.province) as lacks_province,
    is_blank(receiver.city) as lacks_city,
    is_blank(receiver.address) as lacks_address,
    tidied(receiver.postcode) as postcode,
    tidied(receiver.tax_number) as tax_number,
    not is_blank(receiver.phone) as has_phone,
    not is_blank(receiver.mobile) as has_mobile
from orders as o
inner join effective_receivers as receiver
    on receiver.shop_id = o.shop_id and receiver.order_id = o.order_id
left join receiver_checks as done
    on done.shop_id = o.shop_id and done.order_id = o.order_id
where o.shop_id = $shop_id
    and o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    and (done.checked_at is null or done.checked_at < receiver.changed_at);

-- name: due_count
-- One row: how many receivers are due.
select count(*)::bigint as due_count
from due;

-- name: postcode_texts_make
-- One row per country and postcode due, with its country's pattern.
create or replace temp table postcode_texts as
select distinct due.country, due.postcode as text, rule.pattern
from due
inner join country_rules as rule
    on rule.country = due.country and rule.pattern is not null
where due.postcode <> '';

-- name: postcode_patterns
-- One row per pattern that some postcode has to match.
select distinct pattern
from postcode_texts
order by pattern;

-- name: postcode_verdicts_make
-- Room for a verdict per country and postcode; fits is null where only Python can tell.
create or replace temp table postcode_verdicts (
    country varchar,
    text varchar,
    fits boolean
);

-- name: postcodes_judge
-- One row per postcode of one pattern. A pattern that is one constant is compiled once; beyond ASCII letters and
-- digits, upper case and digits mean other things to Python.
insert into postcode_verdicts
select
    country,
    text,
    case when regexp_full_match(text, '[ -~]*') then regexp_full_match(upper(text), $pattern) end
from postcode_texts
where pattern = $pattern;

-- name: phone_readings_make
-- One row per country, number due and way to read it: after a plus as a number of some calling code ('abroad'), and,
-- when it begins with a digit, as one of its own country ('home'). number is what is dialled there; prefix or pattern
-- is what may be taken off it first; possible and complete are the lengths a number of the region may have (bit n: n
-- digits), local ones included or not.
create or replace temp table phone_readings as
with texts as (
    select country, mobile as text
    from due
    where has_mobile
    union
    select country, phone
    from due
    where has_phone
),

plain as (
    select
        country,
        text,
        regexp_full_match(text, '\+?[0-9][0-9 ().-]*') and length(text) <= 40 as is_plain,
        not starts_with(text, '+') as is_national,
        regexp_replace(text, '[^0-9]', '', 'g') as digits,
        regexp_replace(ltrim(text, '+0'), '[^0-9]', '', 'g') as dialled
    from texts
),

coded as (
    select
        plain.*,
        coalesce(three.calling_code, two.calling_code, one.calling_code) as calling_code,
        coalesce(three.main_region, two.main_region, one.main_region) as main_region
    from plain
    left join dial_codes as one
        on one.calling_code = left(plain.dialled, 1)
    left join dial_codes as two
        on two.calling_code = left(plain.dialled, 2)
    left join dial_codes as three
        on three.calling_code = left(plain.dialled, 3)
)

select
    coded.country,
    coded.text,
    coded.is_plain,
    'abroad' as way,
    substr(coded.dialled, length(coded.calling_code) + 1) as number,
    coded.calling_code is null as is_nothing,
    region.region is null as is_unsure,
    coalesce(region.is_main, false) as is_main,
    region.prefix,
    region.pattern,
    region.group_count,
    region.risky,
    region.possible,
    region.complete
from coded
left join dial_regions as region
    on region.region = coded.main_region
union all
select
    coded.country,
    coded.text,
    coded.is_plain,
    'home',
    coded.digits,
    region.region is null,
    starts_with(coded.digits, region.calling_code)
    or case
        when region.exit_code is not null then starts_with(coded.digits, region.exit_code)
        else contains(region.exit_risky, left(coded.digits, 1))
    end,
    region.is_main,
    region.prefix,
    region.pattern,
    region.group_count,
    region.risky,
    region.possible,
    region.complete
from coded
left join dial_regions as region
    on region.region = coded.country
where coded.is_national and coded.is_plain;

-- name: phone_patterns
-- One row per pattern of what may be taken off some number first, with how many groups it has.
select pattern, any_value(group_count)::integer as group_count
from phone_readings
where is_plain and pattern is not null and contains(risky, left(number, 1))
group by pattern
order by pattern;

-- name: phone_prefixes_make
-- Room for what a pattern takes off a number: a length, null where the pattern rewrites the number.
create or replace temp table phone_prefixes (
    number varchar,
    pattern varchar,
    prefix_length bigint
);

-- name: phone_prefixes_measure
-- One row per number of one pattern that begins with a digit the pattern can begin with.
insert into phone_prefixes
select
    number,
    pattern,
    case
        when $group_count = 0 or coalesce(regexp_extract(number, $anchored, $group_count), '') = ''
            then length(regexp_extract(number, $anchored))
    end
from (
    select distinct number, pattern
    from phone_readings
    where is_plain and pattern = $pattern and contains(risky, left(number, 1))
);

-- name: phone_verdicts_make
-- One row per country and number due: whether it could exist, null where only Python can tell. The library takes a
-- prefix off or leaves it, by rules of its own; a verdict stands only where both come to the same.
create or replace temp table phone_verdicts as
with measured as (
    select
        reading.*,
        length(reading.number) as whole,
        case
            when reading.prefix is not null
                then case when starts_with(reading.number, reading.prefix) then length(reading.prefix) else 0 end
            when reading.pattern is null or not contains(reading.risky, left(reading.number, 1)) then 0
            else taken.prefix_length
        end as prefix_length
    from phone_readings as reading
    left join phone_prefixes as taken
        on taken.number = reading.number and taken.pattern = reading.pattern
),

judged as (
    select
        country,
        text,
        is_plain,
        case
            when is_nothing then false
            when is_unsure or prefix_length is null then null
            when prefix_length = 0 then dial_length(possible, whole)
            when not is_main then null
            when dial_length(complete, whole - prefix_length) then true
            when dial_length(possible, whole) or dial_length(possible, whole - prefix_length) then null
            else false
        end as is_possible
    from measured
)

select
    country,
    text,
    case
        when not bool_and(is_plain) then null
        when bool_or(is_possible) then true
        when count(is_possible) = count(*) then false
    end as fits
from judged
group by country, text;

-- name: tax_verdicts_make
-- One row per country and tax number due: whether it is one, null where only Python can tell. Brazil: a CPF has
-- nine digits and two that check them; whatever could be a CNPJ is left to Python. Korea: P and twelve digits.
create or replace temp table tax_verdicts as
with texts as (
    select distinct due.country, due.tax_number as text, regexp_replace(due.tax_number, '[ .-]', '', 'g') as digits
    from due
    inner join tax_countries as wanted
        on wanted.country = due.country
    where due.tax_number <> ''
),

sums as (
    select
        *,
        regexp_full_match(digits, '[0-9]{11}') as is_eleven,
        (11 - check_sum(digits, 9, 10) % 11) % 11 % 10 as first_check
    from texts
)

select
    country,
    text,
    case
        when not regexp_full_match(text, '[ -~]*') then null
        when country = 'KR' then regexp_full_match(text, '[Pp][0-9]{12}')
        when is_eleven
            then digits <> '00000000000'
                and right(digits, 2)
                = concat(first_check, (11 - (check_sum(digits, 9, 11) + 2 * first_check) % 11) % 11 % 10)
        when length(regexp_replace(digits, '/', '', 'g')) = 14 then null
        else false
    end as fits
from sums;

-- name: undecided
-- One row per text that SQL could not judge: kind (postcode, phone, tax_number), country, text. A number beside
-- one that is good is not asked about.
select 'postcode' as kind, country, text
from postcode_verdicts
where fits is null
union all
select 'tax_number', country, text
from tax_verdicts
where fits is null
union all
select distinct 'phone', doubtful.country, doubtful.text
from (
    select due.country, unnest([
        case when by_mobile.country is not null and by_mobile.fits is null then due.mobile end,
        case when by_phone.country is not null and by_phone.fits is null then due.phone end
    ]) as text
    from due
    left join phone_verdicts as by_mobile
        on by_mobile.country = due.country and by_mobile.text = due.mobile
    left join phone_verdicts as by_phone
        on by_phone.country = due.country and by_phone.text = due.phone
    where not coalesce(by_mobile.fits, false) and not coalesce(by_phone.fits, false)
) as doubtful
where doubtful.text is not null
order by kind, country, text;

-- name: findings_forget
-- Drop the earlier findings of the orders that are due.
delete from findings
using due
where due.order_id = findings.order_id and findings.shop_id = $shop_id;

-- name: findings_find
-- One row per finding about a receiver that is due, by the rules of its country (`country_rules`), the verdicts above
-- and what Python said where they say nothing (`judged`).
insert into findings
with phones as (
    select verdict.country, verdict.text, coalesce(verdict.fits, judged.fits, false) as fits
    from phone_verdicts as verdict
    left join judged
        on judged.kind = 'phone' and judged.country = verdict.country and judged.text = verdict.text
),

postcodes as (
    select verdict.country, verdict.text, coalesce(verdict.fits, judged.fits, false) as fits
    from postcode_verdicts as verdict
    left join judged
        on judged.kind = 'postcode' and judged.country = verdict.country and judged.text = verdict.text
),

taxes as (
    select verdict.country, verdict.text, coalesce(verdict.fits, judged.fits, false) as fits
    from tax_verdicts as verdict
    left join judged
        on judged.kind = 'tax_number' and judged.country = verdict.country and judged.text = verdict.text
),

limits as (
    select
        max(most) filter (where name = 'receiver_name') as name_most,
        max(most) filter (where name = 'receiver_province') as province_most,
        max(most) filter (where name = 'receiver_city') as city_most,
        max(most) filter (where name = 'receiver_address') as address_most,
        max(most) filter (where name = 'receiver_phone') as phone_most,
        max(most) filter (where name = 'receiver_mobile') as mobile_most
    from field_limits
),

found as (
    select
        due.order_id,
        list_filter(
            [
                case when due.lacks_name then ['missing_address', 'name', ''] end,
                case when due.lacks_address and rule.needs_address then ['missing_address', 'address', ''] end,
                case when due.lacks_city and rule.needs_city then ['missing_address', 'city', ''] end,
                case when due.lacks_province and rule.needs_province then ['missing_address', 'province', ''] end,
                case when due.postcode = '' and rule.needs_postcode then ['missing_postcode', 'postcode', ''] end,
                case
                    when postcode.fits is false and rule.needs_postcode
                        then ['odd_postcode', 'postcode', due.postcode]
                    when postcode.fits is false then ['doubtful_postcode', 'postcode', due.postcode]
                end,
                case
                    when coalesce(mobile.fits, false) or coalesce(phone.fits, false) then null
                    when due.has_mobile or due.has_phone then ['odd_phone', 'phone', '']
                    else ['missing_phone', 'phone', '']
                end,
                case
                    when tax_country.country is null or tax.fits then null
                    when due.tax_number = '' then ['missing_tax_number', 'tax_number', due.country]
                    else ['odd_tax_number', 'tax_number', due.country]
                end,
                case
                    when strlen(due.name) > limits.name_most
                        then ['address_too_long', 'name', concat(strlen(due.name), ' > ', limits.name_most)]
                end,
                case
                    when strlen(due.province) > limits.province_most
                        then ['address_too_long', 'province', concat(strlen(due.province), ' > ', limits.province_most)]
                end,
                case
                    when strlen(due.city) > limits.city_most
                        then ['address_too_long', 'city', concat(strlen(due.city), ' > ', limits.city_most)]
                end,
                case
                    when strlen(due.address) > limits.address_most
                        then ['address_too_long', 'address', concat(strlen(due.address), ' > ', limits.address_most)]
                end,
                case
                    when strlen(due.phone) > limits.phone_most
                        then ['address_too_long', 'phone', concat(strlen(due.phone), ' > ', limits.phone_most)]
                end,
                case
                    when strlen(due.mobile) > limits.mobile_most
                        then ['address_too_long', 'mobile', concat(strlen(due.mobile), ' > ', limits.mobile_most)]
                end
            ],
            lambda one: one is not null
        ) as faults,
        concat_ws(
            chr(31), due.country, due.name, due.province, due.city, due.address, due.postcode, due.phone, due.mobile,
            due.tax_number
        ) as content
    from due
    cross join limits
    left join country_rules as rule
        on rule.country = due.country
    left join tax_countries as tax_country
        on tax_country.country = due.country
    left join postcodes as postcode
        on postcode.country = due.country and postcode.text = due.postcode
    left join phones as mobile
        on mobile.country = due.country and mobile.text = due.mobile
    left join phones as phone
        on phone.country = due.country and phone.text = due.phone
    left join taxes as tax
        on tax.country = due.country and tax.text = due.tax_number
)

select $shop_id, order_id, fault[1], fault[2], fault[3], seen
from (
    select order_id, md5(content) as seen, unnest(faults) as fault
    from found
    where len(faults) > 0
);

-- name: receivers_checked_forget
-- One row per order that is due and was checked before.
delete from receiver_checks
using due
where receiver_checks.shop_id = $shop_id and receiver_checks.order_id = due.order_id;

-- name: receivers_checked
-- One row per order that was due: checked as it is now.
insert into receiver_checks
select $shop_id, order_id, $checked_at
from due;

-- name: due_drop
-- The check is done: nothing of a receiver stays in a temporary table.
drop table due;

-- name: findings_of
-- One row per finding of the chosen orders that is not accepted, or is an error, and where the order is known from;
-- holds of this time included. Where one is chosen, $only names it: that is looked for at the bottom of the view, which
-- else is worked out for all orders.
with found as (
    select found.shop_id, found.order_id, found.code, found.field, found.value, found.severity, found.subject, found.blocks
    from order_findings as found
    inner join chosen
        on chosen.id = found.order_id
    where found.accepted_at is null and ($only is null or found.order_id = $only)
    union all
    select hold.shop_id, hold.order_id, 'held', 'hold', hold.reason, 'error', 'order', true
    from holds as hold
    inner join chosen
        on chosen.id = hold.order_id
    where hold.released_at is null and (hold.until_at is null or hold.until_at > $now_at)
)

select
    found.* exclude (shop_id),
    source.file,
    source.sheet,
    source.row_no,
    coalesce(source.is_synced, false) as is_synced
from found
left join order_sources as source
    on source.shop_id = found.shop_id and source.order_id = found.order_id
order by found.order_id, found.severity, found.code, found.value;

-- name: accepted_of
-- One row per warning of the chosen orders that somebody accepted, and that still stands as it was seen. $only as in
-- findings_of.
select found.order_id, found.code, found.field, found.value, found.accepted_by, found.accepted_at
from order_findings as found
inner join chosen
    on chosen.id = found.order_id
where found.accepted_at is not null and ($only is null or found.order_id = $only)
order by found.order_id, found.code, found.value;

-- name: finding_groups
-- One row per finding among the awaiting orders, whatever the time: how many orders have it, how many it keeps back, and
-- how many a person accepted; and one for the orders whose status is not known, of whatever else is wrong with them
-- nothing is told. What most orders are kept back by comes first.
select
    found.code,
    found.severity,
    found.subject,
    count(distinct found.order_id) filter (where found.accepted_at is null)::bigint as order_count,
    count(distinct found.order_id) filter (where found.blocks)::bigint as blocked_count,
    count(distinct found.order_id) filter (where found.accepted_at is not null)::bigint as accepted_count
from order_findings as found
inner join orders as o
    on o.shop_id = found.shop_id and o.order_id = found.order_id
where found.code not in ('status', 'taken') and o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
group by found.code, found.severity, found.subject
union all
select rule.code, rule.severity, rule.subject, count(*)::bigint, count(*)::bigint, 0::bigint
from orders_unknown as unknown
inner join finding_rules as rule
    on rule.code = 'status_unknown'
group by rule.code, rule.severity, rule.subject
order by blocked_count desc, order_count desc, code;

-- name: finding_orders
-- One row per awaiting order looked at with one finding, field and value of the finding, and where the order is known
-- from; soonest deadline first.
select
    awaiting.order_id,
    awaiting.country,
    awaiting.ship_by_at,
    awaiting.batch_id,
    awaiting.shipment_state,
    awaiting.hold_reason,
    found.field,
    found.value,
    found.blocks,
    found.accepted_by,
    found.accepted_at,
    source.file,
    source.sheet,
    source.row_no,
    coalesce(source.is_synced, false) as is_synced
from order_findings as found
inner join awaiting
    on awaiting.shop_id = found.shop_id and awaiting.order_id = found.order_id
left join order_sources as source
    on source.shop_id = found.shop_id and source.order_id = found.order_id
where found.code = $code and ($include_accepted or found.accepted_at is null)
order by awaiting.ship_by_at nulls last, awaiting.order_id, found.value
limit $page_size
offset $skipped;

-- name: finding_orders_unknown
-- As finding_orders: one row per order whose status is not known, with its label.
select
    unknown.order_id,
    receiver.country,
    unknown.ship_by_at,
    place.batch_id,
    place.state as shipment_state,
    null::varchar as hold_reason,
    'status' as field,
    unknown.status_label as value,
    true as blocks,
    null::varchar as accepted_by,
    null::timestamp as accepted_at,
    source.file,
    source.sheet,
    source.row_no,
    coalesce(source.is_synced, false) as is_synced
from orders_unknown as unknown
left join order_sources as source
    on source.shop_id = unknown.shop_id and source.order_id = unknown.order_id
inner join effective_receivers as receiver
    on receiver.shop_id = unknown.shop_id and receiver.order_id = unknown.order_id
left join (
    select shop_id, order_id, max(batch_id) as batch_id, max(state) as state
    from live_shipments
    group by shop_id, order_id
) as place
    on place.shop_id = unknown.shop_id and place.order_id = unknown.order_id
order by unknown.ship_by_at nulls last, unknown.order_id
limit $page_size
offset $skipped;

-- name: findings_accept
-- One row per finding of one kind of the chosen orders that was not accepted yet: accepted as it is seen now.
insert into accepted_findings
select found.shop_id, found.order_id, found.code, found.field, found.value, found.seen, $accepted_by, $accepted_at
from order_findings as found
inner join chosen
    on chosen.id = found.order_id
where found.code = $code and found.severity = 'warning' and found.subject <> 'order' and found.accepted_at is null
returning order_id;

-- name: findings_accept_undo
-- One row per acceptance of one kind of the chosen orders that is taken back.
delete from accepted_findings
using chosen
where chosen.id = accepted_findings.order_id and accepted_findings.code = $code
returning accepted_findings.order_id;

-- name: blocked_shipments
-- One row per draft of a batch with something that keeps its order from being sent.
select distinct shipment.shipment_id, shipment.order_id
from shipments as shipment
inner join order_findings as found
    on found.shop_id = shipment.shop_id and found.order_id = shipment.order_id
where shipment.batch_id = $batch_id
    and shipment.state = 'draft'
    and found.blocks
    and found.code not in ('taken', 'notice_unsettled', 'unknown_rest')
order by shipment.shipment_id;
