-- How many of the line had gone out when the notice was written; null: not known then, or written by an earlier program.
alter table notice_lines add column shipped_before bigint;
