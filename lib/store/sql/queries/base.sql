-- name: audit_add
-- One row: who did what to what.
insert into audit (done_at, done_by, action, subject, detail)
values ($done_at, $done_by, $action, $subject, $detail);

-- name: audit_recent
-- One row per action, newest first.
select done_at, done_by, action, subject, detail
from audit
order by audit_id desc
limit $page_size;
