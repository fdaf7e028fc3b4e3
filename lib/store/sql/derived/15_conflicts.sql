-- Comparing what two sources say of a receiver.

-- Letters and digits alone, so that a comma, an accent or a capital is no difference.
create or replace macro bare(value) as
    regexp_replace(lower(strip_accents(coalesce(value, ''))), '[^\p{L}\p{N}]', '', 'g');

-- Whether two texts say different things: one that is empty, or part of the other, says nothing else.
create or replace macro contradicts(ours, theirs) as
    bare(ours) <> '' and bare(theirs) <> '' and not contains(bare(ours), bare(theirs))
    and not contains(bare(theirs), bare(ours));
