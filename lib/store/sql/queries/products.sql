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

-- name: products_page
-- One row per product whose SKU, title, shelf or pair has the wanted text, a page of them, by SKU.
select
    product.*,
    unit.weight_g as unit_weight_g
from products as product
inner join units as unit
    on unit.sku = product.sku
where $wanted is null
    or contains(lower(concat_ws(' ', product.sku, product.title, product.shelf, product.paired_sku)), lower($wanted))
order by product.sku
limit $page_size
offset $skipped;

-- name: products_count
-- One row: how many products have the wanted text.
select count(*)::bigint as product_count
from products as product
where $wanted is null
    or contains(lower(concat_ws(' ', product.sku, product.title, product.shelf, product.paired_sku)), lower($wanted));

-- name: products_of
-- One row per chosen SKU that is known.
select products.*
from products
inner join chosen
    on chosen.id = products.sku
order by products.sku;

-- name: products_start
-- One row per SKU of `edits` that was not known, with nothing known of it but its title in the orders.
insert into products by name
select
    edit.sku,
    coalesce(
        any_value(
            case
                when given_sku(line.sku) = '' then concat_ws(' · ', line.title, nullif(line.attributes, ''))
                else line.title
            end
        ),
        ''
    ) as title,
    'general' as cargo_class,
    $changed_at::timestamp as changed_at
from (
    select distinct sku
    from edits
) as edit
anti join products as product
    on product.sku = edit.sku
left join order_lines as line
    on line.sku = edit.sku
group by edit.sku
returning sku;

-- name: products_edit
-- One row per SKU of `edits` (sku, field, value as text): only the named fields change.
update products
set
    title = case when edit.fields['title'] is not null then edit.texts['title'] else title end,
    weight_g = case when edit.fields['weight_g'] is not null then edit.texts['weight_g']::bigint else weight_g end,
    length_mm = case when edit.fields['length_mm'] is not null then edit.texts['length_mm']::bigint else length_mm end,
    width_mm = case when edit.fields['width_mm'] is not null then edit.texts['width_mm']::bigint else width_mm end,
    height_mm = case when edit.fields['height_mm'] is not null then edit.texts['height_mm']::bigint else height_mm end,
    cargo_class = case when edit.fields['cargo_class'] is not null then edit.texts['cargo_class'] else cargo_class end,
    declared_name_zh = case
        when edit.fields['declared_name_zh'] is not null then edit.texts['declared_name_zh'] else declared_name_zh
    end,
    declared_name_en = case
        when edit.fields['declared_name_en'] is not null then edit.texts['declared_name_en'] else declared_name_en
    end,
    declared_minor = case
        when edit.fields['declared_minor'] is not null then edit.texts['declared_minor']::bigint else declared_minor
    end,
    declared_currency = case
        when edit.fields['declared_minor'] is null then declared_currency
        when edit.texts['declared_minor'] is not null then 'USD'
    end,
    purchase_minor = case
        when edit.fields['purchase_minor'] is not null then edit.texts['purchase_minor']::bigint else purchase_minor
    end,
    purchase_currency = case
        when edit.fields['purchase_minor'] is null then purchase_currency
        when edit.texts['purchase_minor'] is not null then 'CNY'
    end,
    hs_code = case when edit.fields['hs_code'] is not null then edit.texts['hs_code'] else hs_code end,
    shelf = case when edit.fields['shelf'] is not null then edit.texts['shelf'] else shelf end,
    packaging_g = case
        when edit.fields['packaging_g'] is not null then edit.texts['packaging_g']::bigint else packaging_g
    end,
    changed_at = $changed_at
from (
    select
        sku,
        map(list(field), list(true)) as fields,
        map(list(field), list(value)) as texts
    from edits
    group by sku
) as edit
where edit.sku = products.sku
returning products.sku;

-- name: products_pair
-- One row per SKU of `pairings` (sku, known_sku, quantity): it is so many of the known one from now on.
update products
set
    paired_sku = pairing.known_sku,
    paired_quantity = pairing.quantity,
    paired_by = $paired_by,
    paired_at = $paired_at,
    changed_at = $paired_at
