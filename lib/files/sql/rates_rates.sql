-- A plain table of rates, as it stands: see rates.sql.
create temp view plain as
select * from sheet;
