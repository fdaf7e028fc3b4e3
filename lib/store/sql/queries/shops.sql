-- name: shops_known
-- One row per shop this desk speaks for, the first one first.
select shop_id, name, platform_url, coalesce(create_call, 'older') as create_call
from shops
where forgotten_at is null
order by shop_id != 'default', name, shop_id;

-- name: shop_keep
-- Name a shop; one that was forgotten is remembered again.
insert into shops (shop_id, name, file_zone, platform_url, create_call)
values ($shop_id, $shop_name, 'America/Los_Angeles', $platform_url, $create_call)
on conflict (shop_id) do update
set name = excluded.name, platform_url = excluded.platform_url, create_call = excluded.create_call,
    forgotten_at = null;

-- name: shop_forget
-- Ask a shop nothing any more; what is known of it stays.
update shops
set forgotten_at = $forgotten_at
where shop_id = $shop_id and shop_id != 'default';