from pairings as pairing
where pairing.sku = products.sku
returning products.sku;

-- name: products_unpair
-- One row per chosen SKU that was paired and no longer is.
update products
set paired_sku = null, paired_quantity = null, paired_by = null, paired_at = null, changed_at = $changed_at
from chosen
where chosen.id = products.sku and products.paired_sku is not null
returning products.sku;

-- name: products_forget_empty
-- One row per chosen SKU of which nothing is known once its pair is gone: it is unknown again.
delete from products
using chosen
where chosen.id = products.sku
    and products.paired_sku is null
    and coalesce(products.weight_g, products.declared_minor, products.purchase_minor, products.packaging_g) is null
    and coalesce(products.length_mm, products.width_mm, products.height_mm) is null
    and coalesce(products.declared_name_zh, products.declared_name_en, products.hs_code, products.shelf) is null
returning products.sku;

-- name: pairs_all
-- One row per paired SKU, with the title of the known one.
select
    product.sku,
    product.title,
    product.paired_sku,
    product.paired_quantity,
    known.title as known_title,
    unit.weight_g,
    product.paired_by,
    product.paired_at
from products as product
inner join units as unit
    on unit.sku = product.sku
left join products as known
    on known.sku = product.paired_sku
where product.paired_sku is not null
order by product.paired_at desc, product.sku;

-- name: pair_bases
-- One row per chosen SKU that another one is paired to.
select distinct products.paired_sku as sku, min(products.sku) as paired
from products
inner join chosen
    on chosen.id = products.paired_sku
group by products.paired_sku;

-- name: skus_needed
-- One row per SKU that keeps awaiting orders back because it is unknown, has no weight or no declaration: how many
-- orders and units wait for it, the soonest of their deadlines, and what it lacks; most orders first.
select
    found.value as sku,
    coalesce(any_value(product.title), any_value(line.title), '') as title,
    count(distinct found.order_id)::bigint as order_count,
    sum(line.quantity)::bigint as unit_count,
    min(o.ship_by_at) as ship_by_at,
    bool_or(found.is_unknown) as is_unknown,
    bool_or(found.is_unknown or found.lacks_weight) as lacks_weight,
    bool_or(found.is_unknown or found.lacks_declaration) as lacks_declaration,
    bool_or(rule.needs is not null) and any_value(product.hs_code) is null as lacks_hs,
    any_value(product.weight_g) as weight_g,
    any_value(product.cargo_class) as cargo_class,
    any_value(product.declared_name_zh) as declared_name_zh,
    any_value(product.declared_name_en) as declared_name_en,
    any_value(product.declared_minor) as declared_minor,
    any_value(product.hs_code) as hs_code,
    any_value(product.paired_sku) as paired_sku,
    any_value(product.paired_quantity) as paired_quantity
from (
    select
        shop_id,
        order_id,
        value,
        bool_or(code = 'unknown_sku') as is_unknown,
        bool_or(code = 'missing_weight') as lacks_weight,
        bool_or(code = 'missing_declaration') as lacks_declaration
    from goods_findings
    where code in ('unknown_sku', 'missing_weight', 'missing_declaration')
    group by shop_id, order_id, value
) as found
inner join orders as o
    on o.shop_id = found.shop_id and o.order_id = found.order_id
inner join effective_receivers as receiver
    on receiver.shop_id = found.shop_id and receiver.order_id = found.order_id
inner join (
    select
        shop_id,
        order_id,
        sku,
        any_value(case when given_sku(sku) = '' then concat_ws(' · ', title, nullif(attributes, '')) else title end)
            as title,
        sum(quantity)::bigint as quantity
    from order_lines
    group by shop_id, order_id, sku
) as line
    on line.shop_id = found.shop_id and line.order_id = found.order_id and line.sku = found.value
left join products as product
    on product.sku = found.value
left join destination_rules as rule
    on rule.country = receiver.country and rule.needs = 'hs_code'
group by found.value
order by order_count desc, sku;

