-- Files that could not be read are among the imports too: error_code is why (null: the file was read), error_args what
-- its sentence names, as JSON. Nothing of such a file was loaded; its counts are 0.
-- unread are the headers that belong to the layout and that nothing reads, as a JSON list.
alter table imports add column error_code varchar;
alter table imports add column error_args varchar default '{}';
alter table imports add column unread varchar default '[]';
