-- A table of rates that a person taught the desk to read, as plain rates. Python lends besides:
--   said           one row: grams in a unit of its weights, whether an interval begins where the one before it ends,
--                  the plan and the currency of rows that name none
-- A cell that is no number stays as it stands: rates.sql names it.
create temp macro figure(cell) as try_cast(replace(trim(cell), ',', '') as decimal(14, 6));

create temp macro in_grams(cell, unit_g) as
    case
        when figure(cell) is null then cell
        when figure(cell) * unit_g = trunc(figure(cell) * unit_g)
            then (figure(cell) * unit_g)::bigint::varchar
        else (figure(cell) * unit_g)::varchar
    end;

create temp view plain as
select
    sheet.* exclude (plan, currency, min_g, max_g, per_kg, item_fee),
    coalesce(nullif(trim(sheet.plan), ''), said.plan) as plan,
    coalesce(nullif(trim(sheet.currency), ''), said.currency) as currency,
    -- Nothing weighs less than a gram; rates.sql begins the first interval there.
    case
        when said.touching and figure(sheet.min_g) is not null
            then (floor(figure(sheet.min_g) * said.unit_g)::bigint + 1)::varchar
        else in_grams(sheet.min_g, said.unit_g)
    end as min_g,
    in_grams(sheet.max_g, said.unit_g) as max_g,
    -- A list without such a column charges nothing of the kind; a blank cell of one that has it is a missing price.
    case when said.has_per_kg then sheet.per_kg else '0' end as per_kg,
    case when said.has_item_fee then sheet.item_fee else '0' end as item_fee
from sheet
cross join said;
