-- Receivers, units and what is left of order lines.

-- One row per order: where its parcels go, as corrected if somebody corrected it.
create or replace view effective_receivers as
select *
from receivers
where version = 'corrected'
union all
select received.*
from receivers as received
anti join (
    select shop_id, order_id
    from receivers
    where version = 'corrected'
) as corrected
    on corrected.shop_id = received.shop_id and corrected.order_id = received.order_id
where received.version = 'received';

-- One row per SKU: what one unit sold weighs and measures, pairs followed one step. What the known SKU of a pair
-- lacks, the paired one may have itself.
create or replace view units as
select
    product.sku,
    coalesce(known.weight_g * product.paired_quantity, product.weight_g) as weight_g,
    coalesce(known.length_mm, product.length_mm) as length_mm,
    coalesce(known.width_mm, product.width_mm) as width_mm,
    coalesce(known.height_mm * product.paired_quantity, product.height_mm) as height_mm,
    coalesce(known.cargo_class, product.cargo_class) as cargo_class,
    coalesce(known.declared_name_zh, product.declared_name_zh) as declared_name_zh,
    coalesce(known.declared_name_en, product.declared_name_en) as declared_name_en,
    coalesce(known.declared_minor * product.paired_quantity, product.declared_minor) as declared_minor,
    coalesce(known.declared_currency, product.declared_currency) as declared_currency,
    coalesce(known.purchase_minor * product.paired_quantity, product.purchase_minor) as purchase_minor,
    coalesce(known.purchase_currency, product.purchase_currency) as purchase_currency,
    coalesce(known.hs_code, product.hs_code) as hs_code,
    coalesce(known.shelf, product.shelf) as shelf,
    coalesce(product.packaging_g, known.packaging_g) as packaging_g
from products as product
left join products as known
    on known.sku = product.paired_sku;

-- One row per SKU that is no goods, as a person said; what has a weight is goods whatever was said, for it would be left
-- out of its parcels.
create or replace view charges as
select said.sku
from no_goods as said
left join units as unit
    on unit.sku = said.sku
where unit.weight_g is null;

-- One row per order of which a parcel may be on its way to the platform, or was sent and not answered: no other parcel of
-- it is sent meanwhile, or nobody could tell which of them a logistics order there is.
create or replace view orders_in_doubt as
select distinct shop_id, order_id
from shipments
where state in ('sending', 'unconfirmed');

-- One row per shipment that still holds quantities of its order.
create or replace view live_shipments as
select *
from shipments
where state not in ('cancelled', 'closed', 'voided');

-- One row per notice by hand that takes goods and of which nobody knows the end yet; another number takes none.
create or replace view open_notices as
select *
from notices
where state in ('sending', 'unconfirmed') and kind in ('notice', 'finish');

-- One row per order line in open notices: how many pieces they take that are not counted as shipped yet. One of
-- everything takes all of the line.
create or replace view noticed_lines as
select
    line.shop_id,
    line.order_id,
    line.line_no,
    case
        when bool_or(notice.everything) then line.quantity
        else greatest(
            coalesce(sum(part.quantity), 0)
            - greatest(line.shipped_quantity - max(coalesce(part.shipped_before, line.shipped_quantity)), 0),
            0
        )
    end::bigint as quantity
from order_lines as line
inner join open_notices as notice
    on notice.shop_id = line.shop_id and notice.order_id = line.order_id
left join notice_lines as part
    on part.notice_id = notice.notice_id and part.line_no = line.line_no
group by line.shop_id, line.order_id, line.line_no, line.quantity, line.shipped_quantity;

-- One row per order line: how many of it neither a live shipment nor an open notice holds (left_quantity), and how many
-- an open notice holds (noticed_quantity). Of a line that is no goods (is_charge) nothing is left to send.
create or replace view line_balances as
select
    line.shop_id,
    line.order_id,
    line.line_no,
    line.sku,
    charge.sku is not null as is_charge,
    case
        when charge.sku is not null then coalesce(held.quantity, 0)
        else line.quantity - coalesce(line.shipped_quantity, 0)
    end as open_quantity,
    case
        when charge.sku is not null then 0
        else line.quantity - coalesce(line.shipped_quantity, 0) - coalesce(held.quantity, 0)
    end as unheld_quantity,
    case when noticed.quantity > 0 then least(noticed.quantity, greatest(unheld_quantity, 0)) else 0 end
        as noticed_quantity,
    unheld_quantity - noticed_quantity as left_quantity,
    line.shipped_quantity is null and charge.sku is null as rest_unknown
from order_lines as line
left join charges as charge
    on charge.sku = line.sku
left join (
    select
        part.shop_id,
        part.order_id,
        part.line_no,
        sum(part.quantity)::bigint as quantity
    from shipment_lines as part
    inner join live_shipments as shipment
        on shipment.shipment_id = part.shipment_id
    group by part.shop_id, part.order_id, part.line_no
) as held
    on held.shop_id = line.shop_id
    and held.order_id = line.order_id
    and held.line_no = line.line_no
left join noticed_lines as noticed
    on noticed.shop_id = line.shop_id
    and noticed.order_id = line.order_id
    and noticed.line_no = line.line_no;

-- The SKU under which goods are known here: for goods whose order names none it is made of title and attributes, and
-- stays blank without both (docs/decisions/0046).
create or replace macro sku_here(sku, title, attributes) as
    case
        when sku = '' and concat(title, attributes) <> ''
            then concat('TITLE-', left(md5(concat(title, chr(31), attributes)), 8))
        else sku
    end;

-- The SKU that an order itself names: '' for one that was made here.
create or replace macro given_sku(sku) as
    case when starts_with(sku, 'TITLE-') and regexp_full_match(sku, 'TITLE-[0-9a-f]{8}') then '' else sku end;

-- Small words of the check before shipping.

-- Whether a length is among those of a mask: bit n stands for n digits.
create or replace macro dial_length(mask, digits) as
    digits between 1 and 40 and (mask >> digits) & 1 = 1;

-- The digits of a text, the first `count` of them, each times a weight that falls from `heaviest` by one.
create or replace macro check_sum(digits, count, heaviest) as
    list_sum(
        list_transform(range(count), lambda place: (heaviest - place) * (ascii(substr(digits, place + 1, 1)) - 48))
    );

-- Whether a text has nothing but blanks, and a text without those around it; blanks are those of Python's str.strip.
create or replace macro is_blank(text) as
    regexp_full_match(text, '[\s\x{b}\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*');

create or replace macro tidied(text) as
    regexp_replace(
        text,
        '^[\s\x{b}\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+|[\s\x{b}\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+$',
        '',
        'g'
    );
