"""Sentences for codes: what the services and the store only name is said here, in the language of the moment.

A sentence says what is the matter, where, what was expected, and what to do.
"""

from lib.wording.columns import column_label
from lib.wording.errors import SAYABLE, error_sentence, trouble_sentence
from lib.wording.files import (
    kind_label,
    layout_label,
    mending_columns,
    row_mending,
    row_problem,
    unreadable_sentence,
)
from lib.wording.findings import (
    conflict_label,
    field_label,
    finding_label,
    finding_sentence,
    severity_label,
)
from lib.wording.happenings import action_label, happening_sentence, notice_state_label
from lib.wording.labels import (
    card_state_label,
    cargo_label,
    class_label,
    create_call_label,
    decision_label,
    due_label,
    gateway_label,
    handover_label,
    lack_label,
    obstacle_label,
    obstacles_sentence,
    pair_kind_label,
    part_label,
    policy_label,
    shop_label,
    state_label,
    status_label,
    weight_source_label,
)
from lib.wording.outcomes import (
    clock_label,
    complaint_label,
    condition_label,
    days_label,
    failing_label,
    flag_sentence,
    meaning_label,
    outcome_label,
    remedies_sentence,
    return_kind_label,
)
from lib.wording.papers import paper_words, parcel_kind_label, print_order_label
from lib.wording.problems import problem_sentence
from lib.wording.products import fault_sentence, product_column, product_field
from lib.wording.rates import card_note
from lib.wording.shipments import (
    adopted_sentence,
    note_sentence,
    reason_mending,
    reason_sentence,
    refusal_sentence,
)
from lib.wording.stop_list import cancellations_unasked, gone_sentence, stop_sentence, where_printed
from lib.wording.sync import sandbox_takes_in, sync_trouble, trouble_label

__all__ = [
    "SAYABLE",
    "action_label",
    "adopted_sentence",
    "cancellations_unasked",
    "card_note",
    "card_state_label",
    "cargo_label",
    "class_label",
    "clock_label",
    "column_label",
    "complaint_label",
    "condition_label",
    "conflict_label",
    "create_call_label",
    "days_label",
    "decision_label",
    "due_label",
    "error_sentence",
    "failing_label",
    "fault_sentence",
    "field_label",
    "finding_label",
    "finding_sentence",
    "flag_sentence",
    "gateway_label",
    "gone_sentence",
    "handover_label",
    "happening_sentence",
    "kind_label",
    "lack_label",
    "layout_label",
    "meaning_label",
    "mending_columns",
    "note_sentence",
    "notice_state_label",
    "obstacle_label",
    "obstacles_sentence",
    "outcome_label",
    "pair_kind_label",
    "paper_words",
    "parcel_kind_label",
    "part_label",
    "policy_label",
    "print_order_label",
    "problem_sentence",
    "product_column",
    "product_field",
    "reason_mending",
    "reason_sentence",
    "refusal_sentence",
    "remedies_sentence",
    "return_kind_label",
    "row_mending",
    "row_problem",
    "sandbox_takes_in",
    "severity_label",
    "shop_label",
    "state_label",
    "status_label",
    "stop_sentence",
    "sync_trouble",
    "trouble_label",
    "trouble_sentence",
    "unreadable_sentence",
    "weight_source_label",
    "where_printed",
]
