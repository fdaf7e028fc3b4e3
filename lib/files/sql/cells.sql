-- One row per row of `taken`: its cells as a JSON list, in their order.
select to_json(list_value(*columns(*)))::varchar as cells
from taken;
