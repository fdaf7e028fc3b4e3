-- name: transit_days
-- One row per plan and country, plan (country ''), and all (plan ''), as the macro tells; most parcels first.
select *
from transit_days($now_at)
order by plan_id, country <> '', parcel_count desc, country;
