-- What the readings of spot prices share.
create temp macro tidy(cell) as nullif(trim(regexp_replace(replace(cell, chr(160), ' '), '\s+', ' ', 'g')), '');

create temp macro written_number(cell) as
    try_cast(replace(regexp_extract(tidy(cell), '^[$¥￥]? ?(-?[\d,]+(?:\.\d+)?)$', 1), ',', '') as decimal(14, 6));
