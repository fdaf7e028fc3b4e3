-- Events of parcels out of the rows of a tracking export. Python lends:
--   sheet          one row per filled row: row_no, and the layout's columns as texts
--   headers        one row per column the file has: its name here and its header there
--   codes          one row per code that is known: vocabulary, code (normal), is_vague (it tells no more than a free text)
--   phrases        one row per phrase of free texts: place (the most specific first), phrase, code
-- the vocabulary of the layout as the variable `context`, and takes events and problems.

create temp macro tidy(cell) as nullif(trim(regexp_replace(replace(cell, chr(160), ' '), '\s+', ' ', 'g')), '');

-- A code as it is looked up: upper case, blanks as underscores, no leading AE_.
create temp macro normal(cell) as
    regexp_replace(upper(regexp_replace(replace(tidy(cell), '＿', '_'), '\s+', '_', 'g')), '^AE_', '');

create temp macro bare(code) as
    replace(replace(code, '_', ''), '-', '');

-- The zone a time ends in, and how many minutes it is ahead of UTC; 0 for none.
create temp macro written_zone(cell) as
    regexp_extract(cell, '\d(?:\.\d+)? ?((?:UTC|GMT)? ?(?:Z|[+-]\d{1,2}(?::?\d{2})?))$', 1);

create temp macro zone_minutes(zone) as
    case
        when regexp_matches(zone, '[+-]\d{1,2}(?::?\d{2})?$')
            then (case when contains(zone, '-') then -1 else 1 end)
                * (
                    60 * regexp_extract(zone, '[+-](\d{1,2}?)(?::?(\d{2}))?$', 1)::bigint
                    + coalesce(try_cast(regexp_extract(zone, '[+-](\d{1,2}?)(?::?(\d{2}))?$', 2) as bigint), 0)
                )
        else 0
    end;

-- A time as it is written, in whichever zone: 2026-11-24 09:30, 2026/11/24, 24 November 2026 never.
create temp macro written_time(cell) as
    try_cast(
        regexp_extract(
            replace(replace(replace(cell, '/', '-'), '.', '-'), 'T', ' '),
            '^\d{4}-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?)?'
        ) as timestamp
    );

create temp table cells as
select
    sheet.row_no,
    tidy(sheet.number) as number,
    tidy(sheet.happened) as time_text,
    coalesce(tidy(sheet.zone), nullif(written_zone(tidy(sheet.happened)), ''), '') as zone,
    tidy(sheet.code) as code_text,
    tidy(sheet.status) as status_text,
    coalesce(tidy(sheet.text), '') as text,
    coalesce(tidy(sheet.place), '') as place
from sheet;

create temp table timed as
select
    *,
    case
        when regexp_full_match(time_text, '\d{13}') then make_timestamp_ms(time_text::bigint)
        when regexp_full_match(time_text, '\d{10}') then make_timestamp_ms(time_text::bigint * 1000)
        else written_time(time_text) - to_minutes(zone_minutes(zone))
    end as happened_at
from cells;

create temp table judged as
select
    *,
    case
        when number is null then {'code': 'tracking_number_blank', 'place': 'number', 'written': null}
        when regexp_matches(number, '^\d+(\.\d+)?[Ee]\+?\d+$')
            then {'code': 'tracking_number_damaged', 'place': 'number', 'written': number}
        when not regexp_matches(number, '^[0-9A-Za-z][0-9A-Za-z_.-]{3,63}$')
            then {'code': 'tracking_number_odd', 'place': 'number', 'written': number}
        when time_text is not null and happened_at is null
            then {'code': 'tracking_time_unreadable', 'place': 'happened', 'written': time_text}
        when code_text is null and status_text is null and text = ''
            then {'code': 'tracking_blank', 'place': 'text', 'written': null}
    end as fault
from timed;

create temp table problems as
select
    judged.row_no,
    coalesce(headers.header, '') as column_name,
    coalesce(judged.fault.written, '') as value,
    judged.fault.code as code,
    '' as identity
from judged
left join headers
    on headers.column_name = judged.fault.place
where judged.fault is not null
order by judged.row_no;

-- One row per spelling in the file: what it is known as. The layout's own vocabulary goes first, an exact spelling before
-- one without its dashes: Exception_010 and exception010 mean different things.
create temp table known as
select
    spelt.spelling,
    arg_min(
        {'vocabulary': code.vocabulary, 'code': code.code, 'is_vague': code.is_vague},
        2 * (normal(spelt.spelling) <> code.code)::integer + (code.vocabulary <> getvariable('context'))::integer
    ) as found
from (
    select code_text as spelling from judged where code_text is not null
    union
    select status_text from judged where status_text is not null
) as spelt
inner join codes as code
    on bare(code.code) = bare(normal(spelt.spelling))
group by spelt.spelling;

create temp table worded as
select text, (select arg_min(code, place) from phrases where contains(lower(words.text), phrases.phrase)) as code
from (select distinct text from judged where text <> '') as words;

create temp table events as
select
    judged.row_no,
    judged.number,
    coalesce(
        sub.found.vocabulary,
        case when worded.code is not null and coalesce(main.found.is_vague, true) then 'text' end,
        main.found.vocabulary,
        case when coalesce(judged.code_text, judged.status_text) is null then 'text' end,
        getvariable('context')
    ) as vocabulary,
    coalesce(
        sub.found.code,
        case when worded.code is not null and coalesce(main.found.is_vague, true) then worded.code end,
        main.found.code,
        normal(judged.code_text),
        normal(judged.status_text),
        ''
    ) as code,
    coalesce(judged.code_text, judged.status_text, '') as raw_code,
    judged.happened_at,
    judged.zone,
    judged.text,
    judged.place,
    coalesce(judged.status_text, '') as status
from judged
left join known as sub
    on sub.spelling = judged.code_text
left join known as main
    on main.spelling = judged.status_text
left join worded
    on worded.text = judged.text
where judged.fault is null
order by judged.row_no;
