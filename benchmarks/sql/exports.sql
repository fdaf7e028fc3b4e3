-- An order export in the Seller Center layout, as large as $orders says: one row per order, 1.6 lines each on
-- average, every cell made from the order's place alone, so that the same size is always the same file.

create or replace temp table countries as
select unnest(
    [
        'Russian Federation', 'United States', 'Spain', 'Brazil', 'France', 'Germany', 'Poland', 'Italy', 'Korea',
        'Netherlands', 'United Kingdom', 'Australia', 'Portugal', 'Ireland'
    ]
) as name, unnest(range(14)) as place;

create or replace temp view order_export as
with places as (
    select
        range as place,
        hash(range) as h,
        case (hash(range, 'lines') % 10)
            when 0 then 3
            when 1 then 3
            when 2 then 2
            when 3 then 2
            else 1
        end as line_count
    from range(getvariable('order_count'))
),

products as (
    select
        place,
        string_agg(
            printf(
                '【%d】%s Stainless Steel Kitchen Gadget No. %d, with "Gift Box" (New 2026)%s(产品属性:Color:%s、Ships From:China)%s(商家编码:SKU-%05d)%s(产品数量:%d piece)',
                line_no, ['Red', 'Large', 'Hot Sale', 'Mini'][1 + (hash(place, line_no) % 4)::integer],
                (hash(place, line_no, 't') % 5000)::bigint, chr(10),
                ['Red', 'Blue', 'Black', 'White'][1 + (hash(place, line_no) % 4)::integer], chr(10),
                (hash(place, line_no, 's') % 20000)::bigint, chr(10), 1 + (hash(place, line_no, 'q') % 3)::bigint
            ),
            chr(10)
            order by line_no
        ) as cell
    from (select place, unnest(range(1, line_count + 1)) as line_no from places)
    group by place
)

select
    (8100000000000000 + places.place * 101 + 7)::varchar as "订单号",
    case when h % 20 = 0 then '等待买家收货' else '等待您发货' end as "订单状态",
    'Desk ' || (h % 7) as "负责人(业务员)",
    'Buyer ' || (h % 90000) as "买家名称",
    strftime(paid - interval 1 hour, '%Y.%m.%d %H:%M') as "下单时间",
    strftime(paid, '%Y.%m.%d %H:%M') as "付款时间",
    printf('$%d.%02d', h % 300, h % 100) as "产品总金额",
    printf('$%d.%02d', h % 9, h % 100) as "物流费用",
    printf('$%d.%02d', h % 300 + h % 9 + (h % 100) * 2 // 100, (h % 100) * 2 % 100) as "订单金额",
    '' as "满立减",
    products.cell as "产品信息
（双击单元格展开所有产品信息！）",
    case when h % 15 = 0 then 'Please, no invoice in the parcel' else '' end as "订单备注",
    printf('%d Sample Street、Town %d、Province %d、%s', h % 400, h % 900, h % 50, countries.name) as "收货地址",
    'Buyer Made-Up ' || (h % 90000) as "收货人名称",
    countries.name as "收货国家",
    'Province ' || (h % 50) as "州/省",
    'Town ' || (h % 900) as "城市",
    (h % 400) || ' Sample Street, Flat ' || (h % 33) as "地址",
    printf('%05d', h % 90000) as "邮编",
    '' as "联系电话",
    printf('3%010d', h % 9999999999) as "手机",
    'AliExpress Standard Shipping' as "买家选择物流",
    strftime(paid + interval 7 day, '%Y-%m-%d %H:%M') as "发货期限",
    case when h % 20 = 0 then printf('AliExpress Standard Shipping:LX%09dCN', h % 999999999) else '' end
        as "实际发货物流:运单号",
    case when h % 20 = 0 then strftime(paid + interval 1 day, '%Y.%m.%d %H:%M') else '' end as "发货时间",
    '' as "确认收货时间"
from (select *, timestamp '2026-08-01' + to_minutes((h % 40000)::bigint) as paid from places) as places
inner join products using (place)
inner join countries on countries.place = h % 14
order by places.place;
