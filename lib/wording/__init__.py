"""Sentences for codes: what the services and the store only name is said here, in the language of the moment.

A sentence says what is the matter, where, what was expected, and what to do.
"""

from lib.wording.errors import SAYABLE, error_sentence, trouble_sentence
from lib.wording.files import layout_label, row_mending, row_problem, unreadable_sentence
from lib.wording.findings import conflict_label, field_label, finding_label, finding_sentence
from lib.wording.labels import (
    cargo_label,
    class_label,
    decision_label,
    handover_label,
    obstacle_label,
    obstacles_sentence,
    pair_kind_label,
    part_label,
    policy_label,
    state_label,
    status_label,
)
from lib.wording.problems import problem_sentence
from lib.wording.shipments import note_sentence, reason_mending, reason_sentence
from lib.wording.sync import sync_trouble

__all__ = [
    "SAYABLE",
    "cargo_label",
    "class_label",
    "conflict_label",
    "decision_label",
    "error_sentence",
    "field_label",
    "finding_label",
    "finding_sentence",
    "handover_label",
    "layout_label",
    "note_sentence",
    "obstacle_label",
    "obstacles_sentence",
    "pair_kind_label",
    "part_label",
    "policy_label",
    "problem_sentence",
    "reason_mending",
    "reason_sentence",
    "row_mending",
    "row_problem",
    "state_label",
    "status_label",
    "sync_trouble",
    "trouble_sentence",
    "unreadable_sentence",
]
