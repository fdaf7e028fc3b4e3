-- name: audit_add
-- One row: who did what to what.
insert into audit (done_at, done_by, action, subject, detail)
values ($done_at, $done_by, $action, $subject, $detail);
