-- How cells are read as texts, whatever the layout. Most cells are clean: what tells that is cheap, so the long way
-- is only gone where there is something to tidy. The last letter of a long Chinese text is dear to find, so a bracket,
-- which ends most of them, is looked for by itself.
create temp macro tidy(cell) as
    case
        when (left(cell, 1) between '!' and '~' or left(cell, 1) between '【' and '퟿')
            and (ends_with(cell, ')') or right(cell, 1) between '!' and '~')
            then cell
        else nullif(
            trim(
                cell,
                concat(
                    ' ', chr(9), chr(10), chr(11), chr(12), chr(13), chr(160), chr(8203), chr(12288), chr(65279)
                )
            ),
            ''
        )
    end;

-- In one line, for texts that a cell breaks into several.
create temp macro one_line(cell) as
    case
        when regexp_full_match(
            cell,
            '[^\s\v\x{a0}\x{3000}\x{feff}\x{200b}]+( [^\s\v\x{a0}\x{3000}\x{feff}\x{200b}]+)*'
        ) then cell
        else tidy(regexp_replace(replace(cell, chr(160), ' '), '\s+', ' ', 'g'))
    end;

-- Tools guard a long number by ` or ' or ="…" against spreadsheets, which leave a .0 behind it.
create temp macro bare_number(cell) as
    case
        when regexp_full_match(cell, '[0-9A-Za-z+(][0-9A-Za-z() -]*[0-9A-Za-z)]') then cell
        else nullif(
            regexp_replace(
                regexp_replace(tidy(cell), '^[=`''’‘"´\s]+|["''’\s]+$', '', 'g'), '^(\d+)\.0+$', '\1'
            ),
            ''
        )
    end;

-- Line ends inside a cell, whichever they are, as line feeds.
create temp macro with_line_feeds(cell) as
    case
        when contains(cell, chr(13))
            then replace(replace(cell, chr(13) || chr(10), chr(10)), chr(13), chr(10))
        else cell
    end;

-- Whether an amount is below zero: $-11.00, -$5.00, -5 USD, ($5.00), 5.00-. A word before the sign is no currency.
create temp macro is_below_zero(cell) as
    regexp_matches(cell, '^[^\d.,]{0,6}[-−–]|^[(（].*[)）]$|\d[-−–]$')
    and regexp_full_match(
        regexp_replace(cell, '[-−–()（）\s]', '', 'g'), '[^\d.,]{0,3}[$€£¥￥]?[\d,]*\d(\.\d+)?[^\d.,]{0,4}'
    )
    and regexp_matches(cell, '[1-9]');
