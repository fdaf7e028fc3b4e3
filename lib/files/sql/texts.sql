-- How cells are read as texts, whatever the layout.

create macro tidy(cell) as
    nullif(
        trim(
            cell,
            concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13), chr(160), chr(8203), chr(12288), chr(65279))
        ),
        ''
    );

-- In one line, for texts that a cell breaks into several.
create macro one_line(cell) as tidy(regexp_replace(replace(cell, chr(160), ' '), '\s+', ' ', 'g'));

-- Tools guard a long number by ` or ' or ="…" against spreadsheets, which leave a .0 behind it.
create macro bare_number(cell) as
    nullif(
        regexp_replace(regexp_replace(tidy(cell), '^[=`''’‘"´\s]+|["''’\s]+$', '', 'g'), '^(\d+)\.0+$', '\1'),
        ''
    );
