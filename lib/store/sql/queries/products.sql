-- name: products_incoming
-- One row per SKU of the file, as it will be kept. What a file leaves blank does not erase what is known.
create or replace temp table incoming_products as
select
    file.sku,
    kept.sku is null as is_new,
    coalesce(nullif(file.title, ''), kept.title, '') as title,
    coalesce(file.weight_g, kept.weight_g) as weight_g,
    coalesce(file.length_mm, kept.length_mm) as length_mm,
    coalesce(file.width_mm, kept.width_mm) as width_mm,
    coalesce(file.height_mm, kept.height_mm) as height_mm,
    coalesce(file.cargo_class, kept.cargo_class, 'general') as cargo_class,
    coalesce(file.declared_name_zh, kept.declared_name_zh) as declared_name_zh,
    coalesce(file.declared_name_en, kept.declared_name_en) as declared_name_en,
    coalesce(file.declared_minor, kept.declared_minor) as declared_minor,
    coalesce(file.declared_currency, kept.declared_currency) as declared_currency,
    coalesce(file.purchase_minor, kept.purchase_minor) as purchase_minor,
    coalesce(file.purchase_currency, kept.purchase_currency) as purchase_currency,
    coalesce(file.hs_code, kept.hs_code) as hs_code,
    coalesce(file.shelf, kept.shelf) as shelf,
    coalesce(file.packaging_g, kept.packaging_g) as packaging_g
from file_products as file
left join products as kept
    on kept.sku = file.sku;

-- name: products_incoming_drop
-- The file is in.
drop table incoming_products;

-- name: products_update
-- One row per known SKU that the file changes.
update products
set
    title = incoming.title,
    weight_g = incoming.weight_g,
    length_mm = incoming.length_mm,
    width_mm = incoming.width_mm,
    height_mm = incoming.height_mm,
    cargo_class = incoming.cargo_class,
    declared_name_zh = incoming.declared_name_zh,
    declared_name_en = incoming.declared_name_en,
    declared_minor = incoming.declared_minor,
    declared_currency = incoming.declared_currency,
    purchase_minor = incoming.purchase_minor,
    purchase_currency = incoming.purchase_currency,
    hs_code = incoming.hs_code,
    shelf = incoming.shelf,
    packaging_g = incoming.packaging_g,
    changed_at = $loaded_at
from incoming_products as incoming
where products.sku = incoming.sku
    and (
        products.title is distinct from incoming.title
        or products.weight_g is distinct from incoming.weight_g
        or products.length_mm is distinct from incoming.length_mm
        or products.width_mm is distinct from incoming.width_mm
        or products.height_mm is distinct from incoming.height_mm
        or products.cargo_class is distinct from incoming.cargo_class
        or products.declared_name_zh is distinct from incoming.declared_name_zh
        or products.declared_name_en is distinct from incoming.declared_name_en
        or products.declared_minor is distinct from incoming.declared_minor
        or products.declared_currency is distinct from incoming.declared_currency
        or products.purchase_minor is distinct from incoming.purchase_minor
        or products.purchase_currency is distinct from incoming.purchase_currency
        or products.hs_code is distinct from incoming.hs_code
        or products.shelf is distinct from incoming.shelf
        or products.packaging_g is distinct from incoming.packaging_g
    )
returning products.sku;

-- name: products_insert
-- One row per SKU that was not known.
insert into products by name
select
    incoming.* exclude (is_new),
    $loaded_at as changed_at
from incoming_products as incoming
where is_new
returning sku;

-- name: products_all
-- One row per SKU.
select *
from products
order by sku;
