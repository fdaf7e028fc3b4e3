-- name: plans_all
-- One row per plan the platform sells, with its rate card of the day and its return-service fee (an assumption) if it
-- returns.
select
    plan.*,
    card.card_id,
    card.currency as card_currency,
    card.active_from as card_from,
    card.note as card_note,
    return_fee.fee_minor as return_fee_minor,
    return_fee.currency as return_fee_currency
from plans as plan
left join active_cards as card
    on card.plan_id = plan.plan_id
    and card.active_from <= $quoted_on
    and (card.active_to is null or $quoted_on < card.active_to)
left join return_fees as return_fee
    on return_fee.plan_id = plan.plan_id and plan.return_supported
where plan.channel = 'online'
order by plan.plan_id;

-- name: rated_countries
-- One row per country that a card of the day has a row for.
select distinct rate.country
from rates as rate
inner join cards_on($quoted_on::date) as card
    on card.card_id = rate.card_id
order by rate.country;