-- name: skus_needed_count
-- One row: how many SKUs keep orders back, and how many orders.
select
    count(distinct value)::bigint as sku_count,
    count(distinct order_id)::bigint as order_count
from goods_findings
where code in ('unknown_sku', 'missing_weight', 'missing_declaration');

-- name: skus_alike
-- One row per chosen SKU and the known one its text is most like, if any is near enough: a suggestion for a person.
-- Other digits are another product, unless the known SKU stands whole in the other one: known_part says so, and the
-- rest may say how many.
with known as (
    select sku, lower(sku) as text
    from products
    where weight_g is not null and paired_sku is null and length(sku) >= 3
)

select
    chosen.id as sku,
    known.sku as known_sku,
    jaro_winkler_similarity(lower(chosen.id), known.text) as likeness,
    contains(lower(chosen.id), known.text) as known_part
from chosen
inner join known
    on known.sku <> chosen.id and left(lower(chosen.id), 2) = left(known.text, 2)
where (contains(lower(chosen.id), known.text) and length(known.text) >= 4)
    or (
        jaro_winkler_similarity(lower(chosen.id), known.text) >= 0.88
        and regexp_replace(chosen.id, '[^0-9]', '', 'g') = regexp_replace(known.text, '[^0-9]', '', 'g')
    )
qualify row_number() over (
    partition by chosen.id
    order by contains(lower(chosen.id), known.text) desc, likeness desc, known.sku
) = 1
order by chosen.id;

-- name: orders_with_skus
-- One row per awaiting order with a chosen SKU, or one paired to it, still open, and whether it can go into a batch.
with wanted as (
    select id as sku
    from chosen
    union
    select products.sku
    from products
    inner join chosen
        on chosen.id = products.paired_sku
)

select
    o.order_id,
    block.order_id is null and hold.order_id is null and parcel.left_count > 0 as is_free
from orders as o
inner join order_parcels as parcel
    on parcel.shop_id = o.shop_id and parcel.order_id = o.order_id
left join (
    select distinct shop_id, order_id
    from order_blocks
) as block
    on block.shop_id = o.shop_id and block.order_id = o.order_id
left join (
    select distinct shop_id, order_id
    from holds
    where released_at is null and (until_at is null or until_at > $now_at)
) as hold
    on hold.shop_id = o.shop_id and hold.order_id = o.order_id
where o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    and (o.shop_id, o.order_id) in (
        select (balance.shop_id, balance.order_id)
        from line_balances as balance
        inner join wanted
            on wanted.sku = balance.sku
        where balance.open_quantity > 0
    )
order by o.ship_by_at nulls last, o.order_id;

-- name: orders_free
-- One row per chosen order that can go into a batch.
select o.order_id
from orders as o
inner join chosen
    on chosen.id = o.order_id
inner join order_parcels as parcel
    on parcel.shop_id = o.shop_id and parcel.order_id = o.order_id
left join (
    select distinct shop_id, order_id
    from order_blocks
) as block
    on block.shop_id = o.shop_id and block.order_id = o.order_id
left join (
    select distinct shop_id, order_id
    from holds
    where released_at is null and (until_at is null or until_at > $now_at)
) as hold
    on hold.shop_id = o.shop_id and hold.order_id = o.order_id
where o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    and block.order_id is null
    and hold.order_id is null
    and parcel.left_count > 0
order by o.ship_by_at nulls last, o.order_id;

-- name: no_goods_say
-- One row per chosen SKU that was not said to be no goods.
insert into no_goods
select id, $said_by, $said_at
from chosen
where id not in (select sku from no_goods)
returning sku;

-- name: no_goods_unsay
-- One row per chosen SKU that was said to be no goods, and is goods again.
delete from no_goods
using chosen
where chosen.id = no_goods.sku
returning no_goods.sku;

-- name: no_goods_weighed
-- One row per chosen SKU that has a weight: it is goods.
select unit.sku
from units as unit
inner join chosen
    on chosen.id = unit.sku
where unit.weight_g is not null
order by unit.sku;

