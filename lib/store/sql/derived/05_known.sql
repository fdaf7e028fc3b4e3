-- What stands of a value that is kept and one that a file offers: a file that only fills gaps does not replace it,
-- and what a file leaves out does not erase it.
create or replace macro known(only_fills, kept, offered) as
    case when only_fills then coalesce(kept, offered) else coalesce(offered, kept) end;
