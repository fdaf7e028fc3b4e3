-- Bills out of the rows of a carrier's table. Python lends:
--   sheet          one row per filled row: row_no, and the layout's columns as texts
--   headers        one row per column the file has: its name here and its header there
--   kind_words     one row per way to write a kind of fee
--   currencies     one row per currency that is known
--   said           one row: the currency of amounts that name none, and how dates that end in their year are meant
-- and takes lines and problems.

create temp macro tidy(cell) as nullif(trim(regexp_replace(replace(cell, chr(160), ' '), '\s+', ' ', 'g')), '');

create temp macro written_number(cell) as
    try_cast(
        replace(
            regexp_extract(
                tidy(cell),
                '^(?:[$¥￥€]|CNY|USD|RMB|EUR)? ?(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?(?:元|CNY|USD|RMB|EUR|g|kg|克)?$',
                1
            ),
            ',',
            ''
        ) as decimal(14, 6)
    );

-- The currency a text names: by its sign, its code, or 元.
create temp macro named_currency(text) as
    case
        when regexp_matches(text, 'HK\$|HKD|港元|港币') then 'HKD'
        when regexp_matches(text, 'JPY|日元') then 'JPY'
        when regexp_matches(text, '\$|USD|美元|美金') then 'USD'
        when regexp_matches(text, '€|EUR|欧元') then 'EUR'
        when regexp_matches(text, '¥|￥|元|CNY|RMB|人民币') then 'CNY'
    end;

create temp macro dashed_date(cell) as replace(replace(tidy(cell), '/', '-'), '.', '-');

-- 20-11-2026 out of 20/11/2026 10:15: such a date is read only when somebody said which end is the month.
create temp macro year_last(cell) as regexp_extract(dashed_date(cell), '^\d{1,2}-\d{1,2}-\d{4}');

create temp table cells as
select
    sheet.row_no,
    tidy(sheet.number) as number,
    tidy(sheet.charged_on) as date_text,
    coalesce(
        try_cast(tidy(sheet.charged_on) as date),
        try_cast(regexp_extract(dashed_date(sheet.charged_on), '^\d{4}-\d{1,2}-\d{1,2}') as date),
        case said.date_order
            when 'mdy' then try_strptime(year_last(sheet.charged_on), '%m-%d-%Y')::date
            when 'dmy' then try_strptime(year_last(sheet.charged_on), '%d-%m-%Y')::date
        end
    ) as charged_on,
    coalesce(tidy(sheet.kind), '') as kind_text,
    case when tidy(sheet.kind) is null then 'freight' else coalesce(word.kind, 'other') end as kind,
    coalesce(tidy(sheet.billed_g), tidy(sheet.billed_kg)) as weight_text,
    coalesce(
        ceil(written_number(sheet.billed_g)), ceil(written_number(sheet.billed_kg) * 1000)
    )::bigint as billed_g,
    tidy(sheet.amount) as amount_text,
    written_number(sheet.amount) as amount,
    upper(tidy(sheet.currency)) as currency_text,
    coalesce(
        named_currency(tidy(sheet.currency)),
        upper(tidy(sheet.currency)),
        named_currency(tidy(sheet.amount)),
        named_currency(header.header),
        said.currency
    ) as currency,
    coalesce(tidy(sheet.bill_number), '') as bill_number,
    coalesce(tidy(sheet.note), '') as note
from sheet
cross join said
left join kind_words as word
    on word.word = lower(tidy(sheet.kind))
left join headers as header
    on header.column_name = 'amount';

-- One row per row of the sheet, with the first thing that is wrong with it, if any.
create temp table judged as
select
    cell.*,
    case
        when cell.number is null then {'code': 'bill_number_blank', 'place': 'number', 'written': null}
        when regexp_matches(cell.number, '^\d+(\.\d+)?[Ee]\+?\d+$')
            then {'code': 'bill_number_damaged', 'place': 'number', 'written': cell.number}
        when not regexp_matches(cell.number, '^[0-9A-Za-z][0-9A-Za-z_.-]{3,63}$')
            then {'code': 'bill_number_odd', 'place': 'number', 'written': cell.number}
        when cell.charged_on is null
            then {'code': 'date_unreadable', 'place': 'charged_on', 'written': cell.date_text}
        when cell.amount is null or cell.amount * 100 <> trunc(cell.amount * 100)
            then {'code': 'bill_amount_unreadable', 'place': 'amount', 'written': cell.amount_text}
        when cell.currency is null then {'code': 'currency_blank', 'place': 'currency', 'written': null}
        when money.currency is null
            then {'code': 'currency_unknown', 'place': 'currency', 'written': cell.currency}
        when cell.weight_text is not null and coalesce(cell.billed_g, -1) < 0
            then {'code': 'bill_weight_unreadable', 'place': 'billed_g', 'written': cell.weight_text}
    end as fault
from cells as cell
left join currencies as money
    on money.currency = cell.currency;

-- One row per refused row.
create temp table problems as
select
    judged.row_no,
    coalesce(headers.header, '') as column_name,
    coalesce(judged.fault.written, '') as value,
    judged.fault.code as code,
    -- A parcel has several lines: which of them a later one mends cannot be told by its number.
    '' as identity
from judged
left join headers
    on headers.column_name = judged.fault.place
where judged.fault is not null
order by judged.row_no;

-- One row per good row. Lines that say the same are told apart by how many came before: a bill may charge twice.
create temp table lines as
select
    row_no,
    number,
    charged_on,
    kind,
    kind_text,
    billed_g,
    -- Compensation is paid back, whichever sign a carrier writes before it.
    (case when kind = 'compensation' then -abs(amount) else amount end * 100)::bigint as amount_minor,
    currency,
    bill_number,
    note,
    md5(
        concat_ws(
            chr(31), number, charged_on, kind_text, coalesce(billed_g, -1), amount, currency, bill_number, note,
            row_number() over (
                partition by number, charged_on, kind_text, billed_g, amount, currency, bill_number, note
                order by row_no
            )
        )
    ) as line_key
from judged
where fault is null
order by row_no;
