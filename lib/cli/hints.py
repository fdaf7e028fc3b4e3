"""What mends a problem at the command line: sentences speak of the pages, a shell has commands and options."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.wording import error_sentence

#: The code of a Problem → the commands or options that mend it.
HINTS = {
    "address_unknown": ("addresses --refresh",),
    "agreement_missing": ("--agree",),
    "all_kept_back": ("checks", "receiver", "batch cancel"),
    "all_stopped": ("batch stopped", "batch void", "batch let-go"),
    "batch_unknown": ("batch list",),
    "carrier_unknown": ("notice carriers",),
    "confirmation_missing": ("--agree",),
    "handover_missing": ("--sender", "--handover"),
    "no_labels": ("batch show",),
    "no_sender": ("addresses --refresh",),
    "not_in_batch": ("batch show",),
    "not_in_coverage": ("--handover",),
    "not_stopped": ("batch stopped",),
    "notice_nothing": ("notice show", "--take"),
    "notice_quantity": ("notice show", "--take"),
    "notice_under_way": ("notice settle",),
    "nothing_handed_over": ("batch handover",),
    "nothing_ready": ("batch show",),
    "number_not_declared": ("notice show",),
    "order_unknown": ("load", "sync"),
    "pages_unknown": ("batch runs",),
    "parcels_under_way": ("batch declare", "batch void"),
    "pickup_contact_missing": ("--contact", "--contact-phone"),
    "pickup_not_agreed": ("--warehouse-agreed",),
    "pickup_phone": ("--contact-phone",),
    "plan_missing": ("batch choose", "batch cancel"),
    "plan_not_offered": ("batch choose --plan",),
    "plan_stopped": ("plans stops", "plans move"),
    "preset_unknown": ("presets list",),
    "refund_missing": ("addresses --refresh", "--undeliverable destroy"),
    "refund_unknown": ("addresses --refresh",),
    "run_unknown": ("batch runs",),
    "split_quantity": ("batch parcel", "--take"),
    "undeliverable_missing": ("--undeliverable",),
}


def said(error: Exception) -> str:
    """The sentence of an error, with what mends it in a shell."""
    sentence, hints = error_sentence(error), HINTS.get(getattr(error, "code", ""), ())
    if not hints:
        return sentence
    return f"{sentence} " + _("In a shell: {commands}.", commands=_(", ").join(hints))
