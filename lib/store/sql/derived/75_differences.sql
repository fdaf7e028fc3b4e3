-- What was quoted and what was billed, and where the difference comes from.

-- One row per bill line of `matches` (rows of bill_matches) with the shipment it charges for, in CNY by the rate of its day.
-- is_repeated: the same kind and amount was charged for the same parcel before.
create or replace macro charges_of(matches) as table
select
    line.*,
    match.shipment_id,
    match.how,
    match.confidence,
    rate.rate_e6,
    converted(line.amount_minor, rate.rate_e6) as amount_cny,
    line.amount_minor > 0
    and row_number() over (
        partition by match.shipment_id, line.kind, line.currency, line.amount_minor
        order by line.charged_on, line.row_no, line.line_key
    ) > 1 as is_repeated
from query_table(matches) as match
inner join bill_lines as line
    on line.line_key = match.line_key
asof left join cny_rates as rate
    on rate.currency = line.currency and rate.rate_on <= line.charged_on;

-- One row per bill line that charges for a shipment.
create or replace view bill_charges as
select *
from charges_of('bill_matches');

-- What carrying a chargeable weight costs by one row of a rate card, surcharges aside.
create or replace macro carried_fee(chargeable_g, item_fee, per_kg_e4, first_g, first_fee, step_g, step_fee) as
    item_fee
    + (per_kg_e4 * chargeable_g + 50000) // 100000
    + coalesce(first_fee, 0)
    + coalesce(greatest(chargeable_g - first_g + step_g - 1, 0) // step_g * step_fee, 0);

-- One row per parcel on the platform of the orders in `touched` (shop_id, order_id) that bills charge for and whose quote is
-- kept: what was quoted, what was billed, and their difference in CNY, split so that the parts add up to it.
--
-- weight: the weight billed, by the row of the card that the quoted weight fell in. tier: what another row of the card
-- makes of it. volumetric: both, where the weight billed is that of the parcel's size. surcharge: fuel, remote area, duties
-- and the like beyond the quoted. currency: another rate on the day of the charge than on that of the quote. duplicate:
-- charged before. return: the return service beyond what was assumed. price: what the card does not explain. Compensation
-- stands apart. All in minor CNY.
create or replace macro bill_differences_of(touched) as table
with matched as (
    select match.*
    from bill_matches as match
    semi join (
        select shipment.shipment_id
        from shipments as shipment
        semi join query_table(touched) as touch
            on touch.shop_id = shipment.shop_id and touch.order_id = shipment.order_id
    ) as mine
        on mine.shipment_id = match.shipment_id
),

charged as (
    select
        shipment_id,
        min(charged_on) as billed_on,
        max(billed_g) as billed_g,
        min(bill_number) as bill_number,
        min(confidence) as confidence,
        count(*) filter (where amount_cny is null) as unconverted_count,
        sum(amount_cny) filter (where kind <> 'compensation')::bigint as billed_cny,
        sum(amount_cny) filter (where is_repeated and kind <> 'compensation')::bigint as duplicate_cny,
        sum(amount_cny) filter (where not is_repeated and kind in ('freight', 'item'))::bigint as carried_cny,
        sum(amount_cny)
            filter (where not is_repeated and kind not in ('freight', 'item', 'return_service', 'compensation'))::bigint
            as extra_cny,
        sum(amount_cny) filter (where not is_repeated and kind = 'return_service')::bigint as back_cny,
        sum(amount_cny) filter (where kind = 'compensation')::bigint as compensation_cny
    from charges_of('matched')
    group by shipment_id
),

quoted as (
    select
        charged.*,
        shipment.shop_id,
        shipment.order_id,
        shipment.plan_id,
        shipment.tracking_number,
        shipment.lp_number,
        receiver.country,
        shipment.cargo_class,
        coalesce(quote.weight_g, shipment.weight_g) as sent_g,
        quote.chargeable_g as quoted_g,
        shipment.length_mm::double * shipment.width_mm * shipment.height_mm as volume_mm3,
        quote.card_id,
        quote.fee_minor,
        quote.currency,
        quote.fee_minor
        - coalesce((quote.parts ->> 'fuel')::bigint, 0)
        - coalesce((quote.parts ->> 'remote_area')::bigint, 0) as carried_minor,
        converted(quote.fee_minor, coalesce(quote.fx_e6, then_rate.rate_e6)) as quoted_cny,
        rate.rate_e6
    from charged
    inner join shipments as shipment
        on shipment.shipment_id = charged.shipment_id
        and shipment.state in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared')
    inner join effective_receivers as receiver
        on receiver.shop_id = shipment.shop_id and receiver.order_id = shipment.order_id
    inner join quotes as quote
        on quote.shipment_id = shipment.shipment_id
    asof left join cny_rates as rate
        on rate.currency = quote.currency and rate.rate_on <= charged.billed_on
    asof left join cny_rates as then_rate
        on then_rate.currency = quote.currency and then_rate.rate_on <= quote.decided_at
),

rated as (
    select
        quoted.*,
        assumed.fee_minor as assumed_minor,
        (greatest(quoted.billed_g, now.min_billable_g) + now.increment_g - 1) // now.increment_g * now.increment_g
            as charged_g,
        now.min_g as now_row,
        was.min_g as was_row,
        carried_fee(
            charged_g, now.item_fee_minor, now.per_kg_e4, now.first_g, now.first_fee_minor, now.step_g,
            now.step_fee_minor
        ) as now_minor,
        carried_fee(
            charged_g, was.item_fee_minor, was.per_kg_e4, was.first_g, was.first_fee_minor, was.step_g,
            was.step_fee_minor
        ) as was_minor,
        quoted.billed_g > quoted.sent_g
        and list_bool_or(
            list_transform(
                [5000, 6000, 8000, 12000],
                lambda divisor: abs(ceil(quoted.volume_mm3 / divisor) - quoted.billed_g) <= now.increment_g
            )
        ) as is_volumetric
    from quoted
    left join rate_spans as now
        on now.card_id = quoted.card_id
        and now.country = quoted.country
        and now.cargo_class = quoted.cargo_class
        and quoted.billed_g between now.from_g and now.to_g
    left join rates as was
        on was.card_id = quoted.card_id
        and was.country = quoted.country
        and was.cargo_class = quoted.cargo_class
        and quoted.quoted_g between was.min_g and was.max_g
    left join fees as assumed
        on assumed.shipment_id = quoted.shipment_id and assumed.kind = 'return_service' and assumed.stage = 'assumed'
),

-- Each boundary between two causes is an amount; what lies between two of them is a part.
stepped as (
    select
        *,
        coalesce(converted(carried_minor, rate_e6), 0) as quoted_then,
        coalesce(converted(fee_minor, rate_e6), 0) as quoted_now,
        coalesce(converted(was_minor, rate_e6), quoted_then) as by_weight,
        coalesce(converted(now_minor, rate_e6), by_weight) as by_tier,
        -- Nothing was charged for carrying it yet: there is nothing to compare that with.
        carried_cny is not null as is_carried
    from rated
)

select
    shipment_id,
    shop_id,
    order_id,
    plan_id,
    country,
    tracking_number,
    lp_number,
    bill_number,
    billed_on,
    confidence,
    sent_g,
    quoted_g,
    billed_g,
    case when is_carried then quoted_cny else 0 end as quoted_cny,
    coalesce(billed_cny, 0) as billed_cny,
    case when is_carried and not coalesce(is_volumetric, false) then by_weight - quoted_then else 0 end as weight_cny,
    case when is_carried and not coalesce(is_volumetric, false) then by_tier - by_weight else 0 end as tier_cny,
    case when is_carried and is_volumetric then by_tier - quoted_then else 0 end as volumetric_cny,
    coalesce(extra_cny, 0) - case when is_carried then quoted_now - quoted_then else 0 end as surcharge_cny,
    case when is_carried then quoted_now - quoted_cny else 0 end as currency_cny,
    coalesce(duplicate_cny, 0) as duplicate_cny,
    case when is_carried then carried_cny - by_tier else 0 end as price_cny,
    coalesce(back_cny, 0) as return_cny,
    coalesce(assumed_minor, 0) as assumed_return_minor,
    coalesce(compensation_cny, 0) as compensation_cny,
    coalesce(billed_cny, 0) - case when is_carried then quoted_cny else 0 end as difference_cny
from stepped
where unconverted_count = 0 and rate_e6 is not null;

-- One row per reason to claim money back from a carrier: what it is about and how much, in minor CNY.
create or replace view bill_claims as
select
    shipment_id, order_id, plan_id, country, tracking_number, lp_number, bill_number, billed_on, reason, sent_g, quoted_g,
    billed_g, amount_cny
from (
    unpivot bill_differences
    on weight_cny as weight, tier_cny as tier, volumetric_cny as volumetric, surcharge_cny as surcharge,
        duplicate_cny as duplicate, price_cny as price
    into name reason value amount_cny
)
where amount_cny > 0
union all
select
    null, null, null, null, line.number, null, line.bill_number, line.charged_on, 'not_ours', null, null, line.billed_g,
    converted(line.amount_minor, rate.rate_e6)
from bill_lines as line
anti join bill_matches as match
    on match.line_key = line.line_key
asof left join cny_rates as rate
    on rate.currency = line.currency and rate.rate_on <= line.charged_on
where line.amount_minor > 0
union all
select
    shipment.shipment_id, shipment.order_id, shipment.plan_id, null, shipment.tracking_number, shipment.lp_number,
    charge.bill_number, charge.charged_on, 'not_sent', shipment.weight_g, null, charge.billed_g, charge.amount_cny
from bill_charges as charge
inner join shipments as shipment
    on shipment.shipment_id = charge.shipment_id
where charge.amount_minor > 0
    and shipment.state not in ('accepted', 'ready', 'handed_over', 'declaring', 'declare_unconfirmed', 'declared');

-- One row per bill line without a shipment and the unbilled parcel it may be of: left the desk up to 45 days before the
-- charge, weight and amount within a tenth (or 20 g). confidence, in hundredths: 95 less the hundredths both differ by and
-- a point for every three days, divided among parcels that would do as well. A parcel is offered to one line.
create or replace view bill_guesses as
with lines as (
    select
        line.*,
        converted(line.amount_minor, rate.rate_e6) as amount_cny,
        floor(ln(amount_cny) * 10)::bigint as bucket
    from bill_lines as line
    anti join bill_matches as match
        on match.line_key = line.line_key
    asof left join cny_rates as rate
        on rate.currency = line.currency and rate.rate_on <= line.charged_on
    where line.amount_minor > 0 and line.kind = 'freight' and line.billed_g is not null
),

free as (
    select
        cost.*,
        quote.chargeable_g,
        unnest([-1, 0, 1]) + floor(ln(cost.estimated_cny) * 10)::bigint as bucket
    from cost_parcels as cost
    inner join quotes as quote
        on quote.shipment_id = cost.shipment_id
    where cost.billed_on is null and cost.estimated_cny > 0
),

pairs as (
    select
        line.line_key,
        line.number,
        line.charged_on,
        line.billed_g,
        line.amount_cny,
        line.bill_number,
        free.shipment_id,
        free.order_id,
        free.weight_g,
        free.estimated_cny,
        coalesce(free.handed_on, free.created_on) as left_on,
        100 * abs(line.billed_g - free.chargeable_g) / free.chargeable_g as weight_off,
        100 * abs(line.amount_cny - free.estimated_cny) / free.estimated_cny as amount_off,
        95 - weight_off - amount_off - abs(line.charged_on - left_on) / 3 as closeness
    from lines as line
    inner join free
        on free.bucket = line.bucket
        and coalesce(free.handed_on, free.created_on) between line.charged_on - 45 and line.charged_on
    where abs(line.billed_g - free.chargeable_g) <= greatest(20, free.chargeable_g // 10)
        and 10 * abs(line.amount_cny - free.estimated_cny) <= free.estimated_cny
),

best as (
    select *, count(*) over (partition by line_key, round(closeness)) as alike
    from pairs
    qualify row_number() over (partition by line_key order by closeness desc, shipment_id) = 1
)

select
    line_key, number, charged_on, billed_g, amount_cny, bill_number, shipment_id, order_id, weight_g, estimated_cny, left_on,
    greatest(closeness / alike, 1)::bigint as confidence
from best
qualify row_number() over (partition by shipment_id order by closeness desc, line_key) = 1;

-- One row per line of a parcel on the platform that has one SKU alone, as `boxed` wants it.
create or replace view lone_contents as
select shop_id, order_id, shipment_id, sku, quantity, quantity as left_quantity
from cost_lines
where part_count = 1;

-- One row per SKU that went out alone and was weighed by a scale or a bill: its weight in the product table, and what one
-- unit of it weighed (the median over parcels, packaging taken off). A bill rounds: what it charged is compared with what
-- was quoted to be charged. is_wrong: three scales, or five bills, say something else by more than 5 g and 5 %.
create or replace view sku_weights as
with measured as (
    select
        box.shipment_id,
        line.sku,
        line.quantity,
        box.weight_g as computed_g,
        scale.weight_g as scale_g,
        bill.billed_g,
        quote.chargeable_g
    from boxed('lone_contents') as box
    inner join lone_contents as line
        on line.shipment_id = box.shipment_id
    left join (
        select shipment_id, arg_max(weight_g, weighing_id) as weight_g
        from weighings
        group by shipment_id
    ) as scale
        on scale.shipment_id = box.shipment_id
    left join (
        select match.shipment_id, max(line.billed_g) as billed_g
        from bill_matches as match
        inner join bill_lines as line
            on line.line_key = match.line_key
        group by match.shipment_id
    ) as bill
        on bill.shipment_id = box.shipment_id
    left join quotes as quote
        on quote.shipment_id = box.shipment_id and quote.weight_source = 'sku'
    where scale.weight_g is not null or bill.billed_g is not null
),

medians as (
    select
        sku,
        count(*)::bigint as parcel_count,
        count(scale_g)::bigint as scale_count,
        count(billed_g - chargeable_g)::bigint as billed_count,
        round(median((scale_g - computed_g) / quantity))::bigint as scale_off,
        round(median((billed_g - chargeable_g) / quantity))::bigint as billed_off
    from measured
    group by sku
)

select
    found.sku,
    product.title,
    unit.weight_g as stored_g,
    product.paired_sku,
    found.parcel_count,
    found.scale_count,
    found.billed_count,
    unit.weight_g + found.scale_off as scale_g,
    unit.weight_g + found.billed_off as billed_g,
    case
        when found.scale_count >= 3 then unit.weight_g + found.scale_off
        when found.billed_count >= 5 then unit.weight_g + found.billed_off
    end as measured_g,
    coalesce(
        abs(measured_g - unit.weight_g) > greatest(5, unit.weight_g / 20) and measured_g > 0, false
    ) as is_wrong
from medians as found
inner join units as unit
    on unit.sku = found.sku
inner join products as product
    on product.sku = found.sku;