-- name: no_goods_all
-- One row per SKU that a person said is no goods, the newest first: what its orders call it, how many orders that await
-- shipment hold it, and whether the product table knows a weight of it by now, so that it counts as goods.
select
    said.sku,
    coalesce(any_value(line.title), '') as title,
    count(distinct line.order_id) filter (
        where o.status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS')
    )::bigint as order_count,
    bool_or(charge.sku is null) as is_weighed,
    said.said_by,
    said.said_at
from no_goods as said
left join charges as charge
    on charge.sku = said.sku
left join order_lines as line
    on line.sku = said.sku
left join orders as o
    on o.shop_id = line.shop_id and o.order_id = line.order_id
group by said.sku, said.said_by, said.said_at
order by said.said_at desc, said.sku;

-- name: drafts_outdated
-- One row per draft that weighs or measures something else by the product table of now than when it was made.
select
    shipment.shipment_id,
    shipment.batch_id,
    shipment.order_id,
    shipment.plan_id,
    shipment.weight_g as old_weight_g,
    parcel.weight_g,
    quote.fee_minor as old_fee_minor,
    quote.currency
from shipments as shipment
inner join draft_parcels as parcel
    on parcel.shipment_id = shipment.shipment_id
left join quotes as quote
    on quote.shipment_id = shipment.shipment_id
where (
        shipment.weight_g, shipment.length_mm, shipment.width_mm, shipment.height_mm, shipment.cargo_class,
        shipment.declared_minor, shipment.declared_currency
    ) is distinct from (
        parcel.weight_g, parcel.length_mm, parcel.width_mm, parcel.height_mm, parcel.cargo_class,
        parcel.declared_minor, parcel.declared_currency
    )
order by shipment.batch_id, shipment.shipment_id;

-- name: drafts_reweigh
-- One row per chosen draft: as heavy and as large as the product table says now.
update shipments
set
    weight_g = parcel.weight_g,
    length_mm = parcel.length_mm,
    width_mm = parcel.width_mm,
    height_mm = parcel.height_mm,
    cargo_class = parcel.cargo_class,
    declared_minor = parcel.declared_minor,
    declared_currency = parcel.declared_currency,
    changed_at = $changed_at
from draft_parcels as parcel
inner join chosen
    on chosen.id = parcel.shipment_id
where parcel.shipment_id = shipments.shipment_id and shipments.state = 'draft'
returning shipments.shipment_id;

-- name: parcels_of_drafts
-- One row per chosen draft with a plan, to be rated.
create temp table parcels as
select parcel.* exclude (batch_id, state, plan_id)
from shipment_parcels as parcel
inner join chosen
    on chosen.id = parcel.parcel_id
where parcel.plan_id is not null;

-- name: drafts_repriced
-- One row per rated draft: what its plan costs now; fee_minor is null where the plan cannot carry it any more.
select
    shipment.shipment_id,
    case when quote.obstacles = 0 then quote.fee_minor end as fee_minor,
    quote.currency
from shipments as shipment
inner join quoted as quote
    on quote.parcel_id = shipment.shipment_id and quote.plan_id = shipment.plan_id
order by shipment.shipment_id;

-- name: quotes_forget_of
-- Drop the kept quotes of the chosen drafts: they are priced anew.
delete from quotes
using chosen
where chosen.id = quotes.shipment_id;

-- name: drafts_planless
-- One row per chosen draft that its plan cannot carry any more: it needs another one.
update shipments
set plan_id = null, rule_id = null, locked = false, changed_at = $changed_at
from chosen
inner join quoted as quote
    on quote.parcel_id = chosen.id
where shipments.shipment_id = chosen.id and quote.plan_id = shipments.plan_id and quote.obstacles > 0
returning shipments.shipment_id;

-- name: packaging_all
-- One row per weight band of the contents.
select *
from packaging
order by min_g;

-- name: packaging_clear
-- Bands are replaced as a whole: only together do they leave no gap.
delete from packaging;

-- name: packaging_set
-- One row per band of `bands`.
insert into packaging
select min_g, max_g, packaging_g
from bands;
