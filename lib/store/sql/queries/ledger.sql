-- name: ledger_make
-- One row per parcel that paid for return, failed or comes back, as `return_ledger` tells; rows and totals are read from it.
create temp table ledger as
select *
from return_ledger($counted_on::date);

-- name: ledger_forget
-- Drop what ledger_make made.
drop table ledger;

-- name: ledger_totals
-- One row in all (axis 'all'), and one per month, country, plan and decision: how many parcels, and their amounts in CNY.
-- …_assumed_minor is how much of an amount nobody has charged or counted yet. failed, returned, destroyed: abroad.
-- unconverted_count: parcels with an amount in a currency without a rate, which is in no CNY amount.
select
    case grouping(month, country, plan_id, decision)
        when 15 then 'all'
        when 7 then 'month'
        when 11 then 'country'
        when 13 then 'plan'
        else 'decision'
    end as axis,
    coalesce(strftime(month, '%Y-%m'), country, plan_id, decision, '') as value,
    count(*)::bigint as parcel_count,
    count(fee_stage)::bigint as paid_count,
    count(*) filter (where is_failed)::bigint as failed_count,
    count(*) filter (where is_returned and return_kind is distinct from 'domestic')::bigint as returned_count,
    count(*) filter (where return_kind = 'domestic')::bigint as domestic_count,
    count(*) filter (where is_destroyed and is_failed)::bigint as destroyed_count,
    coalesce(sum(fee_cny_minor), 0)::bigint as fee_minor,
    coalesce(sum(fee_cny_minor) filter (where fee_stage = 'assumed'), 0)::bigint as fee_assumed_minor,
    coalesce(sum(freight_cny_minor) filter (where is_failed), 0)::bigint as freight_minor,
    coalesce(sum(freight_cny_minor) filter (where is_failed and freight_stage <> 'billed'), 0)::bigint
        as freight_quoted_minor,
    coalesce(sum(recovered_cny_minor) filter (where return_kind is distinct from 'domestic'), 0)::bigint
        as recovered_minor,
    coalesce(
        sum(recovered_cny_minor) filter (where return_kind is distinct from 'domestic' and recovered_stage = 'assumed'),
        0
    )::bigint as recovered_assumed_minor,
    coalesce(sum(recovered_cny_minor) filter (where return_kind = 'domestic'), 0)::bigint as recovered_domestic_minor,
    sum(net_cny_minor)::bigint as net_minor,
    count(*) filter (
        where (fee_currency is not null and fee_cny_minor is null)
            or (recovered_minor is not null and recovered_cny_minor is null)
    )::bigint as unconverted_count
from ledger
group by grouping sets ((), (month), (country), (plan_id), (decision))
having count(*) > 0
order by axis, value;

-- name: ledger_rows
-- One row per parcel of the ledger, what failed first, then the newest; a page of them, or all.
select *
from ledger
where ($country is null or country = $country)
    and ($plan_id is null or plan_id = $plan_id)
    and ($decision is null or decision = $decision)
    and ($month is null or strftime(month, '%Y-%m') = $month)
order by is_failed or return_kind is not null desc, sent_at desc, shipment_id
limit $page_size;
